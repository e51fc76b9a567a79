using ZooPrune.Onnx;

namespace ZooPrune.Samples.Tests;

public class EvaluationTablesTests
{
    private static readonly Candidate Norm = Candidate.All.First(candidate => candidate.Name == "norm");

    [Fact]
    public void Create_YesNoQuestions_HasAccuracyShareAgreementAndF1()
    {
        IReadOnlyList<TextTable> tables = EvaluationTables.Create(Result());

        Assert.Equal(["norm", "75.0 [75.0, 75.0]", "50.0 [50.0, 50.0]"], Row("Exact answers in % with 95 % intervals, positions compact; all tokens: 100.0 [100.0, 100.0]"));
        Assert.Equal(["norm", "75.0 [75.0, 75.0]", "50.0 [50.0, 50.0]"], Row("Kept share of the full accuracy in %, with 95 % intervals, positions compact"));
        Assert.Equal(["norm", "25.0 [25.0, 25.0]", "25.0 [25.0, 25.0]"], Row("Agreement with the unpruned answer in %, with 95 % intervals, positions compact"));
        Assert.Equal(["norm", "80.0", "80.0"], Row("F1 of yes in %, 16 questions that expect yes or no, positions compact; all tokens: 100.0"));
        Assert.Equal(["norm", "32", "compact", "66.7", "100.0", "80.0", "75.0"], tables.Single(table => table.Title.StartsWith("Questions that expect", StringComparison.Ordinal)).Rows[^1]);

        TextTable times = tables.Single(table => table.Title.StartsWith("Visual tokens read", StringComparison.Ordinal));
        Assert.Equal(["method", "keep", "positions", "tokens", "encode", "prune", "own work", "prefill", "decode"], times.Header);
        Assert.Equal(["all tokens", "-", "-", "576", "2.0", "0.5", "0.0", "30.0", "1.0"], times.Rows[0]);
        Assert.Equal(["norm", "32", "compact", "32", "2.5", "1.5", "1.5", "2.0", "1.0"], times.Rows[^1]);

        IReadOnlyList<string> Row(string title) => Assert.Single(tables.Single(table => table.Title == title).Rows);
    }

    [Fact]
    public void Write_Json_HasTheSameFigures()
    {
        using var report = System.Text.Json.JsonDocument.Parse(EvaluationJson.Write(Result()));
        System.Text.Json.JsonElement last = report.RootElement.GetProperty("settings")[2];

        Assert.Equal("norm 32 compact", $"{last.GetProperty("method")} {last.GetProperty("keptTokens")} {last.GetProperty("positions")}");
        Assert.Equal(0.5, last.GetProperty("accuracy").GetDouble());
        Assert.Equal(0.5, last.GetProperty("keptAccuracy").GetDouble());
        Assert.Equal(0.25, last.GetProperty("agreement").GetDouble());
        Assert.Equal(0.8, last.GetProperty("yesNo").GetProperty("f1").GetDouble());
    }

    private static EvaluationResult Result()
    {
        Setting[] settings =
        [
            Setting.Full,
            new(Norm, KeepBudget.Tokens(64), PositionMode.Compact),
            new(Norm, KeepBudget.Tokens(32), PositionMode.Compact),
        ];
        QuestionSet questions = new(QuestionFormat.Jsonl, ["q.jsonl"], [Sample.Question("yes")]);
        ImageResult image = new(1,
        [
            Tally(4, 4, new(2, 0, 0, 2), new(2, 0.5, 30, 1, 576)),
            Tally(3, 1, new(2, 1, 0, 1), new(2, 1, 4, 1, 64)),
            Tally(2, 1, new(2, 1, 0, 1), new(2.5, 1.5, 2, 1, 32)),
        ]);
        return EvaluationResult.Of(new EvaluationRun("models/toy", 576, questions, settings, 1), [image, image, image, image])!;
    }

    private static Tally Tally(double correct, double same, YesNoCounts yesNo, Cost cost) =>
        Sample.Tally(4, correct, same) with { YesNo = yesNo, Cost = 4 * cost };
}
