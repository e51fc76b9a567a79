using Microsoft.ML;

namespace ZooPrune.Contract;

/// <summary>A data loader that has a schema and no data; see <see cref="Kit.ShapeOf"/>.</summary>
internal sealed class SchemaLoader(DataViewSchema schema) : IDataLoader<object>
{
    public DataViewSchema GetOutputSchema() => schema;

    public IDataView Load(object input) => throw new NotSupportedException();

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
}
