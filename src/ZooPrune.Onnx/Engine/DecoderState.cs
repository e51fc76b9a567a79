using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Engine;

/// <summary>
/// What a language model's graph remembers from one run to the next in one pair of an input and an output: the keys or values of an
/// attention layer, which grow by a row a token, or the state of a convolution or recurrence, which keeps its shape. Immutable.
/// </summary>
/// <param name="Past">Name of the input.</param>
/// <param name="Present">Name of the output.</param>
/// <param name="Type">Of both.</param>
/// <param name="Shape">[rows, ...]; what stands in the place of rows and tokens has no meaning.</param>
/// <param name="TokenAxis">The dimension that grows; 0 where none does.</param>
internal sealed record DecoderState(string Past, string Present, TensorElementType Type, long[] Shape, int TokenAxis)
{
    private const string PastStart = "past";
    private const string LongPastStart = "past_key_values";

    /// <summary>Whether a dimension grows with the tokens.</summary>
    public bool Grows => TokenAxis > 0;

    /// <summary>The number of the layer that the name has; null where it has none.</summary>
    public int? Layer { get; } = Past.Split('.').Select(part => int.TryParse(part, out int layer) ? layer : (int?)null).Max();

    /// <summary>Parts of a row that each have all tokens: heads of keys and values, 1 for other states.</summary>
    public int Parts => Grows ? (int)Product(Shape.AsSpan(1..TokenAxis)) : 1;

    /// <summary>Bytes of a token in one part; of a whole row where the state does not grow.</summary>
    public int TokenBytes => (int)Product(Shape.AsSpan((Grows ? TokenAxis : 0) + 1)) * SizeOf(Type);

    /// <summary>Bytes of one number.</summary>
    public int ElementBytes => SizeOf(Type);

    /// <summary>The shape for a number of sequences and of tokens.</summary>
    public long[] ShapeFor(int rows, int tokens)
    {
        long[] shape = [.. Shape];
        shape[0] = rows;
        if (Grows)
        {
            shape[TokenAxis] = tokens;
        }

        return shape;
    }

    /// <summary>All states of a graph, in the order of its inputs.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="others">Inputs that are no states.</param>
    /// <param name="sizes">What config.json says, for sizes that the graph leaves open.</param>
    /// <exception cref="ZooPruneException">An input is neither, or a state's input and output do not fit each other.</exception>
    public static DecoderState[] ReadAll(GraphSession session, IReadOnlyCollection<string> others, DecoderSizes? sizes)
    {
        string[] names = [.. session.Inputs.Keys.Where(name => !others.Contains(name))];
        return names.Length > 0 && names.All(name => PresentOf(session, name) is not null)
            ? [.. names.Select(name => Read(session, name, PresentOf(session, name)!, sizes))]
            : throw GraphInputs.Decoder.Problem(session.Name, [.. session.Inputs.Keys], [.. session.Outputs.Keys])
                ?? Throw.DecoderInputs(session.Name, session.Inputs.Keys);
    }

    /// <summary>
    /// Whether the graph can write the tokens of a run into the memory that has those before: whether all that grows is read by one
    /// GroupQueryAttention alone and given back by the same. That operator writes in place where past and present are the same memory,
    /// with room at the end; it takes the number of tokens from other inputs.
    /// </summary>
    public static bool CanGrowInPlace(OnnxGraph graph, IReadOnlyList<DecoderState> states)
    {
        DecoderState[] growing = [.. states.Where(state => state.Grows)];
        ILookup<string, OnnxNode> readers = graph.Nodes
            .SelectMany(node => GraphOrder.Reads(node).Distinct().Select(name => (name, node)))
            .ToLookup(pair => pair.name, pair => pair.node);
        return growing.Length > 0 && growing.All(state =>
            state.TokenAxis == 2 && state.Shape.Length == 4
            && readers[state.Past].ToArray() is [var node]
            && IsGroupQueryAttention(node)
            && !readers[state.Present].Any()
            && Enumerable.Range(1, 2).Any(place => node.Input(place + 2) == state.Past
                && node.Outputs.Count > place && node.Outputs[place] == state.Present));
    }

