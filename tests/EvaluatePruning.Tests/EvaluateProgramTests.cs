using System.Text.Json;

namespace ZooPrune.Samples.Tests;

public class EvaluateProgramTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_FewQuestions_WritesTablesJsonAndCharts()
    {
        using TestFolder folder = new();
        string json = folder.PathOf("a.json");
        string markdown = folder.PathOf("a.md");

        ProgramRun run = ProgramRun.InProcess(
            "--model", TestModel.Folder, "--limit", "6", "--methods", "zooprune,uniform", "--keep", "16,576", "--positions", "both",
            "--json", json, "--markdown", markdown, "--chart", folder.PathOf("a.svg"));

        Assert.Equal("", string.Concat(run.Error.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("6 questions about 2 of 2 images.", run.Output);
        Assert.Contains("positions original", File.ReadAllText(markdown));
        Assert.Contains("positions original", File.ReadAllText(folder.PathOf("a.svg")));
        Assert.Contains("positions compact", File.ReadAllText(folder.PathOf("a-compact.svg")));
        Assert.Equal(["a-compact.svg", "a.json", "a.md", "a.svg"], Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order());

        using var report = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement[] settings = [.. report.RootElement.GetProperty("settings").EnumerateArray()];
        Assert.Equal(1 + (2 * 2 * 2), settings.Length);
        double full = settings[0].GetProperty("accuracy").GetDouble();
        Assert.True(full > 0.6);
        Assert.All(settings.Where(setting => setting.GetProperty("keptTokens").GetInt32() == 576), setting =>
        {
            Assert.Equal(full, setting.GetProperty("accuracy").GetDouble(), 12);
            Assert.Equal(1, setting.GetProperty("agreement").GetDouble(), 12);
            Assert.Equal(1, setting.GetProperty("keptAccuracy").GetDouble(), 12);
        });
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0, "--exif-orientation")]
    [InlineData(null, "--max-image-pixels", "100")]
    public void Run_ImageSwitches_DecideWhatIsSeen(double? accuracy, params string[] switches)
    {
        using TestFolder folder = new();
        folder.Write("turned.jpg", ExifJpeg.Create(TestModel.Folder));
        string questions = folder.Write("q.jsonl", $$"""{"image": "turned.jpg", "question": "{{ExifJpeg.Question}}", "answer": "{{ExifJpeg.AsTurned}}"}""");
        string json = folder.PathOf("a.json");

        ProgramRun run = ProgramRun.InProcess(
            ["--model", TestModel.Folder, "--questions", questions, "--methods", "uniform", "--keep", "100%", "--json", json, .. switches]);

        if (accuracy is null)
        {
            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.Contains("At most 100 are decoded", run.Error);
            return;
        }

        Assert.Equal(ExitCode.Success, run.ExitCode);
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(accuracy, report.RootElement.GetProperty("settings")[0].GetProperty("accuracy").GetDouble());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_PopeFile_GivesItsFigures()
    {
        using TestFolder folder = new();
        folder.Write("blue.png", TestPng.Create());
        string path = folder.Write("coco_pope_random.json", """
            {"question_id": 1, "image": "blue.png", "text": "Is there a blue square?", "label": "yes"}
            {"question_id": 2, "image": "blue.png", "text": "Is there a green triangle?", "label": "no"}
            """);

        ProgramRun run = ProgramRun.InProcess(
            "--model", TestModel.Folder, "--questions", path, "--methods", "uniform", "--keep", "100%", "--json", folder.PathOf("a.json"));

        Assert.Equal(ExitCode.Success, run.ExitCode);
        using var report = JsonDocument.Parse(File.ReadAllText(folder.PathOf("a.json")));
        Assert.Equal("pope", report.RootElement.GetProperty("format").GetString());
        Assert.Equal("Right yes or no", report.RootElement.GetProperty("measure").GetString());
        JsonElement yesNo = report.RootElement.GetProperty("settings")[0].GetProperty("yesNo");
        Assert.Equal(2, yesNo.GetProperty("questions").GetDouble());
        Assert.True(yesNo.GetProperty("yesShare").GetDouble() is 0 or 0.5 or 1);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_VqaFiles_ScoresAgainstPeople()
    {
        using TestFolder folder = new();
        folder.Write("COCO_val2014_000000000042.jpg", TestPng.Create());
        string questions = folder.Write("q.json", """{"questions": [{"image_id": 42, "question": "What color is the square?", "question_id": 7}]}""");

        // What the model says is what two of ten people say, whatever it is: 0.6.
        ProgramRun first = Vqa("[" + string.Join(',', Enumerable.Repeat("{\"answer\": \"nothing of the kind\"}", 10)) + "]");
        Assert.Equal(0, Accuracy());
        using var journal = JsonDocument.Parse(File.ReadLines(folder.PathOf("run.journal")).Last());
        string said = journal.RootElement.GetProperty("settings")[0].GetProperty("texts")[0][0].GetString()!;
        File.Delete(folder.PathOf("run.journal"));
        string others = string.Join(',', Enumerable.Repeat("{\"answer\": \"nothing of the kind\"}", 8));
        ProgramRun second = Vqa($"[{{\"answer\": \"The {said}.\"}}, {{\"answer\": \"{said}\"}}, {others}]");

        Assert.Equal((ExitCode.Success, ExitCode.Success), (first.ExitCode, second.ExitCode));
        Assert.Equal(0.6, Accuracy(), 12);

        ProgramRun Vqa(string answers) => ProgramRun.InProcess(
            "--model", TestModel.Folder, "--questions", questions, "--annotations",
            folder.Write("a.json", $$"""{"annotations": [{"question_id": 7, "multiple_choice_answer": "blue", "answer_type": "other", "answers": {{answers}}}]}"""),
            "--methods", "norm", "--keep", "64", "--json", folder.PathOf("report.json"), "--force", "--resume", folder.PathOf("run.journal"));

        double Accuracy()
        {
            using var report = JsonDocument.Parse(File.ReadAllText(folder.PathOf("report.json")));
            return report.RootElement.GetProperty("settings")[0].GetProperty("accuracy").GetDouble();
        }
    }

    [Theory]
    [InlineData("the option --keep is '0'. Expected a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 (11%); correct it.", "--keep", "64,0")]
    [InlineData("the option --workers is '0'. Expected a whole number of at least 1; correct it.", "--workers", "0")]
    [InlineData("the option --seeds is '-1'. Expected a whole number of at least 1; correct it.", "--seeds", "-1")]
    [InlineData("the option --format is 'csv'. Expected one of jsonl, pope, vqa, textvqa, gqa, mme, mmbench, mmmu, scienceqa, seed; choose one of these.", "--format", "csv")]
    [InlineData("the option --positions is 'odd'. Expected one of auto, compact, original; choose one of these.", "--positions", "odd")]
    public void Run_BadCommandLine_EndsWithTwo(string message, params string[] arguments)
    {
        ProgramRun run = ProgramRun.InProcess(arguments);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal("EvaluatePruning: " + message, run.Error.TrimEnd());
    }

    [Fact]
    public void Run_UnknownMethod_ListsThoseThereAre()
    {
        ProgramRun run = ProgramRun.InProcess("--methods", "norm,best");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal(
            $"EvaluatePruning: the option --methods is 'best'. Expected one of {string.Join(", ", Candidate.All.Select(candidate => candidate.Name))}; choose one of these.",
            run.Error.TrimEnd());
    }

    [Fact]
    public void Run_QuestionWithoutAnswer_EndsWithTwo()
    {
        using TestFolder folder = new();
        string path = folder.Write("q.jsonl", """{"image": "a.png", "question": "?"}""");

        ProgramRun run = ProgramRun.InProcess("--model", TestModel.Folder, "--questions", path);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"EvaluatePruning: line 1 of '{path}' has no \"answer\".", run.Error);
    }

    [Fact]
    public void Run_OneBadImageAmongGoodOnes_GoesOnEndsWithOneAndKeepsTheJournal()
    {
        using TestFolder folder = new();
        folder.Write("good.png", TestPng.Create());
        folder.Write("bad.png", TestPng.Bomb(20_000, 20_000));
        string path = folder.WriteQuestions(("good.png", "Is there a red circle?"), ("bad.png", "Is there a red circle?"));
        string json = folder.PathOf("a.json");

        ProgramRun run = ProgramRun.InProcess("--model", TestModel.Folder, "--questions", path, "--methods", "norm", "--keep", "64", "--json", json);

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("1 questions about 1 of 2 images.", run.Output);
        Assert.Contains("bad.png", run.Error);

        // The image is mended, and only that one is asked about.
        folder.Write("bad.png", TestPng.Create());
        ProgramRun mended = ProgramRun.InProcess("--model", TestModel.Folder, "--questions", path, "--methods", "norm", "--keep", "64", "--json", json);

        Assert.Equal(ExitCode.Success, mended.ExitCode);
        Assert.Contains($"1 of 2 images are in the journal '{json}.journal' already.", mended.Error);
        Assert.Contains("images: 1 of 1", mended.Error);
        Assert.False(File.Exists(json + ".journal"));
    }

    [Fact]
    public void Run_Help_ListsEveryOption()
    {
        ProgramRun run = ProgramRun.InProcess("--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(EvaluateCommand.Create().Options, option => Assert.Contains(option.Name, run.Output));
    }

    [Theory]
    [InlineData("--positions", "both")]
    [InlineData("--compare", "a.json,b.json")]
    public void Run_SecondChartIsThereAlready_IsRefusedAndItStays(string option, string value)
    {
        using TestFolder folder = new();
        string second = folder.Write("chart-compact.svg", "somebody's");

        ProgramRun run = ProgramRun.InProcess("--chart", folder.PathOf("chart.svg"), option, value);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(second, run.Error);
        Assert.Equal("somebody's", File.ReadAllText(second));
    }

    [Fact]
    public void Run_JsonIsTheQuestions_IsRefusedAndTheyStay()
    {
        using TestFolder folder = new();
        string questions = folder.Write("questions.jsonl", "{\"image\": \"a.png\", \"question\": \"What?\", \"answer\": \"red\"}\n");
        string before = File.ReadAllText(questions);

        foreach (string[] more in (string[][])[[], ["--force"]])
        {
            ProgramRun run = ProgramRun.InProcess(["--questions", questions, "--json", questions, .. more]);
            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.Contains("which would replace", run.Error);
        }

        Assert.Equal(before, File.ReadAllText(questions));
    }
}
