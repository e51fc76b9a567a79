namespace Microsoft.ML.Data;

public sealed partial class SchemaDefinition
{
    /// <summary>A column and the member it stands for.</summary>
    public sealed class Column
    {
        private readonly DataViewSchema.Annotations.Builder _annotations = new();

        internal Column(string memberName, string columnName, DataViewType columnType)
        {
            MemberName = memberName;
            ColumnName = columnName;
            ColumnType = columnType;
        }

        /// <summary>The member.</summary>
        public string MemberName { get; }

        /// <summary>The name in the schema.</summary>
        public string ColumnName { get; set; }

        /// <summary>The type in the schema; it must fit the member.</summary>
        public DataViewType ColumnType { get; set; }

        /// <summary>What else the schema says about the column.</summary>
        public DataViewSchema.Annotations Annotations => _annotations.ToAnnotations();

        /// <summary>Adds a value that the schema gives for the column.</summary>
        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            Throw.IfNullOrEmpty(kind, nameof(kind));
            Throw.IfInvalid(annotationType?.RawType != typeof(T), "The value is of another type.");
            Throw.IfInvalid(Annotations.Schema.GetColumnOrNull(kind) is not null, $"The annotation '{kind}' is there already.");
            _annotations.Add(kind, annotationType, (ref T destination) => destination = value);
        }

        internal void Annotate(DataViewSchema.Annotations annotations) => _annotations.Add(annotations, _ => true);
    }
}
