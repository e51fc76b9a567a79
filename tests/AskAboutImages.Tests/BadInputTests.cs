using System.Text.Json;

namespace ZooPrune.Samples.Tests;

/// <summary>What bad input gets: a message that says what is wrong and what to do, and exit code 2, or 1 if only some rows are bad.</summary>
public class BadInputTests
{
    public static TheoryData<string, byte[]?, string> BadImages => new()
    {
        { "missing.png", null, "there is no such file. Expected a PNG, JPEG, WebP, GIF or BMP file; check the path" },
        { "empty.png", [], "the file has 0 bytes. Expected a PNG, JPEG, WebP, GIF or BMP file; copy or download it again" },
        { "truncated.png", TestPng.Truncated(), "the PNG file stops after" },
        { "magic.png", [.. "GIF89b"u8, .. TestPng.Create().AsSpan(6)], "it starts with the bytes 47 49 46 38" },
        { "bomb.png", TestPng.Bomb(20_000, 20_000), "it has 20,000 x 20,000 = 400,000,000 pixels. At most 64,000,000 are decoded; make the image smaller" },
    };

    [Theory]
    [MemberData(nameof(BadImages))]
    public void Run_OnlyImageIsBad_EndsWithTwo(string name, byte[]? content, string hint)
    {
        using TestFolder folder = new();
        if (content is not null)
        {
            folder.Write(name, content);
        }

        var run = ProgramRun.InProcess("--model", TestModel.Folder, "--image", folder.PathOf(name), "--question", "How many circles are there?");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(name, run.Error);
        Assert.Contains(hint, run.Error);
        Assert.Contains("0 of 1 questions answered, 1 failed.", run.Output);
    }

    [Fact]
    public void Run_ModelFolderMissing_NamesTheFolderBeforeWhatLiesInIt()
    {
        var run = ProgramRun.InProcess("--model", "nowhere");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal(
            "AskAboutImages: the model folder 'nowhere' does not exist. Expected a folder with config.json and onnx/*.onnx; correct --model.",
            run.Error.TrimEnd());
    }

    [Fact]
    public void Run_OneBadImageAmongGoodOnes_GoesOnAndEndsWithOne()
    {
        using TestFolder folder = new();
        folder.Write("good.png", TestPng.Create());
        folder.Write("bad.png", TestPng.Truncated());
        folder.WriteQuestions(("good.png", "Is there a red circle?"), ("bad.png", "Is there a red circle?"), ("good.png", "How many circles are there?"));
        string json = folder.PathOf("answers.json");

        var run = ProgramRun.InProcess("--model", TestModel.Folder, "--images", folder.Root, "--json", json, "--overlay-count", "0");

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("2 of 3 questions answered, 1 failed.", run.Output);
        Assert.Contains("line 2, bad.png: Image", run.Error);
        JsonElement root = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
        JsonElement[] answers = [.. root.GetProperty("answers").EnumerateArray()];
        Assert.Equal([false, true, false], answers.Select(answer => answer.TryGetProperty("error", out _)));
        Assert.StartsWith("error: ", answers[1].GetProperty("answer").GetString());
        Assert.Equal(1, root.GetProperty("errors").GetInt32());
    }

    [Fact]
    public void Run_OneEmptyQuestionAmongOthers_GoesOnAndEndsWithOne()
    {
        using TestFolder folder = new();
        folder.Write("good.png", TestPng.Create());
        folder.WriteQuestions(("good.png", "Is there a red circle?"), ("good.png", "  "));

        var run = ProgramRun.InProcess("--model", TestModel.Folder, "--images", folder.Root, "--overlay-count", "0");

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("1 of 2 questions answered, 1 failed.", run.Output);
        Assert.Contains("question", run.Error);
    }

    [Fact]
    public void Run_EmptyQuestionOnly_EndsWithTwo()
    {
        using TestFolder folder = new();
        folder.Write("good.png", TestPng.Create());

        var run = ProgramRun.InProcess("--model", TestModel.Folder, "--image", folder.PathOf("good.png"), "--question", "");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("question", run.Error);
    }

    [Theory]
    [InlineData("EncodeImages")]
    [InlineData("ApplyOnnxModel")]
    public void Run_EncoderGivesNaN_EndsWithTwoAndSaysSo(string encoder)
    {
        using TestFolder folder = new();
        folder.Write("good.png", TestPng.Create());
        string model = TestModel.CopyTo(folder);
        Assert.True(OnnxWeights.FillWithNaN(Path.Combine(model, "onnx", "vision_encoder.onnx")) > 100_000);

        var run = ProgramRun.InProcess(
            "--model", model, "--encoder", encoder, "--image", folder.PathOf("good.png"), "--question", "Is there a red circle?", "--overlay-count", "0");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("NaN", run.Error);
        Assert.Contains("0 of 1 questions answered, 1 failed.", run.Output);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("onnx/vision_encoder.onnx")]
    [InlineData("onnx/projector.onnx")]
    [InlineData("onnx/embed_tokens.onnx")]
    [InlineData("onnx/decoder_model_merged.onnx")]
    public void Run_ModelFileMissing_EndsWithTwoAndNamesIt(string name)
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        File.Delete(Path.Combine(model, name));

        var run = AskOneQuestion(folder, model);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(Path.GetFileName(name), run.Error);
    }

    [Theory]
    [InlineData("onnx/embed_tokens.onnx", "onnx/projector.onnx")]
    [InlineData("onnx/projector.onnx", "onnx/vision_encoder.onnx")]
    [InlineData("onnx/vision_encoder.onnx", "onnx/decoder_model_merged.onnx")]
    [InlineData("config.json", "onnx/embed_tokens.onnx")]
    public void Run_GraphsThatDoNotFit_EndsWithTwoAndNamesTheFile(string source, string target)
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        File.Copy(Path.Combine(model, source), Path.Combine(model, target), overwrite: true);

        var run = AskOneQuestion(folder, model);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(Path.GetFileName(target), run.Error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("101%")]
    public void Run_KeepOutOfRange_EndsWithTwo(string keep)
    {
        var run = ProgramRun.InProcess("--keep", keep);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal(
            $"AskAboutImages: the option --keep is '{keep}'. Expected a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 (11%); correct it.",
            run.Error.TrimEnd());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public void Run_EmptyQuestionsFile_EndsWithTwo()
    {
        using TestFolder folder = new();
        string path = folder.Write("questions.jsonl", "");

        var run = ProgramRun.InProcess("--model", TestModel.Folder, "--questions", path);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains($"the questions file '{path}' holds no question.", run.Error);
    }

    [Fact]
    public void Run_MissingImageFolder_EndsWithTwo()
    {
        var run = ProgramRun.InProcess("--model", TestModel.Folder, "--images", "no/such/folder");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal(
            "AskAboutImages: the image folder 'no/such/folder' does not exist. Expected the folder that the questions' images lie in; give it with --images.",
            run.Error.TrimEnd());
    }

    [Fact]
    public void Run_MissingModelFolder_EndsWithTwo()
    {
        using TestFolder folder = new();

        var run = AskOneQuestion(folder, folder.PathOf("no-model"));

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("no-model", run.Error);
    }

    private static ProgramRun AskOneQuestion(TestFolder folder, string model)
    {
        folder.Write("good.png", TestPng.Create());
        return ProgramRun.InProcess("--model", model, "--image", folder.PathOf("good.png"), "--question", "Is there a red circle?");
    }
}
