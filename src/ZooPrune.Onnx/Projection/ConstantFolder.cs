namespace ZooPrune.Onnx;

/// <summary>Finds the float32 constant behind a name: an initialiser, a Constant node, or either behind Identity or Transpose.</summary>
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

    /// <summary>The node that gives a value; null for graph inputs and initialisers.</summary>
    public OnnxNode? Producer(string name) => _producers.GetValueOrDefault(name);

    /// <summary>The constant, or null where the value depends on an input or is not float32.</summary>
    public OnnxTensor? Find(string name)
    {
        bool transposed = false;

        // A chain of aliases cannot be longer than the graph; in a hostile file it may be a circle.
        for (int hops = 0; hops <= _graph.Nodes.Count; hops++)
        {
            if (_graph.Constants.TryGetValue(name, out OnnxTensor? initializer))
            {
                return Finish(initializer, transposed);
            }

            switch (Producer(name))
            {
                case { Operator: "Constant" } node:
                    return Finish(ValueOf(node), transposed);
                case { Operator: "Identity", Inputs: [var source] }:
                    name = source;
                    break;
                case { Operator: "Transpose", Inputs: [var source] } node when SwapsTwoAxes(node):
                    name = source;
                    transposed = !transposed;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    /// <summary>The single value of a constant that holds exactly one, whatever its shape; otherwise null.</summary>
    public float? FindScalar(string name) => Find(name) is { Values: [var value] } ? value : null;

    private static OnnxTensor? ValueOf(OnnxNode node) =>
        node.Attributes.TryGetValue("value", out OnnxAttribute? tensor) ? tensor.Tensor
        : node.Attributes.TryGetValue("value_float", out OnnxAttribute? single) ? new OnnxTensor(OnnxTensor.Float, [], [single.Single])
        : null;

    private static bool SwapsTwoAxes(OnnxNode node) =>
        !node.Attributes.TryGetValue("perm", out OnnxAttribute? order) || order.Int64s is [1, 0];

    private static OnnxTensor? Finish(OnnxTensor? tensor, bool transposed)
    {
        if (tensor?.Values is null || !transposed)
        {
            return tensor?.Values is null ? null : tensor;
        }

        return tensor.Dimensions is [long rows, long columns]
            ? new OnnxTensor(tensor.ElementType, [columns, rows], Transpose(tensor.Values, (int)rows, (int)columns))
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
