extern alias EvaluatePruning;

using EvaluatePruning::ZooPrune.Samples;

namespace ZooPrune.Samples.Tests;

public class ScoreTests
{
    [Fact]
    public void Of_TwoKinds_AveragesEach()
    {
        Outcome[] outcomes =
        [
            new(0, "color", 1, Prune: 2, Prefill: 10, Decode: 1),
            new(0, "count", 0, Prune: 2, Prefill: 20, Decode: 3),
            new(1, "count", 0.5, Prune: 8, Prefill: 30, Decode: 2),
        ];

        var score = Score.Of(Setting.Full, outcomes);

        Assert.Equal(0.5, score.Accuracy);
        Assert.Equal(new KindScore(1, 1), score.Kinds["color"]);
        Assert.Equal(new KindScore(2, 0.25), score.Kinds["count"]);
        Assert.Equal((4.0, 20.0, 2.0), (score.Prune, score.Prefill, score.Decode));
    }

    [Fact]
    public void Mean_Repetitions_AveragesAnswersAndTimes() => Assert.Equal(
        new Outcome(3, "count", 0.5, 2, 3, 4),
        Outcome.Mean([new Outcome(3, "count", 1, 1, 2, 3), new Outcome(3, "count", 0, 3, 4, 5)]));
}
