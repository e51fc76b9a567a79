using System.Runtime.InteropServices;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Projection;

/// <summary>Floating-point values that a graph computes from constants alone.</summary>
/// <param name="Dimensions">Shape.</param>
/// <param name="Values">Row-major.</param>
internal sealed record FoldedTensor(long[] Dimensions, float[] Values);

/// <summary>Integers of a graph, of whatever width.</summary>
/// <param name="Dimensions">Shape.</param>
/// <param name="Values">Row-major; 64-bit values are cut to 32 bits at both ends.</param>
internal sealed record IntegerTensor(long[] Dimensions, int[] Values);

/// <summary>
/// Finds the constant behind a name: an initialiser, a Constant node, or either behind Identity, Transpose, Cast or DequantizeLinear, in
/// any floating-point type.
/// </summary>
/// <param name="order">The graph.</param>
/// <param name="files">Where its large constants are.</param>
internal sealed class ConstantFolder(GraphOrder order, ExternalDataFolder files)
{
    private const int DeepestChain = 32;

    /// <exception cref="InvalidDataException">The graph is broken.</exception>
    public ConstantFolder(OnnxGraph graph)
        : this(new GraphOrder(graph), new ExternalDataFolder(null))
    {
    }

    public GraphOrder Order => order;

    /// <summary>Whether any constant has been rounded to float16 or bfloat16.</summary>
    public bool HasHalves { get; } =
        order.Graph.Constants.Values.Concat(order.Graph.Nodes.Select(ValueOf))
            .Any(tensor => tensor is { ElementType: OnnxTensor.Float16 or OnnxTensor.BFloat16 })
        || order.Graph.Nodes.Any(node => CastTarget(node) is OnnxTensor.Float16 or OnnxTensor.BFloat16);

    /// <summary>
    /// The name behind nodes that change a value by rounding at most: Identity, Dropout, Cast between floating-point types, and
    /// QuantizeLinear with DequantizeLinear behind it.
    /// </summary>
    public string SkipCasts(string name)
    {
        // The order has no circles, so this ends.
        while (Producer(name) is { } node)
        {
            if (IsAlias(node))
            {
                name = node.Inputs[0];
            }
            else if (node is { Operator: "DequantizeLinear", Inputs: [var quantized, ..] }
                && Producer(quantized) is { Operator: "QuantizeLinear", Inputs: [var source, ..] })
            {
                name = source;
            }
            else
            {
                break;
            }
        }

        return name;
    }

    /// <summary>The type to which a Cast node casts if that is a floating-point type; otherwise null.</summary>
    public static int? CastTarget(OnnxNode node) =>
        node is { Operator: "Cast", Domain: "", Inputs.Count: 1 } && OnnxTensor.IsFloating((int)node.Int64("to", 0))
            ? (int)node.Int64("to", 0)
            : null;

    public static bool IsAlias(OnnxNode node) =>
        node is { Operator: "Identity", Domain: "", Inputs.Count: 1 } or { Operator: "Dropout", Domain: "", Inputs.Count: > 0 }
        || CastTarget(node) is not null;

    /// <summary>The node that gives a value; null for graph inputs and initialisers.</summary>
    public OnnxNode? Producer(string name) => order.Producer(name);

    /// <summary>Whether a value depends on constants alone, in a way that can be followed here.</summary>
    public bool IsConstant(string name) => Shape(name, 0) is not null;

    /// <summary>Shape of a constant; null where the value is none.</summary>
    public long[]? Shape(string name) => Shape(name, 0);

    /// <summary>The constant, or null where the value depends on an input or is not of a floating-point type.</summary>
    /// <exception cref="InvalidDataException">Its values are not where the graph says.</exception>
    public FoldedTensor? Find(string name) => Find(name, 0);

    /// <summary>The constant as integers, or null where the value depends on an input or has another type.</summary>
    /// <exception cref="InvalidDataException">Its values are not where the graph says.</exception>
    public IntegerTensor? FindIntegers(string name) =>
        Stored(name) is { } tensor && TensorValues.ToIntegers(tensor, files.Read(tensor).Span) is { } values
            ? new IntegerTensor(tensor.Dimensions, values)
            : null;

    /// <summary>The single value of a constant that holds exactly one, whatever its shape; otherwise null.</summary>
    public float? FindScalar(string name) =>
        Shape(name) is { } shape && shape.All(dimension => dimension == 1) && Find(name) is { Values: [var value] } ? value : null;

