using System.ComponentModel;
using System.Globalization;
using System.Text.Json;

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
            "Keep budget: the share 11 is not above 0 and at most 1. It is the kept part of all visual tokens; write 0.11 for 11 %. "
            + "(Parameter 'ratio')",
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
            $"Keep budget: '{text}' is out of range. A count must be 1 or more, a share above 0 and at most 100% (1.0); write 64, 11% "
            + "or 0.11.",
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
            $"Keep budget: '{text}' is neither a count nor a share. Expected a count such as 64, a percentage such as 11% or a share "
            + "such as 0.11; use a point for decimals.",
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
        Assert.StartsWith("0.333333333333333", KeepBudget.Ratio(1 / 3.0).ToString(), StringComparison.Ordinal);
        Assert.All(Budgets, budget => Assert.Equal(budget, KeepBudget.Parse(budget.ToString())));
    }

    [Fact]
    public void TryParse_EachText_SaysWhatParseThrows()
    {
        Assert.True(KeepBudget.TryParse("11%", null, out KeepBudget budget));
        Assert.Equal(KeepBudget.Ratio(0.11), budget);
        Assert.Equal(budget, ParseAny<KeepBudget>("11%"));
        foreach (string? wrong in (string?[])[null, "", "many", "0", "101%"])
        {
            Assert.False(KeepBudget.TryParse(wrong, null, out budget));
            Assert.Equal(default, budget);
        }

        static T ParseAny<T>(string text)
            where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Text_InACultureWithCommas_IsTheSame()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        commas.NumberFormat.NegativeSign = "~";
        try
        {
            CultureInfo.CurrentCulture = commas;
            Assert.Equal("11.1%", KeepBudget.Ratio(0.111).ToString());
            Assert.Equal(KeepBudget.Ratio(0.111), KeepBudget.Parse("11.1%", commas));
            Assert.Equal(KeepBudget.Ratio(0.111), Converter.ConvertFrom(null, commas, "11.1%"));
            Assert.Equal("11.1%", Converter.ConvertTo(null, commas, KeepBudget.Ratio(0.111), typeof(string)));
            Assert.False(KeepBudget.TryParse("11,1%", commas, out _));
            Assert.Equal("\"11.1%\"", JsonSerializer.Serialize(KeepBudget.Ratio(0.111)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void TypeConverter_Text_IsReadAndWritten()
    {
        Assert.True(Converter.CanConvertFrom(typeof(string)));
        Assert.False(Converter.CanConvertFrom(typeof(double)));
        Assert.All(
            Budgets, budget => Assert.Equal(budget, Converter.ConvertFromInvariantString(Converter.ConvertToInvariantString(budget)!)));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Converter.ConvertFromInvariantString("many"));
        Assert.StartsWith("Keep budget: 'many' is neither a count nor a share.", error.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => Converter.ConvertFrom(0.5));
    }

    [Fact]
    public void Json_TextOrNumber_IsRead()
    {
        foreach ((string json, KeepBudget expected) in ((string, KeepBudget)[])
            [
                ("\"64\"", KeepBudget.Tokens(64)), ("\"11%\"", KeepBudget.Ratio(0.11)), ("64", KeepBudget.Tokens(64)),
                ("0.11", KeepBudget.Ratio(0.11)), ("1", KeepBudget.Tokens(1)), ("1.0", KeepBudget.Ratio(1)), ("null", default),
            ])
        {
            Assert.Equal(expected, JsonSerializer.Deserialize<KeepBudget>(json));
        }

        Assert.Null(JsonSerializer.Deserialize<KeepBudget?>("null"));
    }

    [Fact]
    public void Json_EachKind_IsWrittenAndReadBack()
    {
        Assert.Equal("\"64\"", JsonSerializer.Serialize(KeepBudget.Tokens(64)));
        Assert.Equal("\"11%\"", JsonSerializer.Serialize(KeepBudget.Ratio(0.11)));
        Assert.All(
            Budgets.Append(default),
            budget => Assert.Equal(budget, JsonSerializer.Deserialize<KeepBudget>(JsonSerializer.Serialize(budget))));

        PruningOptions options = new() { Keep = KeepBudget.Ratio(0.2), Centering = 0.5f };
        Assert.Equal(options, JsonSerializer.Deserialize<PruningOptions>(JsonSerializer.Serialize(options)));
    }

    [Theory]
    [InlineData("\"many\"", "'many' is neither a count nor a share")]
    [InlineData("\"101%\"", "'101%' is out of range")]
    [InlineData("1e2", "'1e2' is neither a count nor a share")]
    [InlineData("-3", "'-3' is out of range")]
    [InlineData("true", "'True' is neither a count nor a share")]
    [InlineData("[64]", "'StartArray' is neither a count nor a share")]
    public void Json_NoBudget_NamesWhatItGot(string json, string expected)
    {
        JsonException error = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<KeepBudget>(json));
        Assert.StartsWith("Keep budget: " + expected, error.Message, StringComparison.Ordinal);
    }

    private static TypeConverter Converter => TypeDescriptor.GetConverter(typeof(KeepBudget));

    /// <summary>Counts and shares; among them some that no short percentage says exactly.</summary>
    private static IEnumerable<KeepBudget> Budgets =>
    [
        KeepBudget.Tokens(1), KeepBudget.Tokens(int.MaxValue), KeepBudget.Ratio(1), KeepBudget.Ratio(1 / 3.0), KeepBudget.Ratio(0.111),
        KeepBudget.Ratio(1e-9), KeepBudget.Ratio(double.Epsilon),
        .. TestData.Uniform(1, 200).Select(value => KeepBudget.Ratio((value + 1.0000001) / 2.1)),
    ];
}
