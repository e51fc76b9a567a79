using System.Text.Json;
using Google.Protobuf;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Cli.Tests;

/// <summary>"inspect" over the model of the repository and tiny ones of other families.</summary>
public class InspectCommandTests
{
    [Fact]
    public void Run_ModelOfTheRepository_SaysAllOfIt()
    {
        var run = ToolRun.InProcess("inspect", TestModel.Folder, "--size", "336x336");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        string[] lines = [.. run.Output.Split('\n').Select(line => line.Trim())];
        Assert.Equal($"{TestModel.Folder}: llava, complete", lines[0]);
        lines = lines[1..];
        Assert.Contains("Projector: 96 -> 128, GELU (erf), -> 128, in onnx/projector.onnx", lines);
        Assert.Contains("Sensitivity: closed form", lines);
        Assert.Contains("KV cache: 4,096 bytes a token", lines);
        string[] words = [.. lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.Contains("onnx/decoder_model_merged.onnx float32 * 3.3 MB 3.3 MB", words);
        Assert.Contains("336 x 336 1 576 0 587 2.4 MB", words);
        Assert.Contains("336 x 336 192 192 384 65 % 831.5 kB", words);
        Assert.Contains("64 64 512 87 % 307.2 kB", words);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public void Run_Json_HasTheAgreedShape()
    {
        var run = ToolRun.InProcess("inspect", FamilyFolder.Of("llava-next"), "--size", "640x480", "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """
            .model: string
            .family: string
            .isUsable: boolean
            .files[].name: string
            .files[].isRequired: boolean
            .files[].bytes: number
            .graphs[].part: string
            .graphs[].file: string
            .graphs[].precision: string
            .graphs[].isDefault: boolean
            .graphs[].bytes: number
            .graphs[].memoryBytes: number
            .graphs[].externalFiles[]
            .graphs[].inputs[].name: string
            .graphs[].inputs[].type: string
            .graphs[].inputs[].shape[]: string
            .graphs[].outputs[].name: string
            .graphs[].outputs[].type: string
            .graphs[].outputs[].shape[]: string
            .projector.form: string
            .projector.inputWidth: number
            .projector.hiddenWidth: number
            .projector.outputWidth: number
            .projector.activation: string
            .projector.file: string
            .projector.cutAt: string
            .projector.sensitivity: string
            .projector.note: null
            .cacheBytesPerToken: number
            .promptTokens: number
            .pictures[].width: number
            .pictures[].height: number
            .pictures[].tiles: number
            .pictures[].visualTokens: number
            .pictures[].newlines: number
            .pictures[].prefillTokens: number
            .pictures[].cacheBytes: number
            .pictures[].budgets[].keep: string
            .pictures[].budgets[].kept: number
            .pictures[].budgets[].savedTokens: number
            .pictures[].budgets[].savedShare: number
            .pictures[].budgets[].cacheBytes: number
            .problems[]
            """.ReplaceLineEndings("\n"),
            JsonShape.Of(run.Json));
    }

    [Theory]
    [MemberData(nameof(FamilyFolder.Names), MemberType = typeof(FamilyFolder))]
    public void Run_EveryFamily_CountsTheTokensThatTransformersCounts(string family)
    {
        ImageDecoder decoder = new(long.MaxValue);
        IReadOnlyList<(string Picture, int VisualTokens)> cases = FamilyFolder.Cases(family);
        string[] sizes = [.. cases.Select(row => decoder.Read(row.Picture)).Select(picture => $"{picture.Width}x{picture.Height}")];

        var run = ToolRun.InProcess(["inspect", FamilyFolder.Of(family), "--json", "--keep", "5,50%", .. sizes.SelectMany(size => (string[])["--size", size])]);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        JsonElement[] pictures = [.. run.Json.GetProperty("pictures").EnumerateArray()];
        Assert.Equal(
            cases.Select(row => row.VisualTokens),
            pictures.Select(picture => picture.GetProperty("visualTokens").GetInt32() + picture.GetProperty("newlines").GetInt32()));
        int text = run.Json.GetProperty("promptTokens").GetInt32();
        long cache = run.Json.GetProperty("cacheBytesPerToken").GetInt64();
        Assert.All(pictures, picture =>
        {
            (int tokens, int newlines) = (picture.GetProperty("visualTokens").GetInt32(), picture.GetProperty("newlines").GetInt32());
            Assert.Equal(text + tokens + newlines, picture.GetProperty("prefillTokens").GetInt32());
            JsonElement half = picture.GetProperty("budgets")[1];
            Assert.Equal(tokens / 2, half.GetProperty("kept").GetInt32());
            Assert.Equal(cache * (text + newlines + (tokens / 2)), half.GetProperty("cacheBytes").GetInt64());
        });
    }

    [Fact]
    public void Run_SeveralPrecisions_ListsThemAndSaysWhichIsTaken()
    {
        JsonElement json = ToolRun.InProcess("inspect", FamilyFolder.Of("llava"), "--json").Json;

        Assert.Equal(
            ["float32 True", "float16 False", "q8 False", "q4 False"],
            json.GetProperty("graphs").EnumerateArray()
                .Where(graph => graph.GetProperty("part").GetString() == "vision encoder")
                .Select(graph => $"{graph.GetProperty("precision")} {graph.GetProperty("isDefault")}"));
        Assert.Equal(384, json.GetProperty("cacheBytesPerToken").GetInt64()); // 2 layers x key and value x 2 heads x 12 x float32
        Assert.Equal("onnx/vision_encoder.onnx", json.GetProperty("projector").GetProperty("file").GetString());
        Assert.Equal("Linear, GELU, Linear", json.GetProperty("projector").GetProperty("form").GetString());
    }

    public static TheoryData<string, string> Missing => new()
    {
        { "config.json", "config.json is missing. It says what kind of model this is; take it from the hub folder that the others come "
            + "from (docs/models.md lists some)." },
        { "preprocessor_config.json", "preprocessor_config.json is missing. It says how pictures are prepared; take it from the hub "
            + "folder that the others come from (docs/models.md lists some)." },
        { "tokenizer.json", "tokenizer.json is missing. It turns text into tokens; take it from the hub folder that the others come "
            + "from (docs/models.md lists some)." },
        { "onnx/vision_encoder.onnx", "there is no onnx/vision_encoder.onnx, in any precision. It is the vision encoder; take it from "
            + "the hub folder that the others come from (docs/models.md lists some), in the layout vision_encoder, embed_tokens, "
            + "decoder_model_merged." },
        { "onnx/decoder_model_merged.onnx", "there is no onnx/decoder_model_merged.onnx, in any precision. It is the language model; "
            + "take it from the hub folder that the others come from (docs/models.md lists some), in the layout vision_encoder, "
            + "embed_tokens, decoder_model_merged." },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public void Run_FileMissing_SaysWhatAndFromWhereAndEndsWithOne(string name, string problem)
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        File.Delete(Path.Combine(model, name));

        var run = ToolRun.InProcess("inspect", model);

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        Assert.Contains(": ", run.Output.Split('\n')[0]);
        Assert.EndsWith(", not usable as it is", run.Output.Split('\n')[0].TrimEnd());
        Assert.Equal([$"Problem: Model folder '{model}': {problem}"], run.Output.Split('\n').Select(line => line.TrimEnd()).Where(line => line.StartsWith("Problem: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_SeveralThingsWrong_SaysAllOfThem()
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        File.WriteAllText(Path.Combine(model, "config.json"), """{"model_type": "blip", "_name_or_path": "someone/some-model"}""");
        File.Delete(Path.Combine(model, "tokenizer.json"));
        File.WriteAllBytes(Path.Combine(model, "onnx", "embed_tokens.onnx"), [1, 2, 3]);

        var run = ToolRun.InProcess("inspect", model, "--json");

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        Assert.False(run.Json.GetProperty("isUsable").GetBoolean());
        Assert.Equal("blip", run.Json.GetProperty("family").GetString());
        string[] problems = [.. run.Json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)];
        Assert.Equal(3, problems.Length);
        Assert.Contains("'model_type' is blip, which is not supported. Supported are llava, llava_next, qwen2_vl, qwen2_5_vl", problems[0]);
        Assert.EndsWith("tokenizer.json is missing. It turns text into tokens; take it from someone/some-model on the Hugging Face "
            + "hub, or from an ONNX copy of that.", problems[1]);
        Assert.Contains("onnx/embed_tokens.onnx cannot be read as ONNX (", problems[2]);
    }

    [Fact]
    public void Run_WeightsBesideAGraph_CountsThemOrMissesThem()
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        string path = Path.Combine(model, "onnx", "embed_tokens.onnx");
        WriteGraph(path, "embed_tokens.onnx_data", 1000, 100);

        JsonElement missing = ToolRun.InProcess("inspect", model, "--json").Json;
        File.WriteAllBytes($"{path}_data", new byte[400_000]);
        JsonElement there = ToolRun.InProcess("inspect", model, "--json").Json;

        Assert.Equal(
            $"Model folder '{model}': onnx/embed_tokens.onnx_data is missing. It holds weights of onnx/embed_tokens.onnx; download it "
                + "with the graph, take it from the hub folder that the others come from (docs/models.md lists some).",
            missing.GetProperty("problems")[0].GetString());
        JsonElement graph = there.GetProperty("graphs").EnumerateArray().Single(graph => graph.GetProperty("part").GetString() == "text embeddings");
        Assert.Equal(0, there.GetProperty("problems").GetArrayLength());
        Assert.Equal(400_000 + new FileInfo(path).Length, graph.GetProperty("bytes").GetInt64());
        Assert.Equal(400_000, graph.GetProperty("memoryBytes").GetInt64());
    }

    [Theory]
    [InlineData("../../config.json")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0b")]
    public void Run_WeightsOutsideOfTheFolder_AreNotLookedAt(string location)
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        WriteGraph(Path.Combine(model, "onnx", "embed_tokens.onnx"), location, 10);

        var run = ToolRun.InProcess("inspect", model, "--json");

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        Assert.Contains("onnx/embed_tokens.onnx", run.Json.GetProperty("problems")[0].GetString());
        Assert.All(
            run.Json.GetProperty("graphs").EnumerateArray().SelectMany(graph => graph.GetProperty("externalFiles").EnumerateArray()),
            file => Assert.Equal(JsonValueKind.Null, file.GetProperty("bytes").ValueKind));
    }

    [Fact]
    public void Run_GraphOverTwoGigabytes_SaysSoAtOnce()
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        using (FileStream file = File.OpenWrite(Path.Combine(model, "onnx", "decoder_model_merged.onnx")))
        {
            file.SetLength(5L << 30); // Holes take no place on the disk.
        }

        var run = ToolRun.InProcess("inspect", model);

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("more than the 2 GB of the format", run.Output);
    }

    [Theory]
    [InlineData("336")]
    [InlineData("0x10")]
    [InlineData("10x-1")]
    [InlineData("axb")]
    [InlineData("1x2x3")]
    public void Run_BadSize_EndsWithTwo(string size)
    {
        var run = ToolRun.InProcess("inspect", TestModel.Folder, "--size", size);

        Assert.Equal(
            (ExitCode.BadInput, $"zooprune: the option --size is '{size}'. Expected width and height in pixels, as in 640x480; correct it.", ""),
            (run.ExitCode, run.Error.TrimEnd(), run.Output));
    }

    [Fact]
    public void Run_PictureTheModelCannotTake_IsAProblemOfThatSizeOnly()
    {
        var run = ToolRun.InProcess("inspect", FamilyFolder.Of("qwen2.5-vl"), "--size", "10000x20", "--size", "100x100", "--json");

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Equal(1, run.Json.GetProperty("pictures").GetArrayLength());
        Assert.True(run.Json.GetProperty("isUsable").GetBoolean());
        Assert.StartsWith("Pictures of 10000 x 20 pixels: ", run.Json.GetProperty("problems")[0].GetString());
    }

    [Fact]
    public void Run_NoSuchFolder_EndsWithTwo()
    {
        var run = ToolRun.InProcess("inspect", "nowhere", "--json");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("'nowhere': there is no such folder", run.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Process_Inspect_WorksFromTheRepository()
    {
        var run = ToolRun.AsProcess("inspect", "models/shapes-vlm", "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal("models/shapes-vlm", run.Json.GetProperty("model").GetString());
        Assert.Equal(5, run.Json.GetProperty("pictures").GetArrayLength());
    }

    /// <summary>A graph of one constant, whose values are in another file.</summary>
    private static void WriteGraph(string path, string location, params ReadOnlySpan<long> shape)
    {
        TensorProto weight = OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Float, [], shape, "embedding");
        weight.ClearRawData();
        weight.DataLocation = DataLocation.External;
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        var builder = new OnnxGraphBuilder("embedding");
        builder.Input("input_ids", OnnxGraphBuilder.Element.Int64, "batch", "length");
        ModelProto model = ModelProto.Parser.ParseFrom(builder.Build());
        model.Graph.Initializer.Add(weight);
        File.WriteAllBytes(path, model.ToByteArray());
    }
}
