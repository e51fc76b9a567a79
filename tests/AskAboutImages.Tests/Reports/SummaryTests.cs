namespace ZooPrune.Samples.Tests;

public class SummaryTests
{
    [Fact]
    public void Of_FailedRow_CountsAsWrongAndNotInTheTimes()
    {
        QuestionResult[] results =
        [
            Result("yes", Answer("Yes", milliseconds: 10)),
            Result("no", Answer("yes", milliseconds: 20)),
            Result("two", Answers.Failed("no image")),
            Result("red", Answer("red", milliseconds: 60)),
        ];

        var summary = Summary.Of(results, result => result.Pruned);

        Assert.Equal(0.5, summary.Accuracy);
        Assert.Equal(30, summary.Mean!.Encode);
        Assert.Equal(150, summary.Mean.Total);
    }

    [Fact]
    public void Of_NoRightAnswerKnown_GivesNoAccuracy()
    {
        var summary = Summary.Of([Result(null, Answer("yes", 1))], result => result.Full);

        Assert.Null(summary.Accuracy);
        Assert.NotNull(summary.Mean);
    }

    [Fact]
    public void Of_NothingAnswered_GivesNoTimes() =>
        Assert.Null(Summary.Of([Result("yes", Answers.Failed("x"))], result => result.Full).Mean);

    [Fact]
    public void Of_EncoderNotMeasured_GivesNoEncodeTimeAndNoTotal()
    {
        GivenAnswer answer = Answer("yes", 4) with { Milliseconds = new StageMilliseconds(1, null, 2, 3, 4) };

        StageMilliseconds mean = Summary.Of([Result("yes", answer)], result => result.Full).Mean!;

        Assert.Equal(new StageMilliseconds(1, null, 2, 3, 4), mean);
        Assert.Null(mean.Total);
    }

    private static QuestionResult Result(string? expected, GivenAnswer answer) =>
        new(new Question(1, "a.png", "?", expected), answer, answer);

    private static GivenAnswer Answer(string text, double milliseconds) => new(
        text, null, [], 576, 2, [1, 2], new StageMilliseconds(milliseconds, milliseconds, milliseconds, milliseconds, milliseconds));
}
