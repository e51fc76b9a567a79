using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Tests;

public sealed class ModelSplitterTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly TestFolder _out = new();

    public ModelSplitterTests()
    {
        _files.Delete("onnx/projector.onnx");
        _files.Write("onnx/vision_encoder.onnx", Whole());
    }

    private string Target => Path.Combine(_out.Root, "split");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_Model_GivesTheSameAnswersAndNothingElse(bool external)
    {
        if (external)
        {
            (byte[] graph, byte[] data) = ExternalGraph.Of(Whole());
            _files.Write("onnx/vision_encoder.onnx", graph);
            _files.Write($"onnx/{ExternalGraph.DataFile}", data);
        }

        _files.Write("README.md", "not needed");
        using VisionLanguageModel whole = _files.Load();
        ModelSplitter.Write(whole.Files, Target);

        string[] expected =
        [
            "config.json", "generation_config.json", "onnx/decoder_model_merged.onnx", "onnx/embed_tokens.onnx", "onnx/projector.onnx",
            "onnx/vision_encoder.onnx", "preprocessor_config.json", "tokenizer.json",
        ];
        IEnumerable<string> got = Directory.GetFiles(Target, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Target, file)).Order(StringComparer.Ordinal);
        Assert.Equal(external ? [.. expected.Append("onnx/vision_encoder.onnx_data").Order(StringComparer.Ordinal)] : expected, got);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_out.Root));

        using VisionLanguageModel split = VisionLanguageModel.Load(Target);
        Assert.IsType<MlpOnnxProjector>(split.Projector);
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(2) };
        VisionAnswer a = whole.Answer(TinyModel.Image(), "what ?", pruning, 5);
        VisionAnswer b = split.Answer(TinyModel.Image(), "what ?", pruning, 5);
        Assert.Equal(a.KeptIndices, b.KeptIndices);
        Assert.Equal(a.TokenIds, b.TokenIds);
        Near.Equal(whole.NextTokenLogits(TinyModel.Image(), "where ?"), split.NextTokenLogits(TinyModel.Image(), "where ?"), 1e-6);
    }

    [Theory]
    [InlineData("llava")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    [InlineData("qwen2-vl")]
    [InlineData("qwen2.5-vl")]
    public void Write_Family_GivesTheSameAnswers(string family)
    {
        using var folder = new TestFolder();
        string target = Path.Combine(folder.Root, "split");
        using VisionLanguageModel whole = VisionLanguageModel.Load(TestPaths.Data("Families", family));
        float[]? separator = ModelWeights.Find(whole.Files.Root, ["image_newline", "model.image_newline"]);
        ModelSplitter.Write(whole.Files, target, separator is null ? null : ("image_newline", separator));
        using VisionLanguageModel split = VisionLanguageModel.Load(target);
        byte[] rgb = new byte[150 * 90 * 3];
        new Random(3).NextBytes(rgb);
        PreparedImage image = whole.Prepare(rgb, 150, 90);
        var pruning = new PruningOptions { Keep = KeepBudget.Ratio(0.3) };

        VisionAnswer a = whole.Answer(image, "what is it?", pruning, 8);
        VisionAnswer b = split.Answer(image, "what is it?", pruning, 8);

        Assert.Equal(a.KeptIndices, b.KeptIndices);
        Assert.Equal(a.TokenIds, b.TokenIds);
    }

    [Fact]
    public void Write_ExternalConstants_LeavesTheProjectorsOut()
    {
        (byte[] graph, byte[] data) = ExternalGraph.Of(Whole());
        _files.Write("onnx/vision_encoder.onnx", graph);
        _files.Write($"onnx/{ExternalGraph.DataFile}", data);

        ModelSplitter.Write(ModelFolder.Open(_files.Root), Target);

        int patches = 3 * 8 * 8 / TinyModel.Tokens * TinyModel.EncoderWidth * sizeof(float);
        Assert.Equal(patches, new FileInfo(Path.Combine(Target, "onnx", "vision_encoder.onnx_data")).Length);
        Assert.True(data.Length > patches);
    }

    [Fact]
    public void Write_GraphLoadedInPlace_IsWrittenWhole()
    {
        _files.Write("onnx/vision_encoder.onnx", Whole(ballast: (int)RewrittenGraph.InPlaceFrom / sizeof(float)));
        float[] expected;
        using (VisionLanguageModel whole = _files.Load())
        {
            ModelSplitter.Write(whole.Files, Target);
            expected = whole.NextTokenLogits(TinyModel.Image(), "where ?");
        }

        _files.Delete("onnx/vision_encoder.onnx");
        using VisionLanguageModel split = VisionLanguageModel.Load(Target);
        Assert.Equal(expected, split.NextTokenLogits(TinyModel.Image(), "where ?"));
    }

    [Fact]
    public void WriteEncoder_TooLargeForOneFile_PutsLargeConstantsBeside()
    {
        // As what is inside and what is outside together, as where a projector of its own comes to an encoder in two files.
        using var files = new TinyModel();
        files.WriteEncoder(width: 100);
        (byte[] graph, byte[] data) = ExternalGraph.Of(File.ReadAllBytes(files.Path("onnx/vision_encoder.onnx")), least: 4000);
        files.Write($"onnx/{ExternalGraph.DataFile}", data);
        ModelProto model = OnnxModelReader.Read(graph);
        float[] more = Near.Random(1000, seed: 1);
        byte[] bytes = [.. more.SelectMany(BitConverter.GetBytes)];
        TensorProto constant = OnnxGraphBuilder.Tensor(
            OnnxGraphBuilder.Element.Float, bytes, [1, 10, 100], "more");
        model.Graph.Initializer.Add(constant);
        model.Graph.Node.Add(OnnxGraphBuilder.Operation("Slice", ["more", "zero", "one", "one"], "first"));
        foreach ((string name, long value) in new[] { ("zero", 0L), ("one", 1L) })
        {
            model.Graph.Initializer.Add(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Int64, BitConverter.GetBytes(value), [1], name));
        }

        model.Graph.Output.Clear();
        model.Graph.Node.Add(OnnxGraphBuilder.Operation("Add", ["visual_tokens", "first"], "sum"));
        model.Graph.Output.Add(OnnxGraphBuilder.Value("sum", OnnxGraphBuilder.Element.Float, "batch", "4", "100"));
        Directory.CreateDirectory(Target);

        ModelSplitter.WriteEncoder(model, files.Path("onnx"), Target, mostInside: 3000);

        Assert.True(new FileInfo(Path.Combine(Target, "vision_encoder.onnx")).Length < 2000);
        Assert.Equal(data.Length + 4000, new FileInfo(Path.Combine(Target, ExternalGraph.DataFile)).Length, 64.0);
        float[] pixels = TinyModel.Image().PixelValues.ToArray();
        using Microsoft.ML.OnnxRuntime.OrtValue a = GraphRun.Tensor(pixels, 1, 3, 8, 8);
        float[] before = GraphRun.File(files.Path("onnx/vision_encoder.onnx"), ("pixel_values", a)).Values;
        float[] after = GraphRun.File(Path.Combine(Target, "vision_encoder.onnx"), ("pixel_values", a)).Values;
        Near.Equal([.. before.Select((value, i) => value + more[(i / 100 / 4 * 100) + (i % 100)])], after, 1e-6);
    }

    [Fact]
    public void Write_Separator_BecomesTheOnlyTensor()
    {
        ModelSplitter.Write(ModelFolder.Open(_files.Root), Target, ("image_newline", [1.5f, -2]));

        byte[] file = File.ReadAllBytes(Path.Combine(Target, "model.safetensors"));
        int header = (int)BitConverter.ToInt64(file);
        Assert.Equal(0, header % 8);
        Assert.Equal(
            """{"image_newline":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
            System.Text.Encoding.UTF8.GetString(file, 8, header).TrimEnd());
        Assert.Equal((1.5f, -2f), (BitConverter.ToSingle(file, 8 + header), BitConverter.ToSingle(file, 12 + header)));
    }

    [Fact]
    public void Write_SplitAlready_IsAnError()
    {
        _files.WriteEncoder();
        _files.WriteProjector();

        AssertError(
            () => ModelSplitter.Write(ModelFolder.Open(_files.Root), Target),
            $"Model folder '{_files.Root}': it has onnx/projector.onnx, so its vision encoder is split already. "
            + "Splitting needs a vision encoder that ends after the projector; use the folder as it is.");
    }

    [Fact]
    public void Write_FolderWithFiles_IsAnError()
    {
        _out.Write("split/mine.txt", "");

        AssertError(
            () => ModelSplitter.Write(ModelFolder.Open(_files.Root), Target),
            $"Folder '{Target}': it is there already and not empty. "
            + "The split model needs a new or an empty folder; name another or delete what is there.");
    }

    [Fact]
    public void Write_BrokenGraph_LeavesNothingBehind()
    {
        _files.Write("onnx/decoder_model_merged.onnx", [1, 2, 3]);

        Assert.StartsWith($"Folder '{Target}': the split model could not be written (", Assert.Throws<ZooPruneException>(
            () => ModelSplitter.Write(ModelFolder.Open(_files.Root), Target)).Message);
        Assert.Empty(Directory.GetFileSystemEntries(_out.Root));
    }

    public void Dispose()
    {
        _files.Dispose();
        _out.Dispose();
    }

    private static void AssertError(Action write, string message) => Assert.Equal(message, Assert.Throws<ZooPruneException>(write).Message);

    /// <summary>The tiny model's encoder with its projector behind it, as on the hub; with that many weights more that change nothing.</summary>
    private static byte[] Whole(int ballast = 0)
    {
        var graph = new OnnxGraphBuilder("encoder");
        string pixels = graph.Input("pixel_values", OnnxGraphBuilder.Element.Float, "batch", "3", "8", "8");
        int patch = 3 * 8 * 8 / TinyModel.Tokens;
        string patches = graph.Node("Reshape", [pixels, graph.Constant([-1L, TinyModel.Tokens, patch], 3)]);
        string embedding = graph.Constant(Near.Random(patch * TinyModel.EncoderWidth, 1, 0.1f), patch, TinyModel.EncoderWidth);
        string x = graph.Node("Tanh", [graph.Node("MatMul", [patches, embedding])]);
        if (ballast > 0)
        {
            x = graph.Node("Add", [x, graph.Node("ReduceMax", [graph.Constant(new float[ballast], ballast)], ("keepdims", 0))]);
        }

        string[] shape = ["batch", $"{TinyModel.Tokens}", $"{TinyModel.Width}"];
        MlpWeights weights = ProjectorGraphs.Weights(TinyModel.EncoderWidth, 7, TinyModel.Width);
        string rows = graph.Node(
            "Slice", [x, graph.Constant([0L], 1), graph.Constant([(long)TinyModel.Tokens], 1), graph.Constant([1L], 1)]);
        string z = EncoderGraphs.MatMulAdd(
            graph, graph.Node("Gelu", [EncoderGraphs.MatMulAdd(graph, rows, weights.First)]), weights.Second);
        graph.Node("Identity", "", [z], "image_features");
        graph.Output("image_features", OnnxGraphBuilder.Element.Float, shape);
        return graph.Build();
    }
}
