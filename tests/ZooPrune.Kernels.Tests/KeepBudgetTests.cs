namespace ZooPrune.Tests;

public sealed class KeepBudgetTests
{
    [Theory]
    [InlineData(64, 576, 64)]
    [InlineData(576, 576, 576)]
    [InlineData(700, 576, 576)]
    [InlineData(1, 1, 1)]
    public void Resolve_Count_IsAtMostTheTokens(int count, int tokens, int expected) =>
        Assert.Equal(expected, KeepBudget.Tokens(count).Resolve(tokens));

    [Theory]
    [InlineData(0.111, 576, 63)]
    [InlineData(0.25, 576, 144)]
    [InlineData(0.5, 5, 2)]
    [InlineData(1.0, 576, 576)]
    [InlineData(0.0001, 576, 1)]
    [InlineData(0.222, 2880, 639)]
    public void Resolve_Ratio_IsTheFloorAndAtLeastOne(double ratio, int tokens, int expected) =>
        Assert.Equal(expected, KeepBudget.Ratio(ratio).Resolve(tokens));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Tokens_BelowOne_IsAnError(int count) =>
        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => KeepBudget.Tokens(count)).ParamName);

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Ratio_NotAboveZeroAndAtMostOne_IsAnError(double ratio) =>
        Assert.Equal("ratio", Assert.Throws<ArgumentOutOfRangeException>(() => KeepBudget.Ratio(ratio)).ParamName);

    [Fact]
    public void Ratio_OutOfRange_SaysWhatIsNeeded()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => KeepBudget.Ratio(11));
        Assert.Equal(
            "Keep budget: the share 11 is not above 0 and at most 1. It is the kept part of all visual tokens; write 0.11 for 11 %. (Parameter 'ratio')",
            error.Message);
    }

    [Theory]
    [InlineData("64", 64)]
    [InlineData(" 64 ", 64)]
    [InlineData("25%", 144)]
    [InlineData("12.5 %", 72)]
    [InlineData("0.25", 144)]
    [InlineData("1.0", 576)]
    [InlineData("100%", 576)]
    [InlineData("700", 576)]
    public void Parse_CountOrShare_IsRead(string text, int expected) => Assert.Equal(expected, KeepBudget.Parse(text).Resolve(576));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("0%")]
    [InlineData("1.5")]
    [InlineData("-0.5")]
    [InlineData("99999999999")]
    [InlineData("NaN")]
    public void Parse_OutOfRange_NamesTheText(string text)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => KeepBudget.Parse(text));
        Assert.Equal(
            $"Keep budget: '{text}' is out of range. A count must be 1 or more, a share above 0 and at most 100% (1.0); write 64, 11% or 0.11.",
            error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("64 tokens")]
    [InlineData("1,5%")]
    [InlineData("%")]
    [InlineData("1e2")]
    public void Parse_NoNumber_NamesTheText(string text)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => KeepBudget.Parse(text));
        Assert.Equal(
            $"Keep budget: '{text}' is neither a count nor a share. Expected a count such as 64, a percentage such as 11% or a share such as 0.11; use a point for decimals.",
            error.Message);
    }

    [Fact]
    public void Resolve_DefaultOrNoTokens_IsAnError()
    {
        Assert.Throws<InvalidOperationException>(() => default(KeepBudget).Resolve(576));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeepBudget.Tokens(1).Resolve(0));
        Assert.Throws<ArgumentNullException>(() => KeepBudget.Parse(null!));
    }

    [Fact]
    public void ToString_EachKind_IsReadBackByParse()
    {
        Assert.Equal("64", KeepBudget.Tokens(64).ToString());
        Assert.Equal("11.1%", KeepBudget.Ratio(0.111).ToString());
        Assert.Equal("not set", default(KeepBudget).ToString());
        foreach (KeepBudget budget in (KeepBudget[])[KeepBudget.Tokens(7), KeepBudget.Ratio(0.125), KeepBudget.Ratio(1)])
        {
            Assert.Equal(budget, KeepBudget.Parse(budget.ToString()));
        }
    }
}
