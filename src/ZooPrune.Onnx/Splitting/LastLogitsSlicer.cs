using System.Runtime.InteropServices;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>
/// Makes a decoder compute the logits of the last token only. Graphs without num_logits_to_keep multiply every token of the prompt with
/// the vocabulary, a third of a prefill, and all but one row is thrown away. A Slice goes directly before that multiplication: it takes
/// the last position, of each sequence of a batch. The keys and values branch off before and stay as they are.
/// </summary>
/// <remarks>
/// Where activations are quantised per tensor, the Slice goes behind that quantisation: its scale is still that of all tokens, so that the
/// integers, and the logits, are the same as before. Quantising all tokens costs one pass over T x H. DynamicQuantizeMatMul, which
/// quantises inside, is left alone for that reason. In float the row may differ in its last bits, because ONNX Runtime adds in another
/// order for one row than for many.
/// </remarks>
internal sealed class LastLogitsSlicer
{
    private const int MostSteps = 16;
    private const int DeepestScale = 4;

    // Negative axes came with it.
    private const int LeastOperatorSet = 11;

    private readonly GraphOrder _order;
    private readonly ConstantFolder _constants;
    private readonly Dictionary<string, int> _readers;

    private LastLogitsSlicer(OnnxGraph graph)
    {
        _order = new GraphOrder(graph);
        _constants = new ConstantFolder(_order, new ExternalDataFolder(null));
        _readers = graph.Nodes.SelectMany(GraphOrder.Reads).Concat(graph.Outputs.Select(output => output.Name))
            .CountBy(name => name).ToDictionary();
    }

