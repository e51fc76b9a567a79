namespace ZooPrune.Samples.Tests;

public class ScoreTests
{
    [Fact]
    public void Of_TwoImages_WeighsThemByTheirQuestions()
    {
        Tally[] full = [Sample.Tally(1, correct: 1), Sample.Tally(3, correct: 3)];
        Tally[] pruned =
        [
            new(1, 1, 1, default, Kinds(("color", 1, 1)), new(Encode: 4, Prune: 2, Prefill: 10, Decode: 1, Tokens: 64)),
            new(3, 1, 2, new YesNoCounts(1, 0, 1, 0), Kinds(("color", 1, 0), ("count", 2, 1)), new(Encode: 8, Prune: 18, Prefill: 30, Decode: 7, Tokens: 192)),
        ];

        var score = Score.Of(Setting.Full, pruned, full);

        Assert.Equal(0.5, score.Accuracy.Value);
        Assert.Equal(0.5, score.KeptAccuracy!.Value);
        Assert.Equal(0.75, score.Agreement.Value);
        Assert.Equal(new YesNoCounts(1, 0, 1, 0), score.YesNo);
        Assert.Equal(new KindScore(2, 0.5), score.Kinds["color"]);
        Assert.Equal(new KindScore(2, 0.5), score.Kinds["count"]);
        Assert.Equal(new Cost(Encode: 3, Prune: 5, Prefill: 10, Decode: 2, Tokens: 64), score.Cost);
    }

    [Fact]
    public void Of_NothingRightWithAllTokens_HasNoKeptShare() =>
        Assert.Null(Score.Of(Setting.Full, [Sample.Tally(2, correct: 1)], [Sample.Tally(2, correct: 0)]).KeptAccuracy);

    [Fact]
    public void Of_Full_KeepsAllOfItself()
    {
        Tally[] full = [Sample.Tally(4, correct: 3, unchanged: 4), Sample.Tally(4, correct: 1, unchanged: 4)];

        var score = Score.Of(Setting.Full, full, full);

        Assert.Equal(Sample.Estimate(1, 1, 1), score.KeptAccuracy);
        Assert.Equal(Sample.Estimate(1, 1, 1), score.Agreement);
    }

    private static Dictionary<string, (int, double)> Kinds(params (string Kind, int Questions, double Correct)[] kinds) =>
        kinds.ToDictionary(kind => kind.Kind, kind => (kind.Questions, kind.Correct));
}
