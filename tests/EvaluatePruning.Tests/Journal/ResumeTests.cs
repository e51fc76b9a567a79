using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ZooPrune.Samples.Tests;

/// <summary>An interrupted evaluation and what becomes of it.</summary>
public class ResumeTests
{
    private static readonly string[] Arguments =
        ["--model", TestModel.Folder, "--limit", "60", "--methods", "zooprune,random", "--keep", "64,16", "--seeds", "2", "--workers", "2"];

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_KilledAgainAndAgain_GivesTheSameFigures()
    {
        using TestFolder folder = new();
        string expected = folder.PathOf("expected.json");
        Assert.Equal(ExitCode.Success, ProgramRun.InProcess([.. Arguments, "--json", expected]).ExitCode);

        string json = folder.PathOf("killed.json");
        string journal = json + ".journal";
        long before = 0;
        for (int kill = 0; kill < 3; kill++)
        {
            using Process process = ProgramRun.Start([.. Arguments, "--json", json]);
            WaitForGrowth(journal, before, process);
            process.Kill();
            process.WaitForExit();
            Assert.False(File.Exists(json));
            before = new FileInfo(journal).Length;
        }

        ProgramRun run = ProgramRun.InProcess([.. Arguments, "--json", json]);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains($"of 12 images are in the journal '{journal}' already.", run.Error);
        Assert.Equal(WithoutTimes(expected), WithoutTimes(json));
        Assert.False(File.Exists(journal));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_JournalCutOffAtRandomBytes_GivesTheSameFiguresAndAsksOnlyForTheRest()
    {
        const int Seed = 11;
        using TestFolder folder = new();
        string expected = folder.PathOf("expected.json");
        string journal = folder.PathOf("run.journal");
        string[] arguments = [.. Arguments.Select(argument => argument == "60" ? "15" : argument), "--resume", journal];
        Assert.Equal(ExitCode.Success, ProgramRun.InProcess([.. arguments, "--json", expected]).ExitCode);
        byte[] whole = File.ReadAllBytes(journal);

        var random = new Random(Seed);
        for (int trial = 0; trial < 4; trial++)
        {
            int length = random.Next(whole.Length);
            File.WriteAllBytes(journal, whole.AsSpan(0, length));
            string json = folder.PathOf("cut.json");

            Assert.Equal(ExitCode.Success, ProgramRun.InProcess([.. arguments, "--json", json]).ExitCode);

            Assert.Equal(WithoutTimes(expected), WithoutTimes(json));

            // What was whole is still there, byte for byte.
            int kept = whole.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            Assert.Equal(whole.AsSpan(0, kept), File.ReadAllBytes(journal).AsSpan(0, kept));
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_JournalOfOtherSettings_EndsWithTwoAndSaysWhatDiffers()
    {
        using TestFolder folder = new();
        string journal = folder.PathOf("run.journal");
        string[] first = ["--model", TestModel.Folder, "--limit", "2", "--methods", "norm", "--keep", "64", "--resume", journal];
        Assert.Equal(ExitCode.Success, ProgramRun.InProcess(first).ExitCode);

        foreach ((string was, string becomes, string difference) in (ReadOnlySpan<(string, string, string)>)
        [
            ("64", "32", "its list of budgets is 64, this run's is 32."),
            ("norm", "random", "its list of methods is norm, this run's is random (3 seeds)."),
            ("2", "3", "its number of questions is 2, this run's is 3."),
        ])
        {
            ProgramRun run = ProgramRun.InProcess([.. first.Select(argument => argument == was ? becomes : argument)]);

            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.StartsWith($"EvaluatePruning: the journal '{journal}' belongs to another run: {difference}", run.Error);
        }

        ProgramRun compact = ProgramRun.InProcess([.. first, "--positions", "compact"]);
        Assert.Contains("its positions is original, this run's is compact.", compact.Error);

        string model = TestModel.CopyTo(folder);
        File.AppendAllText(Path.Combine(model, "tokenizer.json"), " ");
        ProgramRun otherModel = ProgramRun.InProcess(
            [.. first.Select(argument => argument == TestModel.Folder ? model : argument), "--questions", Path.Combine(TestModel.Folder, "heldout", "questions.jsonl")]);
        Assert.Contains("its model is SHA-256 ", otherModel.Error);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_AllInTheJournal_AsksNothingAndWritesTheSame()
    {
        using TestFolder folder = new();
        string[] arguments =
        [
            "--model", TestModel.Folder, "--limit", "10", "--methods", "norm", "--keep", "64", "--resume", folder.PathOf("run.journal"),
            "--json", folder.PathOf("a.json"),
        ];
        Assert.Equal(ExitCode.Success, ProgramRun.InProcess(arguments).ExitCode);
        string first = File.ReadAllText(folder.PathOf("a.json"));

        ProgramRun again = ProgramRun.InProcess(arguments);

        Assert.DoesNotContain("images: ", again.Error);
        Assert.Equal(first, File.ReadAllText(folder.PathOf("a.json")));
    }

    [Fact]
    public void Run_Interrupted_SaysWhereTheAnswersAre()
    {
        using TestFolder folder = new();
        string journal = folder.PathOf("run.journal");
        using CancellationTokenSource stop = new();
        stop.Cancel();

        ProgramRun run = ProgramRun.InProcess(
            stop.Token, "--model", TestModel.Folder, "--limit", "1", "--methods", "norm", "--keep", "64", "--resume", journal);

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Equal(
            $"EvaluatePruning: interrupted; the answers about 0 images are in '{journal}'. Run the same command again to go on.", run.Error.Trim());
    }

    private static void WaitForGrowth(string path, long before, Process process)
    {
        // The header alone is about 400 bytes, an image more than that.
        long wanted = before + 500;
        for (int wait = 0; wait < 3000 && !process.HasExited && !(File.Exists(path) && new FileInfo(path).Length > wanted); wait++)
        {
            Thread.Sleep(20);
        }

        Assert.False(process.HasExited, "The program ended before it could be killed; ask for more questions.");
    }

    private static string WithoutTimes(string path)
    {
        JsonNode report = JsonNode.Parse(File.ReadAllText(path))!;
        report.AsObject().Remove("meanMilliseconds");
        foreach (JsonNode? setting in report["settings"]!.AsArray())
        {
            setting!.AsObject().Remove("meanMilliseconds");
        }

        return report.ToJsonString();
    }
}