    /// <summary>The changed graph, or why the graph stays as it is.</summary>
    /// <param name="path">Full path of a decoder.</param>
    /// <param name="inPlaceFrom">Weights inside the file stay there where they have so many bytes in all.</param>
    /// <returns>The graph, or null and why as a clause; null twice where the graph has an input for it.</returns>
    public static (RewrittenGraph? Graph, string? Why) Write(string path, long inPlaceFrom = RewrittenGraph.InPlaceFrom)
    {
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            OnnxGraph graph = OnnxGraphReader.Read(file.Memory);
            if (graph.Inputs.Any(input => input.Name == DecoderSignature.LogitsToKeep))
            {
                return (null, null);
            }

            return graph.OperatorSet < LeastOperatorSet ? (null, $"its operator set is {graph.OperatorSet}, before {LeastOperatorSet}")
                : new LastLogitsSlicer(graph).Write(out string why) is { } model
                    ? (RewrittenGraph.Write(model, path, file.Memory, inPlaceFrom), null)
                    : (null, why);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            // ONNX Runtime loads it, or says what is wrong with it.
            return (null, $"it cannot be read here: {exception.Message}");
        }
    }

    private ModelProto? Write(out string why)
    {
        // From the logits back to the input of the multiplication: these values have one token afterwards.
        var changed = new List<string>();
        string value = DecoderSignature.Logits;
        while (changed.Count < MostSteps && _readers.GetValueOrDefault(value) == 1 && _order.Producer(value) is { } node)
        {
            changed.Add(value);
            if (IsProduct(node))
            {
                why = "";
                return Insert(changed, BehindQuantization(node, changed));
            }

            string[] sources = [.. node.Inputs.Where(input => input.Length > 0 && !IsGiven(input))];
            if (sources is not [var source] || !RowWiseOperators.Treats(_constants, node, value))
            {
                break;
            }

            value = source;
        }

        string found = _order.Producer(value)?.Operator ?? "nothing";
        why = $"no multiplication with the vocabulary was found before its logits but {found}, as '{value}'";
        return null;
    }

    /// <summary>Whether a node multiplies [..., T, H] with a matrix, each row of it on its own.</summary>
    private bool IsProduct(OnnxNode node) => (node.Domain, node.Operator) switch
    {
        ("", "MatMul") => node.Inputs.Count == 2 && IsMatrix(node.Inputs[1]),
        ("", "MatMulInteger") => node.Inputs.Count >= 2 && IsMatrix(node.Inputs[1]) && IsScalar(node.Input(2)),
        (OnnxGraphBuilder.MicrosoftDomain, "FusedMatMul") =>
            node.Inputs.Count == 2 && IsMatrix(node.Inputs[1])
            && node.Int64("transA", 0) == 0 && node.Int64("transBatchA", 0) == 0 && node.Int64("transBatchB", 0) == 0,
        (OnnxGraphBuilder.MicrosoftDomain, "MatMulIntegerToFloat") =>
            node.Inputs.Count >= 4 && IsMatrix(node.Inputs[1]) && IsScalar(node.Inputs[2]) && IsScalar(node.Input(4)),
        (OnnxGraphBuilder.MicrosoftDomain, "MatMulNBits" or "MatMulBnb4") => node.Inputs.Skip(1).All(input => input.Length == 0 || IsStored(input)),
        _ => false,
    };

    /// <summary>
    /// The node that gets one token: the product, or a static quantisation before it, whose pattern ONNX Runtime looks for at the product.
    /// </summary>
    private OnnxNode BehindQuantization(OnnxNode node, List<string> changed)
    {
        while (_order.Producer(node.Inputs[0]) is { Operator: "QuantizeLinear" or "DequantizeLinear", Inputs: [_, var scale, ..] } before
            && _constants.Shape(scale) is { } shape && shape.All(dimension => dimension == 1)
            && _readers[node.Inputs[0]] == 1 && changed.Count < MostSteps)
        {
            changed.Add(node.Inputs[0]);
            node = before;
        }

        return node;
    }

    private bool IsMatrix(string name) => _constants.Shape(name) is { Length: 2 };

    private bool IsStored(string name) => _constants.Stored(name) is not null;

    /// <summary>Whether a value is the same for every token: constants of one row, and what is made of them and of a tensor's scale.</summary>
    private bool IsGiven(string name, int depth = 0) =>
        _constants.Shape(name) is { } shape ? shape.SkipLast(1).All(dimension => dimension == 1)
        : IsScaleOfAll(name)
            || (depth < DeepestScale
                && _order.Producer(name) is { Operator: "Mul" or "Cast" or "Identity", Domain: "", Inputs.Count: 1 or 2 } node
                && node.Inputs.All(input => IsGiven(input, depth + 1)));

    private bool IsScalar(string? name) =>
        name is null || IsScaleOfAll(name) || (_constants.Shape(name) is { } shape && shape.All(dimension => dimension == 1));

    /// <summary>Scale or zero point of a tensor that was quantised as a whole.</summary>
    private bool IsScaleOfAll(string name) =>
        _order.Producer(name) is { Operator: "DynamicQuantizeLinear", Domain: "" } quantize && quantize.Outputs[0] != name;

    private ModelProto Insert(List<string> changed, OnnxNode first)
    {
        ModelProto model = _order.Graph.Model.Clone();
        GraphProto graph = model.Graph;
        string last = Unused("last_token");
        string[] slice = [.. new[] { -1, long.MaxValue, -2 }.Select(number => AddConstant(graph, number))];
        int index = _order.ProducerIndex(first.Outputs[0]);
        graph.Node[index].Input[0] = last;
        graph.Node.Insert(index, OnnxGraphBuilder.Operation("Slice", [first.Inputs[0], .. slice], last));

        // Their shapes are others now.
        foreach (ValueInfoProto stale in graph.ValueInfo.Where(info => changed.Contains(info.Name)).ToArray())
        {
            graph.ValueInfo.Remove(stale);
        }

        ValueInfoProto logits = graph.Output.Single(output => output.Name == DecoderSignature.Logits);
        if (logits.Type?.TensorType?.Shape?.Dim is [.., var tokens, _])
        {
            tokens.DimValue = 1;
        }

        return model;
    }

    private string AddConstant(GraphProto graph, long value)
    {
        string name = Unused($"last_token_constant_{graph.Initializer.Count}");
        graph.Initializer.Add(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Int64, MemoryMarshal.AsBytes([value]), [1], name));
        return name;
    }

    private string Unused(string name)
    {
        while (_order.Producer(name) is not null || _order.Graph.Constants.ContainsKey(name)
            || _order.Graph.Inputs.Any(input => input.Name == name))
        {
            name += "_";
        }

        return name;
    }
}
