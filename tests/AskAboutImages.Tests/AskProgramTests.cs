using System.Text.Json;

namespace ZooPrune.Samples.Tests;

/// <summary>The program over the model and the held-out questions of the repository.</summary>
public class AskProgramTests
{
    private static readonly string[] HeldOut = ["--model", TestModel.Folder, "--overlay-count", "0"];

    [Fact]
    public void Run_HeldOutQuestions_PrintsTableAndSummaryAndWritesJson()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("answers.json");

        var run = ProgramRun.InProcess([.. HeldOut, "--limit", "4", "--json", path]);

        Assert.Equal("", string.Concat(run.Error.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("576 of 576", run.Output);
        Assert.Contains("64 of 576", run.Output);
        Assert.Contains("exact answers", run.Output);
        Assert.Contains("4 of 4 questions answered, 0 failed.", run.Output);
        Assert.DoesNotContain('\e', run.Output);

        JsonElement root = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        JsonElement[] answers = [.. root.GetProperty("answers").EnumerateArray()];
        Assert.Equal(4, answers.Length);
        Assert.All(answers, answer =>
        {
            Assert.Equal(64, answer.GetProperty("kept").GetInt32());
            Assert.Equal(576, answer.GetProperty("total").GetInt32());
            Assert.Equal(64, answer.GetProperty("keptIndices").GetArrayLength());
            Assert.True(answer.GetProperty("milliseconds").GetProperty("encode").GetDouble() > 0);
            Assert.True(answer.GetProperty("milliseconds").GetProperty("prefill").GetDouble() > 0);
        });
        Assert.Equal(Share(answers, "answerFull"), root.GetProperty("accuracy").GetProperty("full").GetDouble(), 12);
        Assert.Equal(Share(answers, "answer"), root.GetProperty("accuracy").GetProperty("pruned").GetDouble(), 12);
        Assert.True(root.GetProperty("accuracy").GetProperty("full").GetDouble() > 0.6);
    }

    [Fact]
    public void Run_ApplyOnnxModel_GivesTheSameAnswers()
    {
        using TestFolder folder = new();

        string[][] answers = [.. ((string[])["EncodeImages", "ApplyOnnxModel"]).Select(encoder =>
        {
            string path = folder.PathOf(encoder + ".json");
            Assert.Equal(ExitCode.Success, ProgramRun.InProcess([.. HeldOut, "--limit", "3", "--encoder", encoder, "--json", path]).ExitCode);
            JsonElement root = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
            Assert.Equal(
                encoder == "ApplyOnnxModel" ? JsonValueKind.Null : JsonValueKind.Number,
                root.GetProperty("meanMilliseconds").GetProperty("full").GetProperty("encode").ValueKind);
            return (string[])[.. root.GetProperty("answers").EnumerateArray().Select(Summarize)];
        })];

        Assert.Equal(answers[0], answers[1]);
    }

    [Theory]
    [InlineData("divprune", "32", 32)]
    [InlineData("sensitivity", "11%", 63)]
    [InlineData("norm", "1", 1)]
    [InlineData("uniform", "50%", 288)]
    [InlineData("random", "128", 128)]
    public void Run_OtherMethods_KeepAsManyAsAsked(string method, string keep, int kept)
    {
        var run = ProgramRun.InProcess([.. HeldOut, "--method", method, "--keep", keep, "--limit", "1"]);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains($"{kept} of 576", run.Output);
        Assert.Contains($"{method}, keep {keep}", run.Output);
    }

    [Fact]
    public void Run_KeepMoreThanThereAre_KeepsAllAndSaysSo()
    {
        var run = ProgramRun.InProcess([.. HeldOut, "--keep", "700", "--limit", "2"]);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("Note: keep 700 of 576: all tokens kept", run.Output);
        Assert.Equal(4, run.Output.Split("576 of 576").Length - 1);
    }

    [Fact]
    public void Run_Overlays_WritesOnePngForEachOfTheFirstImages()
    {
        using TestFolder folder = new();
        string overlays = folder.PathOf("new/overlays");
        string questions = folder.WriteQuestions(("0000.png", "Is there a red circle?"), ("0000.png", "Is there a star?"), ("0001.jpg", "Is there a star?"));

        var run = ProgramRun.InProcess(
            "--model", TestModel.Folder, "--images", Path.Combine(TestModel.Folder, "heldout"), "--questions", questions,
            "--overlay-count", "2", "--overlays", overlays);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        string[] files = [.. Directory.GetFiles(overlays).Order()];
        Assert.Equal(["01-0000-kept-64.png", "02-0001-kept-64.png"], files.Select(Path.GetFileName));
        Assert.All(files, file =>
        {
            Assert.Contains($"Overlay: {file}", run.Output);
            Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(file)[..4]);
        });
    }

