using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>A column that belongs to no schema yet.</summary>
    public readonly struct DetachedColumn
    {
        /// <summary>A column of a name and type.</summary>
        public DetachedColumn(string name, DataViewType type, Annotations annotations = null)
        {
            Throw.IfNullOrEmpty(name, nameof(name));
            Throw.IfNull(type, nameof(type));
            Name = name;
            Type = type;
            Annotations = annotations ?? Annotations.Empty;
        }

        /// <summary>A column like one of a schema.</summary>
        public DetachedColumn(Column column)
        {
            Name = column.Name;
            Type = column.Type;
            Annotations = column.Annotations;
        }

        /// <summary>The name.</summary>
        public string Name { get; }

        /// <summary>The type.</summary>
        public DataViewType Type { get; }

        /// <summary>What else is known about the column.</summary>
        public Annotations Annotations { get; }
    }
}
