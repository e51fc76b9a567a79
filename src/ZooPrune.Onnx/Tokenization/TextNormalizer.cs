using System.Globalization;
using System.Text;

namespace ZooPrune.Onnx;

/// <summary>Text in, text out, before it is cut ("normalizer" in tokenizer.json).</summary>
internal static class TextNormalizer
{
    /// <summary>The normalizer that a section describes; the identity where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static Func<string, string> Read(JsonSection section)
    {
        if (section.IsMissing)
        {
            return text => text;
        }

        switch (section.RequiredText("type"))
        {
            case "Sequence":
                Func<string, string>[] steps = [.. section.List("normalizers").Select(Read)];
                return text => steps.Aggregate(text, (value, step) => step(value));
            case "Lowercase":
                return text => text.ToLowerInvariant();
            case "NFC":
                return text => Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => Normalize(text, NormalizationForm.FormKD);
            case "StripAccents":
                return StripAccents;
            case "Strip":
                return ReadStrip(section);
            case "Prepend":
                string start = section.RequiredText("prepend");
                return text => text.Length == 0 ? text : start + text;
            case "Replace" when section["pattern"].Text("String") is { Length: > 0 } pattern:
                string content = section.RequiredText("content");
                return text => text.Replace(pattern, content, StringComparison.Ordinal);
            case var type:
                throw section.Unsupported("type", type, "Lowercase, NFC, NFD, NFKC, NFKD, Strip, StripAccents, Prepend, Replace of a String or a Sequence of them");
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

    private static string Normalize(string text, NormalizationForm form)
    {
        // Without ICU (InvariantGlobalization), .NET hands text back as it is and says nothing. ASCII is in every form already.
        bool canNormalize = "e\u0301".Normalize(NormalizationForm.FormC) == "\u00E9";
        return canNormalize || Ascii.IsValid(text) ? text.Normalize(form) : throw Throw.NormalizationUnavailable(text, form);
    }

    private static string StripAccents(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }
}
