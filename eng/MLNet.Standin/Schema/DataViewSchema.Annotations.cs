namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Named values that belong to a column; a schema of its own says which.</summary>
    public sealed partial class Annotations
    {
        private readonly Delegate[] _getters;

        private Annotations(DataViewSchema schema, Delegate[] getters)
        {
            Schema = schema;
            _getters = getters;
        }

        /// <summary>No annotations.</summary>
        public static Annotations Empty { get; } = new Builder().ToAnnotations();

        /// <summary>Names and types of the values.</summary>
        public DataViewSchema Schema { get; }

        /// <summary>Reads a value.</summary>
        public ValueGetter<TValue> GetGetter<TValue>(Column column)
        {
            Throw.IfBadArgument(column.Index < 0 || column.Index >= _getters.Length, null, "There is no such annotation.");
            return _getters[column.Index] as ValueGetter<TValue>
                ?? throw Throw.WrongValueType(typeof(TValue), Schema[column.Index].Type);
        }

        /// <summary>Reads the value of a name.</summary>
        public void GetValue<TValue>(string kind, ref TValue value)
        {
            var column = Schema.GetColumnOrNull(kind);
            Throw.IfInvalid(column is null, $"There is no annotation '{kind}'.");
            GetGetter<TValue>(column.Value)(ref value);
        }

        /// <summary>The names.</summary>
        public override string ToString() => string.Join(", ", Schema.Select(c => c.Name));

        private Delegate GetterAt(int index) => _getters[index];
    }
}
