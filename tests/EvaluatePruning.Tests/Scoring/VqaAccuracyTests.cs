namespace ZooPrune.Samples.Tests;

public class VqaAccuracyTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.3)]
    [InlineData(2, 0.6)]
    [InlineData(3, 0.9)]
    [InlineData(4, 1)]
    [InlineData(10, 1)]
    public void Score_SomeOfTenAgree_IsThePublishedValue(int agree, double score) =>
        Assert.Equal(score, VqaAccuracy.Score("down", People(agree, 10)), 12);

    [Fact]
    public void Score_AnyCrowd_IsTheMeanOverLeavingEachOneOut()
    {
        // Written the long way, as the definition is.
        for (int people = 2; people <= 12; people++)
        {
            for (int agree = 0; agree <= people; agree++)
            {
                IReadOnlyList<string> answers = People(agree, people);
                double mean = answers.Select((_, left) => Math.Min(answers.Where((answer, index) => index != left && answer == "down").Count() / 3.0, 1)).Average();
                Assert.Equal(mean, VqaAccuracy.Score("down", answers), 12);
            }
        }
    }

    [Fact]
    public void Score_OnePerson_IsWhetherTheyAgree()
    {
        Assert.Equal(1, VqaAccuracy.Score("Down.", ["down"]));
        Assert.Equal(0, VqaAccuracy.Score("up", ["down"]));
    }

    private static IReadOnlyList<string> People(int agree, int all) =>
        [.. Enumerable.Repeat("down", agree), .. Enumerable.Repeat("up", all - agree)];
}
