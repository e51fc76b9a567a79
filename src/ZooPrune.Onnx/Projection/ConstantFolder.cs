namespace ZooPrune.Onnx;

/// <summary>
/// Finds the float32 or float16 constant behind a name: an initialiser, a Constant node, or either behind Identity, Transpose or Cast.
/// </summary>
internal sealed class ConstantFolder
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _producers = [];

    /// <exception cref="InvalidDataException">Two nodes give the same output.</exception>
    public ConstantFolder(OnnxGraph graph)
    {
        _graph = graph;
        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                if (!_producers.TryAdd(output, node))
                {
                    throw new InvalidDataException($"'{output}' is the output of two nodes");
                }
            }
        }
    }

    /// <summary>Whether any constant has been rounded to float16.</summary>
    public bool HasHalves =>
        _graph.Constants.Values.Concat(_graph.Nodes.Select(ValueOf)).Any(tensor => tensor?.ElementType == OnnxTensor.Float16)
        || _graph.Nodes.Any(node => CastTarget(node) == OnnxTensor.Float16);

    /// <summary>
    /// The name behind Identity nodes and Cast nodes between float32 and float16, which change a value by rounding at most.
    /// </summary>
    public string SkipCasts(string name)
    {
        for (int hops = 0; hops <= _graph.Nodes.Count && Producer(name) is { } node && IsAlias(node); hops++)
        {
            name = node.Inputs[0];
        }

        return name;
    }

    /// <summary>The type to which a Cast node casts if that is float32 or float16; otherwise null.</summary>
    public static int? CastTarget(OnnxNode node) =>
        node is { Operator: "Cast", Domain: "", Inputs.Count: 1 }
        && node.Attributes.TryGetValue("to", out OnnxAttribute? to)
        && to.Int64 is OnnxTensor.Float or OnnxTensor.Float16
            ? (int)to.Int64
            : null;

    /// <summary>The node that gives a value; null for graph inputs and initialisers.</summary>
    public OnnxNode? Producer(string name) => _producers.GetValueOrDefault(name);

    /// <summary>The constant, or null where the value depends on an input or is neither float32 nor float16.</summary>
    public OnnxTensor? Find(string name)
    {
        bool transposed = false;
        bool rounded = false;

        // A chain of aliases cannot be longer than the graph; in a hostile file it may be a circle.
        for (int hops = 0; hops <= _graph.Nodes.Count; hops++)
        {
            if (_graph.Constants.TryGetValue(name, out OnnxTensor? initializer))
            {
                return Finish(initializer, transposed, rounded);
            }

            switch (Producer(name))
            {
                case { Operator: "Constant" } node:
                    return Finish(ValueOf(node), transposed, rounded);
                case { Operator: "Identity", Inputs: [var source] }:
                    name = source;
                    break;
                case { Operator: "Transpose", Inputs: [var source] } node when SwapsTwoAxes(node):
                    name = source;
                    transposed = !transposed;
                    break;
                case { } node when CastTarget(node) is { } target:
                    name = node.Inputs[0];
                    rounded |= target == OnnxTensor.Float16;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    /// <summary>The single value of a constant that holds exactly one, whatever its shape; otherwise null.</summary>
    public float? FindScalar(string name) => Find(name) is { Values: [var value] } ? value : null;

    private static bool IsAlias(OnnxNode node) =>
        node is { Operator: "Identity", Domain: "", Inputs.Count: 1 } || CastTarget(node) is not null;

    private static OnnxTensor? ValueOf(OnnxNode node) =>
        node.Attributes.TryGetValue("value", out OnnxAttribute? tensor) ? tensor.Tensor
        : node.Attributes.TryGetValue("value_float", out OnnxAttribute? single) ? new OnnxTensor(OnnxTensor.Float, [], [single.Single])
        : null;

    private static bool SwapsTwoAxes(OnnxNode node) =>
        !node.Attributes.TryGetValue("perm", out OnnxAttribute? order) || order.Int64s is [1, 0];

    private static OnnxTensor? Finish(OnnxTensor? tensor, bool transposed, bool rounded)
    {
        if (tensor?.Values is not { } values)
        {
            return null;
        }

        if (rounded)
        {
            tensor = tensor with { Values = values = [.. values.Select(value => (float)(Half)value)] };
        }

        return !transposed ? tensor
            : tensor.Dimensions is [long rows, long columns]
            ? tensor with { Dimensions = [columns, rows], Values = Transpose(values, (int)rows, (int)columns) }
            : null;
    }

    internal static float[] Transpose(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        float[] result = new float[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                result[(column * rows) + row] = matrix[(row * columns) + column];
            }
        }

        return result;
    }
}
