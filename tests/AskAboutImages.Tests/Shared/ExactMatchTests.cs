namespace ZooPrune.Samples.Tests;

public class ExactMatchTests
{
    [Theory]
    [InlineData("yes", "yes", true)]
    [InlineData("Yes.", " yes", true)]
    [InlineData("top  left", "Top Left", true)]
    [InlineData("two", "2", false)]
    [InlineData("yes it is", "yes", false)]
    [InlineData("", "no", false)]
    public void Holds_Answer_ComparesWords(string answer, string expected, bool holds) =>
        Assert.Equal(holds, ExactMatch.Holds(answer, expected));
}
