using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>The columns that an ONNX model adds to rows of one schema.</summary>
internal sealed class OnnxColumns : IAddedColumns
{
    private const string LostEnding = ".output";

    private readonly OnnxTransformer _transformer;
    private readonly IReadOnlyList<(OnnxNode Node, DataViewSchema.Column Column)> _inputs;

    public OnnxColumns(OnnxTransformer transformer, DataViewSchema inputSchema)
    {
        _transformer = transformer;
        _inputs = [.. transformer.Inputs.Select(transformer.Model.Input).Select(node => (node, Check(node, inputSchema)))];
        Columns = [.. transformer.Outputs.Select(name => new DataViewSchema.DetachedColumn(
            name.EndsWith(LostEnding, StringComparison.Ordinal) ? name[..^LostEnding.Length] : name,
            transformer.Model.Output(name).ColumnType))];
    }

    public IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; }

    public IEnumerable<int> InputsOf(ColumnSet wanted) => wanted.Count > 0 ? _inputs.Select(i => i.Column.Index) : [];

    /// <summary>One run per row gives all wanted outputs.</summary>
    public IAddedValues Open(DataViewRow input, ColumnSet wanted)
    {
        if (wanted.Count == 0)
        {
            return new AddedValues([]);
        }

        OnnxInput[] inputs = [.. _inputs.Select(i => OnnxInput.Of(i.Node, i.Column, input))];
        string[] names = [.. wanted.Members.Select(i => _transformer.Outputs[i])];
        var results = new Dictionary<string, DisposableNamedOnnxValue>();
        long computed = -1;
        void Release()
        {
            foreach (var result in results.Values)
            {
                result.Dispose();
            }

            results.Clear();
        }

        DisposableNamedOnnxValue Result(string name)
        {
            if (computed != input.Position)
            {
                Release();
                foreach (var result in _transformer.Run([.. inputs.Select(i => i.Read())], names))
                {
                    results[result.Name] = result;
                }

                computed = input.Position;
            }

            return results[name];
        }

        var getters = _transformer.Outputs.Select((name, i) => wanted.Contains(i)
            ? OnnxOutput.Getter(Columns[i].Type, () => Result(name))
            : null);
        return new AddedValues([.. getters], Release);
    }

    private static DataViewSchema.Column Check(OnnxNode node, DataViewSchema inputSchema)
    {
        var column = inputSchema.Require(
            node.Name, type => ((type as VectorDataViewType)?.ItemType ?? type).Equals(node.ItemType), $"{node.ItemType}");
        int size = column.Type is VectorDataViewType vector ? vector.Size : 1;
        int known = node.Dimensions.Where(d => d > 0).Aggregate(1, (product, d) => product * d);
        Throw.IfInvalid(
            size % known != 0,
            $"Input '{node.Name}' has the shape {string.Join(",", node.Dimensions)}; column values of {size} do not fit.");
        Throw.IfOutOfRange(node.Dimensions.Count(d => d == 0) > 1, node.Name, "Only one dimension can be unknown.");
        return column;
    }
}
