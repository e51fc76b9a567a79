namespace ZooPrune.Samples.Tests;

public class TypedOptionTests
{
    [Theory]
    [InlineData("64", 64)]
    [InlineData("11%", 63)]
    [InlineData("100%", 576)]
    [InlineData("0.25", 144)]
    [InlineData("700", 576)]
    public void ParseKeep_Budget_KeepsSoManyOf576(string text, int kept) => Assert.Equal(kept, TypedOption.ParseKeep("--keep", text).Resolve(576));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("0%")]
    [InlineData("-5%")]
    [InlineData("many")]
    [InlineData("NaN")]
    public void ParseKeep_BadBudget_SaysWhatIsExpected(string text)
    {
        UsageException error = Assert.Throws<UsageException>(() => TypedOption.ParseKeep("--keep", text));
        Assert.Equal(
            $"AskAboutImages: the option --keep is '{text}'. Expected a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 (11%); correct it.",
            error.Message);
    }
}
