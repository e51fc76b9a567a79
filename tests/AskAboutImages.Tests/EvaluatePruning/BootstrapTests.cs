extern alias EvaluatePruning;

using EvaluatePruning::ZooPrune.Samples;

namespace ZooPrune.Samples.Tests;

public class BootstrapTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Interval_AllTheSame_IsAPoint(double exact) =>
        Assert.Equal((exact, exact), Bootstrap.Interval(Outcomes(images: 20, questions: 3, _ => exact)));

    [Fact]
    public void Interval_HalfOfManyImages_IsAsWideAsTheBinomial()
    {
        // 400 images, one question each, half exact: standard error 0.025, so the interval is 0.5 +- 0.049.
        (double low, double high) = Bootstrap.Interval(Outcomes(images: 400, questions: 1, image => image % 2));

        Assert.Equal(0.451, low, 0.006);
        Assert.Equal(0.549, high, 0.006);
    }

    [Fact]
    public void Interval_QuestionsOfAnImageAgree_IsAsWideAsForOneQuestionAnImage() => Assert.Equal(
        Bootstrap.Interval(Outcomes(images: 100, questions: 1, image => image % 2)),
        Bootstrap.Interval(Outcomes(images: 100, questions: 8, image => image % 2)));

    private static IEnumerable<Outcome> Outcomes(int images, int questions, Func<int, double> exact) =>
        from image in Enumerable.Range(0, images)
        from question in Enumerable.Range(0, questions)
        select new Outcome(image, "kind", exact(image), 0, 0, 0);
}
