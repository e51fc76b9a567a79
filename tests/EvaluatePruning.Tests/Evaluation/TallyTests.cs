namespace ZooPrune.Samples.Tests;

public class TallyTests
{
    private static readonly AnswerMeasure Exact = AnswerMeasure.Of(QuestionFormat.Jsonl);

    [Fact]
    public void Of_TwoSeeds_CountsEachForHalf()
    {
        ReferenceQuestion[] questions = [Sample.Question("yes", "existence"), Sample.Question("two", "count"), Sample.Question("no", "existence")];
        SettingAnswers answers = new(new Cost(Encode: 4, Prune: 2, Prefill: 10, Decode: 1, Tokens: 64), [["yes", "two", "yes"], ["no", "three", "no"]]);

        var tally = Tally.Of(answers, ["Yes.", "three", "no"], questions, Exact);

        Assert.Equal(3, tally.Questions);
        Assert.Equal(1.5, tally.Correct);
        Assert.Equal(1.5, tally.Same);
        Assert.Equal(new YesNoCounts(TruePositive: 0.5, FalsePositive: 0.5, FalseNegative: 0.5, TrueNegative: 0.5), tally.YesNo);
        Assert.Equal((2, 1.0), tally.Kinds["existence"]);
        Assert.Equal((1, 0.5), tally.Kinds["count"]);
        Assert.Equal(new Cost(12, 6, 30, 3, 192), tally.Cost);
    }

    [Fact]
    public void Of_Pope_ScoresTheReadingNotTheWords()
    {
        SettingAnswers answers = new(Sample.Free, [["Yes, there is a dog.", "There is not a dog"]]);

        var tally = Tally.Of(answers, ["yes", "no"], [Sample.Question("yes"), Sample.Question("no")], AnswerMeasure.Of(QuestionFormat.Pope));

        Assert.Equal(2, tally.Correct);
        Assert.Equal(0, tally.Same);
    }
}