    /// <summary>Whether a node is ONNX Runtime's GroupQueryAttention.</summary>
    public static bool IsGroupQueryAttention(OnnxNode node) =>
        node is { Operator: "GroupQueryAttention", Domain: OnnxGraphBuilder.MicrosoftDomain };

    /// <summary>past_key_values.0.key -> present.0.key; past_conv.0 -> present_conv.0.</summary>
    private static string? PresentOf(GraphSession session, string past)
    {
        string[] candidates =
        [
            past.StartsWith(LongPastStart, StringComparison.Ordinal) ? $"present{past[LongPastStart.Length..]}" : "",
            past.StartsWith(PastStart, StringComparison.Ordinal) ? $"present{past[PastStart.Length..]}" : "",
        ];
        return Array.Find(candidates, session.Outputs.ContainsKey);
    }

    private static DecoderState Read(GraphSession session, string past, string present, DecoderSizes? sizes)
    {
        (NodeMetadata before, NodeMetadata after) = (session.Inputs[past], session.Outputs[present]);
        TensorElementType type = before.ElementDataType;
        if (SizeOf(type) == 0)
        {
            throw Throw.GraphType(session.Name, past, $"{type}", "of numbers of a fixed size");
        }

        if (after.ElementDataType != type)
        {
            throw Throw.GraphType(session.Name, present, $"{after.ElementDataType}", $"{type} like '{past}'");
        }

        int[] shape = before.Dimensions;
        if (shape.Length == 0)
        {
            throw Throw.GraphShape(session.Name, past, shape, "a dimension for sequences");
        }

        if (after.Dimensions.Length != shape.Length)
        {
            throw Throw.GraphShape(session.Name, present, after.Dimensions, $"{shape.Length} dimensions, as '{past}' has");
        }

        int axis = TokenAxisOf(before, after);
        long[] sized = new long[shape.Length];
        for (int i = 1; i < shape.Length; i++)
        {
            int? otherwise = axis == 0 || shape.Length != 4 ? null : i == 3 ? sizes?.HeadWidth : sizes?.CacheHeads;
            sized[i] = i == axis ? 0
                : shape[i] > 0 ? shape[i]
                : after.Dimensions[i] > 0 ? after.Dimensions[i]
                : otherwise ?? throw Throw.GraphShape(session.Name, past, shape, $"a number as dimension {i}");
            if (i != axis && after.Dimensions[i] > 0 && after.Dimensions[i] != sized[i])
            {
                throw Throw.GraphShape(session.Name, present, after.Dimensions, $"{sized[i]} as dimension {i}, as '{past}' has");
            }
        }

        return new DecoderState(past, present, type, sized, axis);
    }

    /// <summary>
    /// The dimension after the first that is open and has another name in the output, [batch, heads, past, width] -> [batch, heads, total,
    /// width]; of keys and values whose dimensions have no names it is the third.
    /// </summary>
    private static int TokenAxisOf(NodeMetadata past, NodeMetadata present)
    {
        int rank = past.Dimensions.Length;
        if (rank == 4 && past.Dimensions[2] <= 0)
        {
            return 2;
        }

        return Enumerable.Range(1, rank - 1).FirstOrDefault(i =>
            past.Dimensions[i] <= 0 && present.Dimensions[i] <= 0 && past.SymbolicDimensions[i] != present.SymbolicDimensions[i]);
    }

    private static long Product(ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (long dimension in shape)
        {
            product *= dimension;
        }

        return product;
    }

    private static int SizeOf(TensorElementType type) => type switch
    {
        TensorElementType.Double or TensorElementType.Int64 => sizeof(long),
        TensorElementType.Float or TensorElementType.Int32 => sizeof(float),
        TensorElementType.Float16 or TensorElementType.BFloat16 => sizeof(ushort),
        TensorElementType.Int8 or TensorElementType.UInt8 => sizeof(byte),
        _ => 0,
    };
}
