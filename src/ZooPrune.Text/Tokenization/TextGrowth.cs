namespace ZooPrune.Text;

/// <summary>
/// Bounds what the parts of a tokenizer.json make of a text: a few that double it, one after the other, would make it longer than memory.
/// No real file comes near: the most that a normalization form does is 18 times.
/// </summary>
internal static class TextGrowth
{
    private const long MostTimes = 64;
    private const long MostForShort = 1 << 18;

    /// <param name="length">How long a text has become, in UTF-16 units.</param>
    /// <param name="original">How long it was.</param>
    /// <exception cref="ZooPruneException">It has become very much longer.</exception>
    public static void Check(long length, long original)
    {
        if (length > MostForShort + (MostTimes * original))
        {
            throw Throw.TextGrows(original, length);
        }
    }
}
