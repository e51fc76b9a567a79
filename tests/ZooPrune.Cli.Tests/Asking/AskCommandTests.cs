using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>"ask" over the model of the repository.</summary>
public class AskCommandTests
{
    private const string Question = "Where is the red circle?";

    [Fact]
    public void Run_Keep_SaysAnswerTokensAndTimes()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--keep", "64");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("bottom left", run.Output);
        Assert.Contains("zooprune, keep 64", run.Output);
        Assert.Contains("64 of 576", run.Output);
        foreach (string stage in (string[])["preprocess ms", "encode ms", "prune ms", "prefill ms", "decode ms", "together ms"])
        {
            Assert.Contains(stage, run.Output);
        }

        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public void Run_NoKeep_KeepsAll()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains("576 of 576", run.Output);
    }

    [Fact]
    public void Run_Compare_ShowsBoth()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--keep", "10%", "--method", "div-prune", "--compare");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("all tokens: bottom left", run.Output);
        Assert.Contains("divprune, keep 10%: ", run.Output);
        Assert.Contains("576 of 576", run.Output);
        Assert.Contains("57 of 576", run.Output);
    }

    [Fact]
    public void Run_KeepMoreThanThereAre_SaysSo()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--keep", "700");

        Assert.Contains("Note: keep 700 of 576: all tokens kept", run.Output);
    }

    [Fact]
    public void Run_CutOff_SaysSo()
    {
        string[] arguments = ["ask", TestModel.Folder, TestModel.Picture, Question, "--max-new-tokens"];

        Assert.Contains(
            "Note: cut off after 1 token; a larger --max-new-tokens lets it go on.", ToolRun.InProcess([.. arguments, "1"]).Output);
        Assert.DoesNotContain("Note:", ToolRun.InProcess([.. arguments, "3"]).Output);
    }

    [Fact]
    public void MaxNewTokens_Default_IsTheEnginesEverywhere()
    {
        int engine = new Onnx.GenerationOptions().MaxNewTokens;

        Assert.All(
            ToolProgram.Commands().SelectMany(command => command.Options).Where(option => option.Name == "--max-new-tokens"),
            option => Assert.Equal(engine, option.GetDefaultValue()));
        Assert.Equal(
            ["ask", "chat", "score", "serve"],
            ToolProgram.Commands().Where(command => command.Options.Any(option => option.Name == "--max-new-tokens")).Select(command => command.Name));
    }

    [Theory]
    [InlineData(4, "--compare", "--keep", "64")] // Both, each after one that is not timed.
    [InlineData(2, "--compare", "--keep", "64", "--warm", "false")]
    [InlineData(1)]
    [InlineData(2, "--warm")]
    public void Run_Warm_AnswersOnceMoreBefore(int expected, params string[] options)
    {
        var run = ToolRun.InProcess(["ask", TestModel.Folder, TestModel.Picture, Question, "--verbose", .. options]);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        int answers = run.Errors.Split('\n').Count(line => line.Contains("answer of 1: ", StringComparison.Ordinal));
        Assert.Equal(expected, answers);
    }

    [Fact]
    public void Run_Verbose_SaysStepsOnStandardError()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--keep", "64", "--verbose", "--json");

        Assert.Equal("bottom left", run.Json.GetProperty("answer").GetString());
        string[] lines = run.Error.TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.Matches(@"^\[ *[0-9]+\.[0-9]{3}\] ", line));
        Assert.Equal(
            ["zooprune", "Model", "encode", "prune", "Read", "answer"], lines.Select(line => line.Split("] ")[1].Split(' ')[0]));
        Assert.Contains("Model shapes-vlm (llava) loaded on cpu in ", run.Error);
        Assert.Contains("Read 75 tokens, 64 of them visual; generated 3 (Stop)", run.Error);
    }

    [Fact]
    public void Run_VerboseAndAFailure_SaysWhere()
    {
        var run = ToolRun.InProcess("ask", "nowhere", TestModel.Picture, Question, "--verbose");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("   at ZooPrune.", run.Error);
    }

    [Fact]
    public void Run_PictureFromStandardInput_IsTheSameAsItsFile()
    {
        using TestFolder folder = new();
        string[] options = [Question, "--keep", "64", "--json", "--overlay"];

        var file = ToolRun.InProcess(["ask", TestModel.Folder, TestModel.Picture, .. options, folder.PathOf("file.png")]);
        var piped = ToolRun.WithInput(
            File.ReadAllBytes(TestModel.Picture), ["ask", TestModel.Folder, "-", .. options, folder.PathOf("piped.png")]);

        Assert.Equal((ExitCode.Success, ""), (piped.ExitCode, piped.Error));
        Assert.Equal("-", piped.Json.GetProperty("images")[0].GetString());
        Assert.Equal(file.Json.GetProperty("answer").GetString(), piped.Json.GetProperty("answer").GetString());
        Assert.Equal(file.Json.GetProperty("keptIndices").GetRawText(), piped.Json.GetProperty("keptIndices").GetRawText());
        Assert.Equal(File.ReadAllBytes(folder.PathOf("file.png")), File.ReadAllBytes(folder.PathOf("piped.png")));
    }

    [Fact]
    public void Run_StandardInputThatIsNoPicture_SaysSo()
    {
        string[] arguments = ["ask", TestModel.Folder, "--image", "-", Question];

        var text = ToolRun.WithInput("no picture"u8.ToArray(), arguments);
        var nothing = ToolRun.InProcess(arguments);
        var long_ = ToolRun.WithInput(new byte[(16 << 20) + 401], [.. arguments, "--max-image-pixels", "100"]);

        Assert.Equal((ExitCode.BadInput, ExitCode.BadInput, ExitCode.BadInput), (text.ExitCode, nothing.ExitCode, long_.ExitCode));
        Assert.Contains("'standard input'", text.Error);
        Assert.Equal(
            "zooprune: the picture is '-', and standard input is empty. Expected a picture piped in; look at what was to write it.",
            nothing.Error.TrimEnd());
        Assert.Equal(
            "zooprune: standard input has more than 16,777,616 bytes. Expected a picture of at most so many, four for each pixel of "
                + "--max-image-pixels; make it smaller or raise that.",
            long_.Error.TrimEnd());
    }

    [Fact]
    public void ReadPicture_FromTheKeyboard_SaysSo() => Assert.Equal(
        "zooprune: the picture is '-', and standard input is the keyboard. Expected a picture piped in (cat picture.png | ...); pipe one or "
            + "name a file.",
        Assert.Throws<UsageException>(() => new StandardInput(() => Stream.Null, isTerminal: true).ReadPicture(100)).Message);

    [Fact]
    public void Run_Json_HasTheAgreedShape()
    {
        var run = ToolRun.InProcess(
            "ask", TestModel.Folder, TestModel.Photo, "How many circles are there?", "--keep", "64", "--compare", "--positions", "compact", "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """
            .model: string
            .images[]: string
            .question: string
            .method: string
            .keep: string
            .positions: string
            .answer: string
            .finishReason: string
            .tokenIds[]: number
            .kept: number
            .total: number
            .keptIndices[]: number
            .milliseconds.preprocess: number
            .milliseconds.encode: number
            .milliseconds.prune: number
            .milliseconds.prefill: number
            .milliseconds.decode: number
            .milliseconds.together: number
            .note: null
            .full.answer: string
            .full.finishReason: string
            .full.tokenIds[]: number
            .full.milliseconds.preprocess: number
            .full.milliseconds.encode: number
            .full.milliseconds.prune: number
            .full.milliseconds.prefill: number
            .full.milliseconds.decode: number
            .full.milliseconds.together: number
            .overlay: null
            """.ReplaceLineEndings("\n"),
            JsonShape.Of(run.Json));
        Assert.Equal("three", run.Json.GetProperty("full").GetProperty("answer").GetString());
        Assert.Equal((64, 576), (run.Json.GetProperty("kept").GetInt32(), run.Json.GetProperty("total").GetInt32()));
        Assert.Equal(64, run.Json.GetProperty("keptIndices").EnumerateArray().Select(index => index.GetInt32()).Distinct().Count());
        Assert.Equal("compact", run.Json.GetProperty("positions").GetString());
    }

    [Fact]
    public void Run_JsonWithoutKeep_HasTheSameKeys()
    {
        JsonElement json = ToolRun.InProcess("ask", TestModel.Folder, "--image", TestModel.Picture, Question, "--max-new-tokens", "1", "--json").Json;

        Assert.Equal(
            ["model", "images", "question", "method", "keep", "positions", "answer", "finishReason", "tokenIds", "kept", "total", "keptIndices",
                "milliseconds", "note", "full", "overlay"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("method").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("full").ValueKind);
        Assert.Equal("length", json.GetProperty("finishReason").GetString());
        Assert.Equal(1, json.GetProperty("tokenIds").GetArrayLength());
        Assert.Equal(576, json.GetProperty("kept").GetInt32());
    }

    [Fact]
    public void Run_Overlay_WritesThePictureWithDarkTokens()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("kept.png");

        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--keep", "64", "--overlay", path);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains($"Overlay: {path}", run.Output);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Root));
        Onnx.Images.ImageDecoder decoder = new(long.MaxValue);
        Onnx.Images.RgbImage before = decoder.Read(TestModel.Picture);
        Onnx.Images.RgbImage after = decoder.Read(path);
        Assert.Equal((before.Width, before.Height), (after.Width, after.Height));
        int unchanged = Enumerable.Range(0, before.Width * before.Height).Count(i => before.Pixels.Slice(3 * i, 3).SequenceEqual(after.Pixels.Slice(3 * i, 3)));
        Assert.Equal(64.0 / 576, (double)unchanged / (before.Width * before.Height), 0.002);
    }

    [Fact]
    public void Run_ExifOrientation_TurnsThePicture()
    {
        using TestFolder folder = new();
        string[] arguments = ["ask", TestModel.Folder, folder.Write("turned.jpg", ExifJpeg.Create(TestModel.Folder)), ExifJpeg.Question];

        Assert.StartsWith(ExifJpeg.AsStored, ToolRun.InProcess(arguments).Output);
        Assert.StartsWith(ExifJpeg.AsTurned, ToolRun.InProcess([.. arguments, "--exif-orientation"]).Output);
    }

    [Fact]
    public void Run_MaxImagePixels_RefusesALargerPicture()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--max-image-pixels", "100");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("At most 100 are decoded", run.Error);
    }

    public static TheoryData<string, string[]> BadInput => new()
    {
        { "zooprune ask: the picture 'nowhere.png' does not exist. Expected an image file or a data URI; check the path.", ["nowhere.png", Question] },
        { $"zooprune ask: there is a picture, '{TestModel.Picture}', and no question. Expected pictures and then a question; add one, "
            + "in quotes if it has spaces.", [TestModel.Picture] },
        { "zooprune ask: there is a picture, '-', and no question. Expected pictures and then a question; add one, in quotes if it has "
            + "spaces.", ["-"] },
        { "zooprune ask: two pictures are '-', standard input. Expected at most one, because it can be read once; name a file for the "
            + "other.", ["-", "-", Question] },
        { "zooprune: the argument QUESTION is empty. Expected a text; give one.", [TestModel.Picture, " "] },
        { "zooprune: the option --keep is '0'. Expected a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 "
            + "(11%); correct it.", [TestModel.Picture, Question, "--keep", "0"] },
        { "zooprune: the option --method is 'best'. Expected one of zooprune, divprune, sensitivity, norm, uniform, random, fastervlm, visionzip, hired, prumerge, prumerge-plus, tome, dart, scope, otprune, cenprune; choose one of these.", [TestModel.Picture, Question, "--keep", "1", "--method", "best"] },
        { "zooprune: the option --method is given without --keep. Expected both or neither; add --keep.", [TestModel.Picture, Question, "--method", "norm"] },
        { "zooprune: the option --compare is given without --keep. Expected both or neither; add --keep.", [TestModel.Picture, Question, "--compare"] },
        { "zooprune: the option --max-new-tokens is '0'. Expected a whole number of at least 1; correct it.", [TestModel.Picture, Question, "--max-new-tokens", "0"] },
        { "zooprune: the option --temperature is 'hot'. Expected a number of at least 0 (0.7); correct it.", [TestModel.Picture, Question, "--temperature", "hot"] },
        { "zooprune: the option --top-p is '1.5'. Expected a number above 0 and at most 1 (0.9); correct it.", [TestModel.Picture, Question, "--temperature", "1", "--top-p", "1.5"] },
        { "zooprune: the option --device is 'a b'. Expected cpu, cuda, cuda:1 or the name of an execution provider; correct it.", [TestModel.Picture, Question, "--device", "a b"] },
        { "zooprune: the option --max-image-pixels is '0'. Expected a whole number of at least 1; correct it.", [TestModel.Picture, Question, "--max-image-pixels", "0"] },
        { "zooprune: the option --positions is 'none'. Expected one of auto, compact, original; choose one of these.", [TestModel.Picture, Question, "--positions", "none"] },
        { "zooprune ask: the option --overlay is given with 2 pictures. Expected exactly one, because it draws on that; ask about one "
            + "or leave --overlay out.", [TestModel.Picture, TestModel.Photo, Question, "--overlay", "x.png"] },
        { $"zooprune: the option --overlay is '{TestModel.Folder}', which is a folder. Expected the name of a file; add one.", [TestModel.Picture, Question, "--overlay", TestModel.Folder] },
    };

    [Theory]
    [MemberData(nameof(BadInput))]
    public void Run_BadInput_EndsWithTwoBeforeAnyWork(string message, string[] arguments)
    {
        // The model folder does not exist either: what was typed is looked at first.
        var run = ToolRun.InProcess(["ask", "nowhere", .. arguments]);

        Assert.Equal((ExitCode.BadInput, message, ""), (run.ExitCode, run.Error.TrimEnd(), run.Output));
    }

    [Fact]
    public void Run_ModelFolderMissing_EndsWithTwo()
    {
        var run = ToolRun.InProcess("ask", "nowhere", TestModel.Picture, Question);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("nowhere': there is no such folder. Expected a folder with config.json, tokenizer.json and onnx/*.onnx; check the path.", run.Error);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public void Run_BrokenPicture_EndsWithTwoAndSaysWhy()
    {
        using TestFolder folder = new();
        string path = folder.Write("cut.png", File.ReadAllBytes(TestModel.Picture).AsSpan(0, 500));

        var run = ToolRun.InProcess("ask", TestModel.Folder, path, Question, "--json");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("cut.png", run.Error);
        Assert.Contains("copy or download it again", run.Error);
    }

    [Theory]
    [MemberData(nameof(FamilyFolder.Names), MemberType = typeof(FamilyFolder))]
    public void Run_EveryFamily_KeepsWhatWasAskedAndDrawsIt(string family)
    {
        using TestFolder folder = new();
        string overlay = folder.PathOf("kept.png");
        (string picture, int visualTokens) = FamilyFolder.Cases(family)[0];

        var run = ToolRun.InProcess(
            "ask", FamilyFolder.Of(family), picture, "What is in the picture?", "--keep", "5", "--max-new-tokens", "3", "--overlay", overlay, "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(visualTokens, run.Json.GetProperty("total").GetInt32());
        Assert.Equal(5, run.Json.GetProperty("keptIndices").GetArrayLength());
        Assert.InRange(run.Json.GetProperty("tokenIds").GetArrayLength(), 1, 3);
        Onnx.Images.ImageDecoder decoder = new(long.MaxValue);
        Onnx.Images.RgbImage before = decoder.Read(picture);
        Onnx.Images.RgbImage after = decoder.Read(overlay);
        int views = family == "llava-next" ? 2 : 1;
        Assert.Equal(views * before.Width * before.Height, after.Width * after.Height);
    }

    [Fact]
    public void Run_SeveralPicturesOrNone_AreAnswered()
    {
        string model = FamilyFolder.Of("qwen2.5-vl");
        IReadOnlyList<(string Picture, int VisualTokens)> cases = FamilyFolder.Cases("qwen2.5-vl");

        var two = ToolRun.InProcess("ask", model, cases[0].Picture, "--image", cases[1].Picture, "What has changed?", "--keep", "2", "--max-new-tokens", "2", "--json");
        var none = ToolRun.InProcess("ask", model, "What is a circle?", "--max-new-tokens", "2");

        Assert.Equal((ExitCode.Success, ""), (two.ExitCode, two.Error));
        Assert.Equal(cases[0].VisualTokens + cases[1].VisualTokens, two.Json.GetProperty("total").GetInt32());
        Assert.Equal(4, two.Json.GetProperty("kept").GetInt32());
        Assert.Equal(ExitCode.Success, none.ExitCode);
        Assert.Contains("0 of 0", none.Output);
    }

    [Theory]
    [InlineData("q8")]
    [InlineData("q4")]
    [InlineData("float16")]
    public void Run_Precision_TakesThoseGraphs(string precision)
    {
        string model = FamilyFolder.Of("llava");
        string[] arguments = ["ask", model, FamilyFolder.Cases("llava")[0].Picture, "What is in the picture?", "--max-new-tokens", "4", "--json", "--precision"];

        var run = ToolRun.InProcess([.. arguments, precision]);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(4, run.Json.GetProperty("tokenIds").GetArrayLength());
    }

    [Fact]
    public void Run_PrecisionThatIsNotThere_EndsWithTwo()
    {
        var run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, Question, "--precision", "q4");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("shapes-vlm", run.Error);
    }

    [Fact]
    public void Run_AnswerWithControlCharacters_DoesNotReachTheTerminal()
    {
        // The tiny model's answer has a bell or an escape in it: it would move the cursor.
        string picture = Path.Combine(FamilyFolder.Of("llava"), "images", "wide.jpg");
        string[] arguments = ["ask", FamilyFolder.Of("llava"), picture, "How many red circles are there?", "--keep", "16", "--precision", "q4"];

        string answer = ToolRun.InProcess([.. arguments, "--json"]).Json.GetProperty("answer").GetString()!;

        Assert.Contains(answer, char.IsControl);
        Assert.DoesNotContain(ToolRun.InProcess(arguments).Output, character => char.IsControl(character) && character is not ('\n' or '\r' or '\t'));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Process_Json_IsAloneOnStandardOutput()
    {
        var run = ToolRun.AsProcess("ask", "models/shapes-vlm", "models/shapes-vlm/heldout/0000.png", Question, "--keep", "11%", "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal("models/shapes-vlm", run.Json.GetProperty("model").GetString());
        Assert.Equal(63, run.Json.GetProperty("kept").GetInt32());
    }
}
