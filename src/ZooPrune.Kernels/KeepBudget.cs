using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZooPrune;

/// <summary>
/// How many visual tokens stay: a count or a share. <see cref="Resolve"/> is the only place where a share becomes a count.
/// </summary>
/// <remarks>
/// <c>default(KeepBudget)</c> is no budget; <see cref="Resolve"/> and the pruner reject it. As text it is "64" or "11%", in configuration,
/// in JSON and on command lines alike.
/// </remarks>
[TypeConverter(typeof(KeepBudgetTypeConverter))]
[JsonConverter(typeof(KeepBudgetJsonConverter))]
public readonly record struct KeepBudget : IParsable<KeepBudget>
{
    private KeepBudget(int? count, double? ratio)
    {
        TokenCount = count;
        TokenRatio = ratio;
    }

    /// <summary>The number of tokens to keep where the budget is a count, otherwise null.</summary>
    public int? TokenCount { get; }

    /// <summary>The share of tokens to keep, above 0 and at most 1, where the budget is a share, otherwise null.</summary>
    public double? TokenRatio { get; }

    /// <summary>Keeps a number of tokens, whatever the image has; all of them if it has fewer.</summary>
    /// <param name="count">K; at least 1.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public static KeepBudget Tokens(int count) =>
        count >= 1 ? new KeepBudget(count, null) : throw Throw.KeepCountBelowOne(count, nameof(count));

    /// <summary>Keeps a share of the tokens.</summary>
    /// <param name="ratio">Kept tokens over all tokens; above 0, at most 1.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ratio"/> is 0 or less, above 1, or NaN.</exception>
    public static KeepBudget Ratio(double ratio) =>
        ratio is > 0 and <= 1 ? new KeepBudget(null, ratio) : throw Throw.KeepRatioOutOfRange(ratio, nameof(ratio));

    /// <summary>Reads a budget: "64" is a count, "11%" and "0.11" are shares (a point makes it a share).</summary>
    /// <param name="s">The budget; always with a point; blanks around it and before % are allowed.</param>
    /// <param name="provider">Not looked at: the text means the same in every culture.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="s"/> is no number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1, or the share is 0 or less or above 1.</exception>
    public static KeepBudget Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Read(s, out KeepBudget budget) is { } error ? throw error : budget;
    }

    /// <summary>Reads what <see cref="Parse"/> reads; says no where that throws.</summary>
    /// <param name="s">The budget.</param>
    /// <param name="provider">Not looked at.</param>
    /// <param name="result">The budget, or <c>default</c>.</param>
    /// <returns>Whether <paramref name="s"/> is a budget.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out KeepBudget result)
    {
        result = default;
        return s is not null && Read(s, out result) is null;
    }

    /// <summary>The number of tokens to keep of <paramref name="tokenCount"/>.</summary>
    /// <remarks>
    /// A share gives floor(ratio * N), in doubles, as the published code has it, and at least 1: 11.1 % of 576 are 63, 0.1 % of
    /// 576 is 1. A count above N gives N.
    /// </remarks>
    /// <param name="tokenCount">N; at least 1.</param>
    /// <returns>K, from 1 to N.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tokenCount"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">The budget is <c>default</c>.</exception>
    public int Resolve(int tokenCount)
    {
        if (tokenCount < 1)
        {
            throw Throw.NoTokens(tokenCount, nameof(tokenCount));
        }

        if (TokenCount is int count)
        {
            return Math.Min(count, tokenCount);
        }

        return TokenRatio is double ratio ? Math.Max(1, (int)Math.Floor(ratio * tokenCount)) : throw Throw.KeepNotSet();
    }

    /// <summary>The budget as text that <see cref="Parse"/> reads back to the last bit: "64" or "11.1%".</summary>
    /// <returns>The text; a share that twelve decimals of a percentage cannot say is written as a share, "0.333...".</returns>
    public override string ToString()
    {
        if (TokenRatio is not double ratio)
        {
            return TokenCount?.ToString(CultureInfo.InvariantCulture) ?? "not set";
        }

        string percentage = (ratio * 100).ToString("0.############", CultureInfo.InvariantCulture) + "%";
        return TryParse(percentage, null, out KeepBudget same) && same == this
            ? percentage
            : ratio.ToString("F340", CultureInfo.InvariantCulture).TrimEnd('0');
    }

    /// <returns>What is wrong with the text; null where it is a budget.</returns>
    private static ArgumentException? Read(string text, out KeepBudget budget)
    {
        budget = default;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        bool isPercentage = trimmed.EndsWith("%");
        ReadOnlySpan<char> digits = isPercentage ? trimmed[..^1].TrimEnd() : trimmed;

        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!double.TryParse(digits, Plain, CultureInfo.InvariantCulture, out double number))
        {
            return Throw.KeepNotANumber(text);
        }

        bool isRatio = isPercentage || digits.Contains('.');
        double value = isPercentage ? number / 100 : number;
        if (!(isRatio ? value is > 0 and <= 1 : value is >= 1 and <= int.MaxValue))
        {
            return Throw.KeepTextOutOfRange(text);
        }

        budget = isRatio ? Ratio(value) : Tokens((int)value);
        return null;
    }
}

/// <summary>Reads and writes a <see cref="KeepBudget"/> in JSON: "64", "11%"; numbers are read, too. Stateless.</summary>
/// <remarks>A budget that is not set is null.</remarks>
public sealed class KeepBudgetJsonConverter : JsonConverter<KeepBudget>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is no budget.</exception>
    public override KeepBudget Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return reader.TokenType switch
            {
                JsonTokenType.Null => default,
                JsonTokenType.String => KeepBudget.Parse(reader.GetString()!),
                JsonTokenType.Number => KeepBudget.Parse(NumberText(reader)),
                JsonTokenType other => throw Throw.KeepNotANumber(other.ToString()),
            };
        }
        catch (ArgumentException error)
        {
            throw new JsonException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, KeepBudget value, JsonSerializerOptions options)
    {
        if (value == default)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStringValue(value.ToString());
        }
    }

    /// <summary>As it is written: 1 is a count and 1.0 a share.</summary>
    private static string NumberText(in Utf8JsonReader reader) =>
        Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
}

/// <summary>What configuration and designers ask: a budget from its text. The way back is <see cref="KeepBudget.ToString"/>.</summary>
internal sealed class KeepBudgetTypeConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? KeepBudget.Parse(text) : base.ConvertFrom(context, culture, value);
}
