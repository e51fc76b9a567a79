using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>The last row of a whole decoder's logits is what the changed one gives, and keys and values are the same bits.</summary>
public sealed class LastLogitsSlicerTests : IDisposable
{
    private const int Rows = 2;
    private const int Tokens = EncoderGraphs.Tokens;
    private const int Width = EncoderGraphs.Width;

    // One row is multiplied by another kernel than many, which adds in another order.
    private const double Reordered = 2e-5;

    private static readonly LinearLayer Head = ProjectorGraphs.Weights(Width, 40, EncoderGraphs.OutputWidth, scale: 0.3f).First;

    private readonly TestFolder _folder = new();

    /// <summary>Every decoder of the fixtures, and how far a logit may be.</summary>
    public static TheoryData<string, string, double> Fixtures => new()
    {
        { "llava", "decoder_model_merged", Reordered },
        { "llava-interleave", "decoder_model_merged", Reordered },
        { "llava-next", "decoder_model_merged", Reordered },
        { "qwen2-vl", "decoder_model_merged", Reordered },
        { "qwen2.5-vl", "decoder_model_merged", Reordered },

        // Rounded to eleven bits at the end: a last one may differ.
        { "llava", "decoder_model_merged_fp16", 1e-3 },
        { "llava", "decoder_model_merged_q4", Reordered },

        // Integers, quantised with the scale of all tokens in both.
        { "llava", "decoder_model_merged_quantized", 0 },
    };

    public static TheoryData<string> Spellings => [.. LinearSpellings.All.Select(spelling => spelling.Name)];

