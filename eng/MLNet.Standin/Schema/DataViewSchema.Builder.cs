using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Makes schemas.</summary>
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        /// <summary>Appends a column; it hides an earlier one of the same name.</summary>
        public void AddColumn(string name, DataViewType type, Annotations annotations = null) =>
            _columns.Add(new DetachedColumn(name, type, annotations));

        /// <summary>Appends columns of another schema.</summary>
        public void AddColumns(IEnumerable<Column> source)
        {
            foreach (var column in source)
            {
                _columns.Add(new DetachedColumn(column));
            }
        }

        /// <summary>Appends columns.</summary>
        public void AddColumns(IEnumerable<DetachedColumn> source)
        {
            foreach (var column in source)
            {
                AddColumn(column.Name, column.Type, column.Annotations);
            }
        }

        /// <summary>The schema of all columns so far.</summary>
        public DataViewSchema ToSchema() => new(_columns);
    }
}
