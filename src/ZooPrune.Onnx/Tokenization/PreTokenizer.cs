using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ZooPrune.Onnx;

/// <summary>Cuts a text into words ("pre_tokenizer" in tokenizer.json).</summary>
/// <param name="text">A text without added tokens.</param>
/// <param name="pieces">Receives the words.</param>
internal delegate void PreTokenizer(string text, List<string> pieces);

/// <summary>Reads pre-tokenizers.</summary>
internal static class PreTokenizerReader
{
    // A pattern comes with the model; it must not be able to hold the program for ever.
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(5);

    /// <summary>The pre-tokenizer that a section describes; one that leaves the text whole where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static PreTokenizer Read(JsonSection section)
    {
        if (section.IsMissing)
        {
            return (text, pieces) => pieces.Add(text);
        }

        switch (section.RequiredText("type"))
        {
            case "Sequence":
                PreTokenizer[] steps = [.. section.List("pretokenizers").Select(Read)];
                return (text, pieces) => RunInTurn(steps, text, pieces);
            case "Whitespace":
                return ByPattern(new Regex(@"\w+|[^\w\s]+", RegexOptions.CultureInvariant, PatternLimit), SplitBehavior.Removed, invert: true);
            case "WhitespaceSplit":
                return ByRune(Rune.IsWhiteSpace, SplitBehavior.Removed);
            case "Punctuation":
                return ByRune(IsPunctuation, ReadBehavior(section, SplitBehavior.Isolated));
            case "Digits":
                return ByRune(Rune.IsNumber, section.Boolean("individual_digits") ?? false ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
            case "Split":
                return ReadSplit(section);
            case var type:
                throw section.Unsupported("type", type, "Whitespace, WhitespaceSplit, Punctuation, Digits, Split or a Sequence of them");
        }
    }

    private static PreTokenizer ReadSplit(JsonSection section)
    {
        JsonSection pattern = section.Section("pattern");
        string expression = pattern.Text("Regex") ?? Regex.Escape(pattern.RequiredText("String"));
        try
        {
            var regex = new Regex(expression, RegexOptions.CultureInvariant, PatternLimit);
            return ByPattern(regex, ReadBehavior(section, null), section.Boolean("invert") ?? false);
        }
        catch (ArgumentException)
        {
            throw section.Wrong("pattern", expression, "a regular expression");
        }
    }

    private static SplitBehavior ReadBehavior(JsonSection section, SplitBehavior? byDefault)
    {
        string? name = section.Text("behavior");
        return name is null && byDefault is { } behavior ? behavior
            : Enum.TryParse(name, out SplitBehavior named) ? named
            : throw section.Wrong("behavior", name ?? "missing", string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }

    private static void RunInTurn(PreTokenizer[] steps, string text, List<string> pieces)
    {
        List<string> current = [text];
        foreach (PreTokenizer step in steps)
        {
            var next = new List<string>();
            foreach (string piece in current)
            {
                step(piece, next);
            }

            current = next;
        }

        pieces.AddRange(current);
    }

    private static PreTokenizer ByPattern(Regex pattern, SplitBehavior behavior, bool invert) => (text, pieces) =>
        TextSplitter.Split(text, pattern.Matches(text).Select(match => (match.Index, match.Length)), behavior, invert, pieces);

    private static PreTokenizer ByRune(Func<Rune, bool> isMatch, SplitBehavior behavior) =>
        (text, pieces) => TextSplitter.Split(text, Runes(text, isMatch), behavior, invert: false, pieces);

    private static IEnumerable<(int Start, int Length)> Runes(string text, Func<Rune, bool> isMatch)
    {
        int position = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (isMatch(rune))
            {
                yield return (position, rune.Utf16SequenceLength);
            }

            position += rune.Utf16SequenceLength;
        }
    }

    /// <summary>Unicode's punctuation, and ASCII's symbols ($, +, &lt;, =, &gt;, ^, `, |, ~) as well.</summary>
    private static bool IsPunctuation(Rune rune) =>
        rune.IsAscii ? char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value)
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;
}