    /// <summary>What may follow the multiplication, and what may not.</summary>
    public static TheoryData<string, bool> Ends => new()
    {
        { "nothing", true },
        { "soft cap", true },
        { "cast", true },
        { "named twice", false },
        { "an output before", false },
        { "bias for each token", false },
        { "two products", false },
        { "Reshape", false },
        { "weights computed", false },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Write_Fixture_GivesTheLastLogitsAndTheSameCache(string model, string file, double tolerance)
    {
        string path = TestPaths.Data("Families", model, "onnx", $"{file}.onnx");
        using GraphSession whole = GraphSession.Open(path, settings: 1);
        foreach (long inPlaceFrom in new[] { 0, long.MaxValue })
        {
            (RewrittenGraph? graph, string? why) = LastLogitsSlicer.Write(path, inPlaceFrom);
            Assert.Null(why);
            Assert.True(inPlaceFrom > 0 || graph!.Model.Length < new FileInfo(path).Length / 2);
            using GraphSession changed = GraphSession.OpenPart(path, graph!.Model, settings: 1, graph.Folder);
            Compare(whole, changed, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Write_Spelling_GivesTheLastLogitsOrStaysAsItIs(string name)
    {
        LinearSpelling spelling = LinearSpellings.All.Single(known => known.Name == name);
        string path = WriteDecoder((graph, x) => spelling.Write(graph, x, Head), spelling.OperatorSet);

        // Gemm has no sequence axis any more, and DynamicQuantizeMatMul quantises all tokens together inside.
        bool stays = name.StartsWith("Gemm", StringComparison.Ordinal) || name == "DynamicQuantizeMatMul";
        CheckDecoder(path, stays ? "no multiplication with the vocabulary was found before its logits but " : null,
            spelling.MultipliesIntegers ? 0 : Reordered);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Write_End_IsChangedOnlyWhereEachTokenIsOnItsOwn(string what, bool isChanged) => CheckDecoder(
        WriteDecoder((graph, x) => End(graph, x, what)), isChanged ? null : "no multiplication with the vocabulary was found", Reordered);

    [Fact]
    public void Write_OldOperatorSet_SaysSo() =>
        CheckDecoder(WriteDecoder((g, x) => g.Node("MatMul", [x, Columns(g)]), operatorSet: 9), "its operator set is 9, before 11", Reordered);

    [Fact]
    public void Write_InputForIt_StaysAsItIsWithoutAWord()
    {
        using var files = new TinyModel();
        files.WriteDecoder(keepsLastLogits: true);

        Assert.Equal((null, null), LastLogitsSlicer.Write(files.Path("onnx/decoder_model_merged.onnx")));
    }

    [Fact]
    public void Write_BrokenFile_IsLeftToOnnxRuntime()
    {
        (RewrittenGraph? graph, string? why) = LastLogitsSlicer.Write(_folder.Write("decoder.onnx", [1, 2, 3]));

        Assert.Null(graph);
        Assert.StartsWith("it cannot be read here: ", why);
    }

    [Fact]
    public void Open_Decoder_SaysWhyItComputesAllLogits()
    {
        using var files = new TinyModel();
        using Decoder tiny = Decoder.Open(files.Path("onnx/decoder_model_merged.onnx"), settings: 1);
        using Decoder llava = Decoder.Open(TestPaths.Data("Families", "llava", "onnx", "decoder_model_merged.onnx"), settings: 1);

        // The sum of two products that depend on the tokens.
        Assert.StartsWith("no multiplication with the vocabulary was found before its logits but Add, as 'v", tiny.WhyAllLogits);
        Assert.Null(llava.WhyAllLogits);
    }

    private static string Columns(OnnxGraphBuilder graph) =>
        graph.Constant(ConstantFolder.Transpose(Head.Weight, Head.OutputWidth, Head.InputWidth), Head.InputWidth, Head.OutputWidth);

    private static string End(OnnxGraphBuilder g, string x, string what)
    {
        string product = g.Node("MatMul", [x, Columns(g)]);
        switch (what)
        {
            case "nothing":
                return product;
            case "soft cap":
                return g.Node("Mul", [g.Node("Tanh", [g.Node("Div", [product, g.Scalar(2)])]), g.Scalar(2)]);
            case "cast":
                return g.Node("Cast", [g.Node("Cast", [product], ("to", OnnxTensor.Float16))], ("to", OnnxTensor.Float));
            case "named twice":
                return g.Node("Mul", [product, product]);
            case "an output before":
                g.Output(product, Element.Float, "batch", "length", $"{Head.OutputWidth}");
                return g.Node("Tanh", [product]);
            case "bias for each token":
                return g.Node("Add", [product, g.Constant(Near.Random(Tokens * Head.OutputWidth, 5), Tokens, Head.OutputWidth)]);
            case "two products":
                return g.Node("Add", [product, g.Node("MatMul", [g.Node("Neg", [x]), Columns(g)])]);
            case "Reshape":
                return g.Node("Reshape", [product, g.Constant([0L, 0, -1], 3)]);
            default:
                return g.Node("MatMul", [x, g.Node("Mul", [Columns(g), g.Node("ReduceMax", [x], ("keepdims", 0))])]);
        }
    }

    /// <summary>Inputs that are mixed, a "cache", and logits.</summary>
    private string WriteDecoder(Func<OnnxGraphBuilder, string, string> head, int operatorSet = 20)
    {
        var graph = new OnnxGraphBuilder("decoder", operatorSet);
        string x = graph.Node("Tanh", [graph.Input("inputs_embeds", Element.Float, "batch", "length", $"{Width}")]);
        graph.Node("Identity", "", [head(graph, x)], "logits");
        graph.Node("Neg", "", [x], "present.0.key");
        graph.Output("logits", Element.Float, "batch", "length", $"{Head.OutputWidth}");
        graph.Output("present.0.key", Element.Float, "batch", "length", $"{Width}");
        return _folder.Write("decoder.onnx", graph.Build());
    }

    private static void CheckDecoder(string path, string? stays, double tolerance)
    {
        (RewrittenGraph? graph, string? why) = LastLogitsSlicer.Write(path, inPlaceFrom: 0);
        if (stays is not null)
        {
            Assert.Null(graph);
            Assert.StartsWith(stays, why);
            return;
        }

        Assert.Null(why);
        using GraphSession whole = GraphSession.Open(path, settings: 1);
        using GraphSession changed = GraphSession.OpenPart(path, graph!.Model, settings: 1, graph.Folder);
        Compare(whole, changed, tolerance);
    }

    /// <summary>Runs both from an empty cache and, where there is one, from what that left, one token and several.</summary>
    private static void Compare(GraphSession whole, GraphSession changed, double tolerance)
    {
        Assert.Equal(whole.Inputs.Keys, changed.Inputs.Keys);
        string[] outputs = [.. whole.Outputs.Keys];
        using var owned = new DisposableList<IDisposable>();
        foreach (int count in new[] { 1, Tokens })
        {
            IReadOnlyList<OrtValue>? cache = null;
            for (int past = 0; past < 2 * count; past += count)
            {
                OrtValue[] inputs = [.. whole.Inputs.Select(input => Input(input.Key, input.Value, count, past, cache))];
                Array.ForEach(inputs, owned.Add);
                IDisposableReadOnlyCollection<OrtValue> expected = whole.Run([.. whole.Inputs.Keys], inputs, outputs);
                IDisposableReadOnlyCollection<OrtValue> got = changed.Run([.. whole.Inputs.Keys], inputs, outputs);
                owned.Add(expected);
                owned.Add(got);
                int vocabulary = (int)expected[0].GetTensorTypeAndShape().Shape[2];
                Assert.Equal([Rows, 1, vocabulary], got[0].GetTensorTypeAndShape().Shape);
                for (int row = 0; row < Rows; row++)
                {
                    Near.Equal(
                        Read(expected[0], (((row + 1) * count) - 1) * vocabulary, vocabulary),
                        Read(got[0], row * vocabulary, vocabulary),
                        tolerance);
                }

                for (int i = 1; i < outputs.Length; i++)
                {
                    Assert.Equal(Read(expected[i]), Read(got[i]));
                }

                cache = [.. expected.Skip(1)];
            }
        }
    }

    private static OrtValue Input(string name, NodeMetadata metadata, int count, int past, IReadOnlyList<OrtValue>? cache)
    {
        string[] caches = ["key", "value"];
        switch (name)
        {
            case "inputs_embeds":
                int width = metadata.Dimensions[2];
                return Floats(metadata, Near.Random(Rows * count * width, 3 + past), Rows, count, width);
            case "attention_mask":
                return GraphRun.Tensor([.. Enumerable.Repeat(1L, Rows * (past + count))], Rows, past + count);
            case "position_ids":
                int axes = metadata.Dimensions.Length == 3 ? 3 : 1;
                long[] positions = [.. Enumerable.Range(0, axes * Rows * count).Select(i => (long)past + (i % count))];
                return axes == 1 ? GraphRun.Tensor(positions, Rows, count) : GraphRun.Tensor(positions, axes, Rows, count);
            default:
                string[] parts = name.Split('.');
                int[] shape = metadata.Dimensions;
                return cache?[(2 * int.Parse(parts[1])) + Array.IndexOf(caches, parts[2])] ?? Floats(metadata, [], Rows, shape[1], 0, shape[3]);
        }
    }

    private static OrtValue Floats(NodeMetadata metadata, float[] values, params long[] shape) =>
        metadata.ElementDataType == TensorElementType.Float
            ? GraphRun.Tensor(values, shape)
            : GraphRun.Tensor(values.Select(value => new Float16(BitConverter.HalfToUInt16Bits((Half)value))).ToArray(), shape);

    private static float[] Read(OrtValue tensor, int start = 0, int? count = null)
    {
        float[] values = new float[count ?? (int)tensor.GetTensorTypeAndShape().ElementCount];
        FloatTensors.Read(tensor, start, values);
        return values;
    }
}
