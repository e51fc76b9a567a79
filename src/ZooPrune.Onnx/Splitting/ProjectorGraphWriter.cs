using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>
/// Writes a projector that is no Linear, GELU, Linear as a graph of its own, [N, D] to [N, H], all of it in float32: a step of a
/// hundredth, by which its sensitivity is sampled, would drown in rounding to 16 or 8 bits.
/// </summary>
internal sealed class ProjectorGraphWriter
{
    private readonly ConstantFolder _constants;
    private readonly OnnxGraphBuilder _graph;

    // Names in the whole graph and in this one.
    private readonly Dictionary<string, string> _names = [];

    private ProjectorGraphWriter(ConstantFolder constants)
    {
        _constants = constants;
        _graph = new OnnxGraphBuilder("projector", constants.Order.Graph.OperatorSet);
    }

    /// <exception cref="InvalidDataException">A constant is not where the graph says.</exception>
    public static byte[] Write(ConstantFolder constants, ProjectorTail tail)
    {
        var writer = new ProjectorGraphWriter(constants);
        OnnxGraphBuilder graph = writer._graph;
        writer._names[tail.Start] = graph.Input(MlpGraph.Tokens, OnnxGraphBuilder.Element.Float, "tokens", $"{tail.InputWidth}");
        foreach (ProjectorNode step in tail.Steps)
        {
            writer._names[step.Output] = step.Kind switch
            {
                NodeKind.RowMove => writer._names[step.Inputs[0]],
                NodeKind.Linear => writer.Linear(writer._names[step.Inputs[0]], step.Layer!),
                _ => writer.Copy(step),
            };
        }

        graph.Node("Identity", "", [writer._names[tail.Steps[^1].Output]], MlpGraph.Projected);
        graph.Output(MlpGraph.Projected, OnnxGraphBuilder.Element.Float, "tokens", $"{tail.OutputWidth}");
        return graph.Build();
    }

    private string Linear(string input, LinearLayer layer) => _graph.Node(
        "Gemm",
        [input, _graph.Constant(layer.Weight, layer.OutputWidth, layer.InputWidth), _graph.Constant(layer.Bias, layer.OutputWidth)],
        ("transB", 1));

    /// <summary>Takes over the nodes of a step, without those that round.</summary>
    private string Copy(ProjectorNode step)
    {
        var nodes = new SortedList<int, OnnxNode>();
        var pending = new Stack<string>([step.Output]);
        while (pending.TryPop(out string? name))
        {
            if (!_names.ContainsKey(name) && !_constants.IsConstant(name) && _constants.Producer(name) is { } node
                && nodes.TryAdd(_constants.Order.Place(name), node))
            {
                foreach (string input in node.Inputs.Where(input => input.Length > 0))
                {
                    pending.Push(input);
                }
            }
        }

        foreach (OnnxNode node in nodes.Values)
        {
            if (ConstantFolder.IsAlias(node) || node.Operator is "QuantizeLinear" or "DequantizeLinear")
            {
                _names[node.Outputs[0]] = NameOf(node.Inputs[0]);
                continue;
            }

            string[] inputs = [.. node.Inputs.Select(input => input.Length == 0 ? "" : NameOf(input))];
            _names[node.Outputs[0]] = _graph.Copy(node, inputs);
        }

        return _names[step.Output];
    }

    private string NameOf(string value) => _names.TryGetValue(value, out string? name) ? name : _names[value] = Constant(value);

    private string Constant(string value)
    {
        if (_constants.Find(value) is { } values)
        {
            // Tokens have two dimensions here; a constant with more would give them more.
            return _graph.Constant(values.Values, values.Dimensions.Length > 1 ? [values.Dimensions[^1]] : values.Dimensions);
        }

        return _constants.FindIntegers(value) is { } integers
            ? _graph.Constant([.. integers.Values.Select(integer => (long)integer)], integers.Dimensions)
            : throw new InvalidDataException($"'{value}', which the projector uses, has a type that is not supported");
    }
}
