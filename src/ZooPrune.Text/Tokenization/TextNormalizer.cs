using System.Text;

namespace ZooPrune.Text;

/// <summary>Text in, text out, before it is cut ("normalizer" in tokenizer.json).</summary>
internal static class TextNormalizer
{
    private const string Supported =
        "Lowercase, NFC, NFD, NFKC, NFKD, Strip, StripAccents, Prepend, Replace, ByteLevel or a Sequence of them";

    /// <summary>The normalizer that a section describes; the identity where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static Func<string, string> Read(JsonSection section)
    {
        if (section.IsMissing)
        {
            return text => text;
        }

        Func<string, string>[] steps = [.. ReadSteps(section)];
        return text =>
        {
            string normalized = text;
            foreach (Func<string, string> step in steps)
            {
                normalized = step(normalized);
                TextGrowth.Check(normalized.Length, text.Length);
            }

            return normalized;
        };
    }

    private static IEnumerable<Func<string, string>> ReadSteps(JsonSection section) => section.RequiredText("type") == "Sequence"
        ? section.Parts("normalizers").SelectMany(ReadSteps)
        : [ReadStep(section)];

    private static Func<string, string> ReadStep(JsonSection section)
    {
        switch (section.RequiredText("type"))
        {
            case "Lowercase":
                return Lowercase;
            case "NFC":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormKD);
            case "StripAccents":
                return StripAccents;
            case "Strip":
                return ReadStrip(section);
            case "Prepend":
                string start = section.RequiredText("prepend");
                return text => text.Length == 0 ? text : start + text;
            case "Replace":
                TextPattern pattern = TextPattern.Read(section);
                string content = section.RequiredText("content");
                return text => pattern.Replace(text, content);
            case "ByteLevel":
                return ByteLevelAlphabet.Write;
            case var type:
                throw section.Unsupported("type", type, Supported);
        }
    }

    private static Func<string, string> ReadStrip(JsonSection section) =>
        (section.Boolean("strip_left") ?? true, section.Boolean("strip_right") ?? true) switch
        {
            (true, true) => text => text.Trim(),
            (true, false) => text => text.TrimStart(),
            (false, true) => text => text.TrimEnd(),
            _ => text => text,
        };

    // One character becomes two: capital I with a dot, whose dot Unicode keeps and .NET leaves alone.
    private static string Lowercase(string text) => text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    private static string StripAccents(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!UnicodeTables.Instance.IsMark(rune.Value))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }
}

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