    internal static float[] Transpose(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        // By squares that fit into the cache: reading down a column of a large matrix misses it every time.
        const int Side = 32;
        float[] result = new float[matrix.Length];
        for (int top = 0; top < rows; top += Side)
        {
            for (int left = 0; left < columns; left += Side)
            {
                for (int row = top; row < Math.Min(rows, top + Side); row++)
                {
                    for (int column = left; column < Math.Min(columns, left + Side); column++)
                    {
                        result[(column * rows) + row] = matrix[(row * columns) + column];
                    }
                }
            }
        }

        return result;
    }

    /// <summary>A constant that is stored as such, or behind Identity.</summary>
    internal OnnxTensor? Stored(string name)
    {
        while (Producer(name) is { Operator: "Identity", Inputs: [var source] })
        {
            name = source;
        }

        return order.Graph.Constants.TryGetValue(name, out OnnxTensor? initializer) ? initializer
            : Producer(name) is { Operator: "Constant" } node ? ValueOf(node)
            : null;
    }

    private static OnnxTensor? ValueOf(OnnxNode node)
    {
        if (node is not { Operator: "Constant", Domain: "" })
        {
            return null;
        }

        foreach ((string name, OnnxAttribute value) in node.Attributes)
        {
            switch (name)
            {
                case "value":
                    return value.Tensor;
                case "value_float":
                    return OfSingles([], [value.Single]);
                case "value_floats":
                    return OfSingles([value.Singles.Count], [.. value.Singles]);
                case "value_int":
                    return OfIntegers([], [value.Int64]);
                case "value_ints":
                    return OfIntegers([value.Int64s.Count], [.. value.Int64s]);
            }
        }

        return null;
    }

    private static OnnxTensor OfSingles(long[] shape, float[] values) =>
        new("", OnnxTensor.Float, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), null);

    private static OnnxTensor OfIntegers(long[] shape, long[] values) =>
        new("", OnnxTensor.Int64, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), null);

    private static bool SwapsTwoAxes(OnnxNode node) =>
        node is { Operator: "Transpose", Domain: "", Inputs.Count: 1 }
        && (!node.Attributes.TryGetValue("perm", out OnnxAttribute? order) || order.Int64s is [1, 0]);

    private long[]? Shape(string name, int depth)
    {
        if (depth > DeepestChain)
        {
            return null;
        }

        if (Stored(name) is { } tensor)
        {
            return tensor.Dimensions;
        }

        return Producer(name) switch
        {
            { } node when CastTarget(node) is not null => Shape(node.Inputs[0], depth + 1),
            { Operator: "Identity", Inputs: [var source] } => Shape(source, depth + 1),
            { } node when SwapsTwoAxes(node) => Shape(node.Inputs[0], depth + 1) is [var rows, var columns] ? [columns, rows] : null,
            { Operator: "DequantizeLinear", Domain: "" or OnnxGraphBuilder.MicrosoftDomain } node =>
                node.Inputs.Where(input => input.Length > 0).All(input => Shape(input, depth + 1) is not null)
                    ? Shape(node.Inputs[0], depth + 1)
                    : null,
            _ => null,
        };
    }

    private FoldedTensor? Find(string name, int depth)
    {
        if (depth > DeepestChain)
        {
            return null;
        }

        if (Stored(name) is { } tensor)
        {
            return OnnxTensor.IsFloating(tensor.ElementType)
                ? new FoldedTensor(tensor.Dimensions, TensorValues.ToSingles(tensor, files.Read(tensor).Span))
                : null;
        }

        switch (Producer(name))
        {
            case { Operator: "Identity", Inputs: [var source] }:
                return Find(source, depth + 1);
            case { } node when CastTarget(node) is { } target:
                return Find(node.Inputs[0], depth + 1) is { } cast ? cast with { Values = TensorValues.Round(cast.Values, target) } : null;
            case { } node when SwapsTwoAxes(node):
                return Find(node.Inputs[0], depth + 1) is { Dimensions: [long rows, long columns] } matrix
                    ? new FoldedTensor([columns, rows], Transpose(matrix.Values, (int)rows, (int)columns))
                    : null;
            case { Operator: "DequantizeLinear" } node when Shape(name, depth) is not null:
                return Dequantizer.Fold(this, node);
            default:
                return null;
        }
    }
}
