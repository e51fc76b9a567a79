namespace ZooPrune.Samples.Tests;

public class BootstrapTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Of_AllTheSame_IsAPoint(double exact) =>
        Assert.Equal(new Interval(exact, exact), Bootstrap.Of(Images(images: 20, questions: 3, _ => exact)));

    [Fact]
    public void Of_HalfOfManyImages_IsAsWideAsTheBinomial()
    {
        // 400 images, one question each, half exact: standard error 0.025, so the interval is 0.5 +- 0.049.
        Interval interval = Bootstrap.Of(Images(images: 400, questions: 1, image => image % 2))!.Value;

        Assert.Equal(0.451, interval.Low, 0.006);
        Assert.Equal(0.549, interval.High, 0.006);
    }

    [Fact]
    public void Of_QuestionsOfAnImageAgree_IsAsWideAsForOneQuestionAnImage() => Assert.Equal(
        Bootstrap.Of(Images(images: 100, questions: 1, image => image % 2)),
        Bootstrap.Of(Images(images: 100, questions: 8, image => image % 2)));

    [Fact]
    public void Of_NumeratorAlwaysNineTenths_IsAPointAlthoughBothVary()
    {
        // Both sums vary from image to image, their ratio does not: only resampling them together sees that.
        Interval interval = Bootstrap.Of([.. Enumerable.Range(1, 50).Select(image => (0.9 * image, (double)image))])!.Value;

        Assert.Equal(0.9, interval.Low, 12);
        Assert.Equal(0.9, interval.High, 12);
    }

    [Fact]
    public void Of_ResampleWithoutDenominator_IsNull() => Assert.Null(Bootstrap.Of([(0, 0), (1, 1)]));

    private static (double, double)[] Images(int images, int questions, Func<int, double> exact) =>
        [.. Enumerable.Range(0, images).Select(image => (questions * exact(image), (double)questions))];
}
