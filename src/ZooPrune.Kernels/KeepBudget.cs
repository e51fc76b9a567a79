using System.Globalization;

namespace ZooPrune;

/// <summary>
/// How many visual tokens stay: a count or a share. <see cref="Resolve"/> is the only place where a share becomes a count.
/// </summary>
/// <remarks><c>default(KeepBudget)</c> is no budget; <see cref="Resolve"/> and the pruner reject it.</remarks>
public readonly record struct KeepBudget
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
    /// <param name="text">The budget; always with a point, whatever the culture; blanks around it and before % are allowed.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="text"/> is no number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1, or the share is 0 or less or above 1.</exception>
    public static KeepBudget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        bool isPercentage = trimmed.EndsWith("%");
        ReadOnlySpan<char> digits = isPercentage ? trimmed[..^1].TrimEnd() : trimmed;

        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!double.TryParse(digits, Plain, CultureInfo.InvariantCulture, out double number))
        {
            throw Throw.KeepNotANumber(text);
        }

        if (isPercentage || digits.Contains('.'))
        {
            double ratio = isPercentage ? number / 100 : number;
            return ratio is > 0 and <= 1 ? Ratio(ratio) : throw Throw.KeepTextOutOfRange(text);
        }

        return number is >= 1 and <= int.MaxValue ? Tokens((int)number) : throw Throw.KeepTextOutOfRange(text);
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

    /// <summary>The budget as text that <see cref="Parse"/> reads: "64" or "11.1%", the share to twelve decimals.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => this switch
    {
        { TokenCount: int count } => count.ToString(CultureInfo.InvariantCulture),
        { TokenRatio: double ratio } => (ratio * 100).ToString("0.############", CultureInfo.InvariantCulture) + "%",
        _ => "not set",
    };
}
