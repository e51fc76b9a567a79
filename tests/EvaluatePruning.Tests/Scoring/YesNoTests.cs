namespace ZooPrune.Samples.Tests;

public class YesNoTests
{
    [Theory]
    [InlineData("yes", true)]
    [InlineData("No", false)]
    [InlineData("no.", false)]
    [InlineData("No, there is no dog", false)]
    [InlineData("There is not a dog in the image.", false)]
    [InlineData("Yes. There is no cat.", true)]
    [InlineData("a dog", true)]
    [InlineData("nothing", true)]
    [InlineData("", true)]
    public void IsYes_Answer_IsReadAsPopeDoes(string answer, bool isYes) => Assert.Equal(isYes, YesNo.IsYes(answer));
}
