using System.Xml.Linq;

namespace ZooPrune.Samples.Tests;

public class RunComparisonTests
{
    private const string Original = "original";
    private const string Compact = "compact";

    [Fact]
    public void Tables_TwoRuns_HaveMeansRangesAndDifferences()
    {
        IReadOnlyList<TextTable> tables = new RunComparison([Run(0.9, 0.8, 0.7), Run(0.7, 0.9, 0.5)], null).Tables();

        TextTable accuracy = tables[0];
        Assert.Equal("Exact answers in %, mean of 2 runs [lowest, highest], positions original; all tokens: 95.0 [95.0, 95.0]", accuracy.Title);
        Assert.Equal(["method", "keep 64", "keep 32"], accuracy.Header);
        Assert.Equal(["zooprune", "80.0 [70.0, 90.0]", "75.0 [65.0, 85.0]"], accuracy.Rows[0]);
        Assert.Equal(["norm", "60.0 [50.0, 70.0]", "55.0 [45.0, 65.0]"], accuracy.Rows[2]);

        TextTable more = tables.Single(table => table.Title == "Points more than zooprune, mean of 2 runs [lowest, highest], positions compact");
        Assert.Equal(["divprune", "norm"], more.Rows.Select(row => row[0]));
        Assert.Equal(["divprune", "+5.0 [-10.0, +20.0]", "+5.0 [-10.0, +20.0]"], more.Rows[0]);

        TextTable verdict = tables[^1];
        Assert.Equal("Settings in which a method is not behind, of 8 (4 budgets and positions, 2 runs)", verdict.Title);
        Assert.Equal(["method", "not behind zooprune", "not behind divprune", "not behind either"], verdict.Header);
        Assert.Equal(["zooprune", "8", "4", "4"], verdict.Rows[0]);
        Assert.Equal(["divprune", "4", "8", "4"], verdict.Rows[1]);
        Assert.Equal(["norm", "0", "0", "0"], verdict.Rows[2]);
    }

    [Fact]
    public void Tables_ChosenMethods_AreThoseAlone()
    {
        IReadOnlyList<TextTable> tables = new RunComparison([Run(0.9, 0.8, 0.7)], ["norm", "zooprune"]).Tables();

        Assert.Equal(["zooprune", "norm"], tables[0].Rows.Select(row => row[0]));
        Assert.Equal("Exact answers in %, 1 run, positions original; all tokens: 95.0", tables[0].Title);
        Assert.Equal(["method", "not behind zooprune"], tables[^1].Header);
    }

    [Fact]
    public void Charts_TwoModes_DrawEveryMethodWithItsRange()
    {
        (string Positions, LineChart Chart)[] charts = [.. new RunComparison([Run(0.9, 0.8, 0.7), Run(0.7, 0.9, 0.5)], null).Charts()];

        Assert.Equal([Original, Compact], charts.Select(chart => chart.Positions));
        Assert.Equal(["zooprune", "divprune", "norm"], charts[0].Chart.Lines.Select(line => line.Name));
        ChartPoint point = charts[0].Chart.Lines[0].Points[0];
        Assert.Equal((64, 0.8), (point.X, Math.Round(point.Value, 12)));
        Assert.Equal((0.7, 0.9), point.Interval);
        Assert.Equal("svg", XDocument.Parse(ChartDrawing.Draw(charts[1].Chart)).Root!.Name.LocalName);
    }