    [Fact]
    public void Run_OneImage_AnswersOneQuestion()
    {
        var run = ProgramRun.InProcess(
            "--model", TestModel.Folder, "--image", Path.Combine(TestModel.Folder, "heldout", "0001.jpg"), "--question", "How many circles are there?", "--overlay-count", "0");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("1 of 1 questions answered, 0 failed.", run.Output);
    }

    [Fact]
    public void Run_ImageFromStandardInput_IsAnsweredAndIn80Columns()
    {
        using StringWriter output = new();
        Spectre.Console.IAnsiConsole console = Consoles.Over(output, true);
        console.Profile.Width = 80;
        var input = new StandardInput(() => new MemoryStream(File.ReadAllBytes(TestModel.Photo)), isTerminal: false);

        int code = new AskProgram(console, Consoles.Over(TextWriter.Null, true), input).Run(
            ["--model", TestModel.Folder, "--image", "-", "--question", "How many circles are there?", "--overlay-count", "0"],
            CancellationToken.None);

        Assert.Equal(ExitCode.Success, code);
        string[] lines = [.. output.ToString().Split('\n').Select(line => line.TrimEnd())];
        Assert.Contains("1 of 1 questions answered, 0 failed.", lines);
        Assert.Contains(lines, line => line.StartsWith("  How many circles are there? ", StringComparison.Ordinal)
            && line.Contains(" 576 of 576 ", StringComparison.Ordinal));
        Assert.All(lines.Where(line => line.StartsWith(' ')), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Run_ExifOrientation_TurnsTheImage()
    {
        using TestFolder folder = new();
        string[] arguments =
        [
            "--model", TestModel.Folder, "--image", folder.Write("turned.jpg", ExifJpeg.Create(TestModel.Folder)), "--question", ExifJpeg.Question,
            "--overlay-count", "0",
        ];

        Assert.Contains(ExifJpeg.AsStored, ProgramRun.InProcess(arguments).Output);
        Assert.Contains(ExifJpeg.AsTurned, ProgramRun.InProcess([.. arguments, "--exif-orientation"]).Output);
    }

    [Fact]
    public void Run_MaxImagePixels_RefusesALargerImage()
    {
        var run = ProgramRun.InProcess([.. HeldOut, "--limit", "1", "--max-image-pixels", "100"]);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("At most 100 are decoded", run.Error);
    }

    [Fact]
    public void Run_Cancelled_Gives130AndNoFile()
    {
        using TestFolder folder = new();

        var run = ProgramRun.InProcess(new CancellationToken(canceled: true), [.. HeldOut, "--json", folder.PathOf("a.json")]);

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Equal("AskAboutImages: interrupted; nothing was written.", run.Error.TrimEnd());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Process_FromTheRepository_WorksWithDefaults()
    {
        using TestFolder folder = new();

        var run = ProgramRun.AsProcess(Repository.Root, "--limit", "1", "--overlays", folder.PathOf("overlays"));

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("1 of 1 questions answered, 0 failed.", run.Output);
        Assert.Contains("all tokens: 1 of 1", run.Error);
        Assert.Single(Directory.GetFiles(folder.PathOf("overlays")));
    }

    [Fact]
    public void Process_UnknownOption_EndsWithTwo()
    {
        var run = ProgramRun.AsProcess(Repository.Root, "--unknown");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith("AskAboutImages: the argument '--unknown' is not known. Expected one of --help,", run.Error);
    }

    private static string Summarize(JsonElement answer) =>
        $"{answer.GetProperty("answerFull")}/{answer.GetProperty("answer")}/{answer.GetProperty("keptIndices")}";

    private static double Share(JsonElement[] answers, string property) => answers.Average(answer =>
        ExactMatch.Holds(answer.GetProperty(property).GetString()!, answer.GetProperty("expected").GetString()!) ? 1.0 : 0.0);
}
