using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.EncoderInside;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Tests;

/// <summary>The attention inside vision encoders against the whole attention, and what is chosen by it.</summary>
public sealed class EncoderAttentionTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Models => [.. FamilyCase.Families, "shapes-vlm"];

    public static TheoryData<string, SelectionMethod> ModelsAndMethods
    {
        get
        {
            var data = new TheoryData<string, SelectionMethod>();
            foreach (string model in (string[])[.. FamilyCase.Families, "shapes-vlm"])
            {
                foreach (SelectionMethod method in Enum.GetValues<SelectionMethod>().Where(method => method >= SelectionMethod.FasterVlm))
                {
                    data.Add(model, method);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_WithAttention_IsThatOfTheWholeLayers(string name)
    {
        using VisionLanguageModel model = Load(name);
        PreparedImage image = ImageOf(model, name);
        EncodedImage encoded = model.Encode(image, By(SelectionMethod.VisionZip, 3));
        Near.Equal(model.Encode(image).VisualTokens.Span, encoded.VisualTokens.Span, 1e-5, 1e-5);
        EncoderAttention attention = encoded.Attention!;
        Assert.Equal(encoded.Layout.TokenCount, attention.TokenCount);

        var reference = new AttentionReference(model.Files);
        int[] moves = reference.Moves(image, model.EncoderWidth);
        foreach (bool ofFirst in (bool[])[false, true])
        {
            double[][] tiles = reference.MeanOfHeads(image, ofFirst, out bool isFromWeights);
            Assert.Equal(name.StartsWith("llava", StringComparison.Ordinal), isFromWeights);
            float[] expected = [.. tiles.SelectMany(tile => PerToken(tile, attention.TokenCount / tiles.Length, moves))];
            Near.Equal(expected, (ofFirst ? attention.FirstLayer : attention.LastLayer).Span, Tolerance);
        }

        // The class row's sum is below one, what tokens receive adds up to their number.
        bool hasClassToken = name is "llava" or "llava-next" or "shapes-vlm";
        int count = attention.TokenCount;
        float sum = attention.LastLayer.Span.ToArray().Sum();
        Assert.InRange(sum / (hasClassToken ? 1 : count), 0.01, image.Shape.Count == 4 ? image.Shape[0] + 1e-4 : 1.0001);
        Assert.Equal(count * attention.KeyHeads, attention.Keys.Length / (attention.Keys.Length / count / attention.KeyHeads));
    }

    [Theory]
    [MemberData(nameof(ModelsAndMethods))]
    public void Prune_ByName_KeepsTheBudgetAndAnswers(string name, SelectionMethod method)
    {
        using VisionLanguageModel model = Load(name);
        PreparedImage image = ImageOf(model, name);
        ImageLayout layout = model.LayoutOf(image);
        PruningOptions options = By(method, 5);
        Assert.Equal(method <= SelectionMethod.PruMergePlus, model.NeedsAttention(options));
        PrunedImage pruned = model.Prune(image, options);
        Assert.Equal(5, pruned.KeptIndices.Count);
        Assert.Equal(pruned.KeptIndices.Distinct().Order(), pruned.KeptIndices);
        Assert.Empty(pruned.KeptIndices.Except(layout.Candidates));
        Assert.Equal(5 * model.EmbeddingWidth, pruned.KeptTokens.Length);
        ChatTurn turn = new(ChatTurn.User, "What is it?", [pruned]);
        VisionAnswer answer = model.Answer([turn], new GenerationOptions { MaxNewTokens = 2 });
        Assert.Equal(pruned.KeptTokenCount, answer.KeptTokenCount);

        // Encoded ahead with what the method needs: the same choice.
        Assert.Equal(pruned.KeptIndices, model.Prune(model.Encode(image, options), options).KeptIndices);

        // All tokens: those that the model without pruning reads.
        PrunedImage all = model.Prune(image, options with { Keep = KeepBudget.Tokens(100_000) });
        Near.Equal(model.Prune(image).KeptTokens.Span, all.KeptTokens.Span, Tolerance, Tolerance);
    }

    [Theory]
    [InlineData(ModelPrecision.Float16, 2e-3)]
    [InlineData(ModelPrecision.Q8, 2e-2)]
    [InlineData(ModelPrecision.Q4, 5e-2)]
    public void Encode_OtherPrecisions_AreNearFloat32(ModelPrecision precision, double tolerance)
    {
        // The difference is the rounding of weights, not that of reading them: the graph's own tensors are read.
        using VisionLanguageModel exact = Load("llava");
        using var rounded = VisionLanguageModel.Load(
            FamilyCase.ModelFolder("llava"), new VisionLanguageModelOptions { Precision = precision });
        PreparedImage image = ImageOf(exact, "llava");
        Near.Equal(
            exact.Encode(image, By(SelectionMethod.PruMerge, 3)).Attention!.LastLayer.Span,
            rounded.Encode(image, By(SelectionMethod.PruMerge, 3)).Attention!.LastLayer.Span,
            tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_FusedLayer_IsAsTheSpelledOne(bool isMultiHead)
    {
        Dictionary<string, float[]> spelled = Outputs(Layer((graph, x) => Spelled(graph, x)));
        Dictionary<string, float[]> fused = Outputs(Layer((graph, x) => isMultiHead ? MultiHead(graph, x) : Attention(graph, x)));
        Assert.Equal(spelled.Keys, fused.Keys);
        foreach ((string name, float[] values) in spelled)
        {
            Near.Equal(values, fused[name], 1e-5, 1e-5);
        }
    }

    [Fact]
    public void Write_NoAttention_SaysWhy()
    {
        OnnxGraph graph = OnnxGraphReader.Read(EncoderGraphs.Build(EncoderGraphs.Mlp));
        Assert.Null(AttentionWriter.Write(graph, new ConstantFolder(graph), takesPatches: false, out string problem));
        Assert.Equal(
            "between its input and the visual tokens there is no MatMul, Softmax, MatMul and no fused Attention without a mask", problem);
        Assert.Equal(
            "File 'a.onnx': the selection uses the attention inside the vision encoder, and it was not found: it is not there. Expected "
            + "layers "
            + "of MatMul, Softmax and MatMul, or fused ones of ONNX Runtime; take an export that has them, or a selection that needs "
            + "tokens "
            + "alone (zooprune, divprune, tome, dart).",
            Throw.AttentionNotFound("a.onnx", "it is not there").Message);
    }

    [Fact]
    public void Prune_TokensAlone_SaysWhatIsMissing()
    {
        using VisionLanguageModel model = Load("llava");
        EncodedImage encoded = model.Encode(ImageOf(model, "llava"));
        ArgumentException error = Assert.Throws<ArgumentException>(() => model.Prune(encoded, By(SelectionMethod.VisionZip, 3)));
        Assert.StartsWith(
            "PruningInput.Attention: the selection VisionZipReducer uses LastLayer, Keys", error.Message, StringComparison.Ordinal);
    }

    private static PruningOptions By(SelectionMethod method, int keep) => new() { Keep = KeepBudget.Tokens(keep), Selection = method };

    private static VisionLanguageModel Load(string name) =>
        VisionLanguageModel.Load(name == "shapes-vlm" ? TestPaths.Model : FamilyCase.ModelFolder(name));

    private static PreparedImage ImageOf(VisionLanguageModel model, string name) => name == "shapes-vlm"
        ? model.Prepare(Directory.GetFiles(TestPaths.HeldOut, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First())
        : FamilyCase.Of(name).Last().Image();

    /// <summary>Of [T, T]: the class token's row, or what each token (of several patches) receives, in the order of X.</summary>
    private static float[] PerToken(double[] attention, int count, int[] moves)
    {
        int rows = (int)Math.Sqrt(attention.Length);
        if (rows == count + 1)
        {
            return [.. attention[1..rows].Select(value => (float)value)];
        }

        int group = rows / count;
        double[] received = new double[count];
        for (int i = 0; i < attention.Length; i++)
        {
            received[i % rows / group] += attention[i] / group;
        }

        return [.. Enumerable.Range(0, count).Select(token => (float)received[moves.Length == 0 ? token : moves[token]])];
    }

    // An encoder of one layer: 6 rows of width 24, 4 heads, no projector.
    private const int Rows = 6;
    private const int Width = 24;
    private const int Heads = 4;

    private static byte[] Layer(Func<OnnxGraphBuilder, string, string> attention)
    {
        var graph = new OnnxGraphBuilder("encoder", 17);
        string pixels = graph.Input("pixel_values", OnnxGraphBuilder.Element.Float, "batch", $"{Rows}", $"{Width}");
        graph.Node("Add", "", [pixels, attention(graph, pixels)], "visual_tokens");
        graph.Output("visual_tokens", OnnxGraphBuilder.Element.Float, "batch", $"{Rows}", $"{Width}");
        return graph.Build();
    }

    private static string Weight(OnnxGraphBuilder graph) => graph.Constant(Near.Random(Width * 3 * Width, 3, 0.5f), Width, 3 * Width);

    private static string Bias(OnnxGraphBuilder graph) => graph.Constant(Near.Random(3 * Width, 4, 0.5f), 3 * Width);

    private static string[] Parts(OnnxGraphBuilder graph, string x) => graph.NodeWithOutputs(
        "Split", [x, graph.Constant([(long)Width, Width, Width], 3)], 3, ("axis", -1));

    private static string Spelled(OnnxGraphBuilder graph, string x)
    {
        string all = graph.Node("Add", [graph.Node("MatMul", [x, Weight(graph)]), Bias(graph)]);
        string shape = graph.Constant([0L, 0L, Heads, Width / Heads], 4);
        string[] heads = [.. Parts(graph, all).Select(part => graph.Node("Reshape", [part, shape]))];
        string query = graph.Node("Transpose", [heads[0]], ("perm", (long[])[0, 2, 1, 3]));
        string keys = graph.Node("Transpose", [heads[1]], ("perm", (long[])[0, 2, 3, 1]));
        string values = graph.Node("Transpose", [heads[2]], ("perm", (long[])[0, 2, 1, 3]));
        string logits = graph.Node("Mul", [graph.Node("MatMul", [query, keys]), graph.Scalar(1 / MathF.Sqrt(Width / Heads))]);
        string mixed = graph.Node("MatMul", [graph.Node("Softmax", [logits], ("axis", -1)), values]);
        string turned = graph.Node("Transpose", [mixed], ("perm", (long[])[0, 2, 1, 3]));
        return graph.Node("Reshape", [turned, graph.Constant([0L, 0L, Width], 3)]);
    }

    private static string Attention(OnnxGraphBuilder graph, string x) => graph.Node(
        "Attention", OnnxGraphBuilder.MicrosoftDomain, [x, Weight(graph), Bias(graph)], null, ("num_heads", Heads));

    private static string MultiHead(OnnxGraphBuilder graph, string x)
    {
        string[] parts = Parts(graph, graph.Node("MatMul", [x, Weight(graph)]));
        return graph.Node("MultiHeadAttention", OnnxGraphBuilder.MicrosoftDomain, [.. parts, Bias(graph)], null, ("num_heads", Heads));
    }

    private static Dictionary<string, float[]> Outputs(byte[] encoder)
    {
        OnnxGraph graph = OnnxGraphReader.Read(encoder);
        (ModelProto model, _) = AttentionWriter.Write(graph, new ConstantFolder(graph), takesPatches: false, out _)!.Value;
        using GraphSession session = GraphSession.Create("inside", Google.Protobuf.MessageExtensions.ToByteArray(model), 1);
        string[] names = [.. session.Outputs.Keys.Order()];
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            ["pixel_values"], [GraphRun.Tensor(Near.Random(2 * Rows * Width, 5), 2, Rows, Width)], names);
        return names.Zip(outputs, (name, value) => (name, value.GetTensorDataAsSpan<float>().ToArray())).ToDictionary();
    }
}