    [Fact]
    public void Create_RunsThatDoNotFit_SayWhatDiffers()
    {
        ReportedRun run = Run(0.9, 0.8, 0.7) with { Questions = 4 };

        Assert.Contains("their number of questions is 4 and 10.", Assert.Throws<UsageException>(() => new RunComparison([run, Run(1, 1, 1)], null)).Message);
        ReportedRun lacking = Run(1, 1, 1);
        lacking = lacking with { Settings = [.. lacking.Settings.SkipLast(1)] };
        Assert.Contains(
            "has no norm with --keep 32 and --positions compact.", Assert.Throws<UsageException>(() => new RunComparison([Run(1, 1, 1), lacking], null)).Message);
        Assert.Contains("has no tome.", Assert.Throws<UsageException>(() => new RunComparison([run], ["tome"])).Message);
        Assert.NotEmpty(new RunComparison([Run(1, 1, 1), lacking], ["zooprune"]).Tables());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"model":"m","visualTokens":576,"measure":"x","images":1,"questions":1,"settings":[]}""")]
    [InlineData("""{"model":"m","visualTokens":576,"measure":"x","images":1,"questions":1,"settings":[null]}""")]
    [InlineData("""{"model":"m","visualTokens":576,"measure":"x","images":1,"questions":1,"settings":[{"method":"norm","keep":"64","keptTokens":64,"positions":"original","accuracy":1}]}""")]
    [InlineData("""{"model":"m","visualTokens":576,"measure":"x","images":1,"questions":1,"settings":[{"method":"all","keep":null,"keptTokens":576,"positions":null,"accuracy":1},{"method":"norm","keep":"64","keptTokens":-1,"positions":"original","accuracy":1}]}""")]
    public void Read_NoReport_SaysSo(string text)
    {
        using TestFolder folder = new();
        string path = folder.Write("a.json", text);

        Assert.StartsWith($"EvaluatePruning: '{path}' is no report of an evaluation: ", Assert.Throws<UsageException>(() => ReportedRun.Read(path)).Message);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_ReportsOfTwoRuns_AreLaidSideBySide()
    {
        using TestFolder folder = new();
        string[] reports = [folder.PathOf("a.json"), folder.PathOf("b.json")];
        foreach (string report in reports)
        {
            ProgramRun asked = ProgramRun.InProcess(
                "--model", TestModel.Folder, "--limit", "6", "--methods", "zooprune,downsample", "--keep", "64,16", "--positions", "both", "--json", report);
            Assert.Equal(ExitCode.Success, asked.ExitCode);
        }

        ProgramRun run = ProgramRun.InProcess(
            "--compare", string.Join(',', reports), "--markdown", folder.PathOf("both.md"), "--chart", folder.PathOf("both.svg"));

        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("mean of 2 runs [lowest, highest], positions compact", run.Output);
        Assert.Contains("| downsample | ", File.ReadAllText(folder.PathOf("both.md")));
        Assert.True(File.Exists(folder.PathOf("both-compact.svg")));
    }

    [Theory]
    [InlineData("the options --keep and --compare", "--compare", "a.json", "--keep", "64")]
    [InlineData("the file 'nowhere.json' (option --compare) does not exist.", "--compare", "nowhere.json")]
    public void Run_WrongComparison_EndsWithTwo(string message, params string[] arguments)
    {
        ProgramRun run = ProgramRun.InProcess(arguments);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public void Run_MarkdownIsACompared_IsRefusedAndItStays()
    {
        using TestFolder folder = new();
        string report = folder.Write("a.json", "{}");

        ProgramRun run = ProgramRun.InProcess("--compare", $"{folder.PathOf("b.json")},{report}", "--markdown", report, "--force");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal("{}", File.ReadAllText(report));
    }

    private static ReportedRun Run(double zooprune, double divprune, double norm) => new(
        "models/toy",
        576,
        "Exact answers",
        2,
        10,
        [
            new ReportedSetting("all tokens", null, 576, null, 0.95),
            .. from positions in (string[])[Original, Compact]
               from method in ((string Name, double Accuracy)[])[("zooprune", zooprune), ("divprune", divprune), ("norm", norm)]
               from keep in (int[])[64, 32]
               select new ReportedSetting(method.Name, $"{keep}", keep, positions, method.Accuracy - (keep == 32 ? 0.05 : 0)),
        ]);
}
