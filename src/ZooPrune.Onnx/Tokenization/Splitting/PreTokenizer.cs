using System.Globalization;
using System.Text;

namespace ZooPrune.Onnx;

/// <summary>Cuts a text into words ("pre_tokenizer" in tokenizer.json).</summary>
/// <param name="text">A text without added tokens; not empty.</param>
/// <param name="isStart">Whether it is the start of the whole text.</param>
/// <param name="pieces">Receives the words.</param>
internal delegate void PreTokenizer(string text, bool isStart, List<string> pieces);

/// <summary>Reads pre-tokenizers.</summary>
internal static class PreTokenizerReader
{
    private const string Supported =
        "Whitespace, WhitespaceSplit, Punctuation, Digits, Split, ByteLevel, Metaspace or a Sequence of them";

    /// <summary>The pre-tokenizer that a section describes; one that leaves the text whole where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static PreTokenizer Read(JsonSection section)
    {
        if (section.IsMissing)
        {
            return (text, _, pieces) => pieces.Add(text);
        }

        switch (section.RequiredText("type"))
        {
            case "Sequence":
                PreTokenizer[] steps = [.. section.List("pretokenizers").Select(Read)];
                return (text, isStart, pieces) => RunInTurn(steps, text, isStart, pieces);
            case "Whitespace":
                return SplitIntoWordsAndSigns;
            case "WhitespaceSplit":
                return ByRune(Rune.IsWhiteSpace, SplitBehavior.Removed);
            case "Punctuation":
                return ByRune(IsPunctuation, ReadBehavior(section, SplitBehavior.Isolated));
            case "Digits":
                return ByRune(Rune.IsNumber, section.Boolean("individual_digits") ?? false ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
            case "Split":
                return ByPattern(TextPattern.Read(section), ReadBehavior(section, null), section.Boolean("invert") ?? false);
            case "ByteLevel":
                return ReadByteLevel(section);
            case "Metaspace":
                return Metaspace.ReadPreTokenizer(section);
            case var type:
                throw section.Unsupported("type", type, Supported);
        }
    }

    private static PreTokenizer ReadByteLevel(JsonSection section)
    {
        bool addsSpace = section.Boolean("add_prefix_space") ?? true;
        bool splits = section.Boolean("use_regex") ?? true;
        return (text, _, pieces) =>
        {
            string whole = addsSpace && !text.StartsWith(' ') ? " " + text : text;
            int first = pieces.Count;
            if (splits)
            {
                TextSplitter.Split(whole, TextPattern.Gpt2.Matches(whole), SplitBehavior.Isolated, invert: false, pieces);
            }
            else
            {
                pieces.Add(whole);
            }

            for (int place = first; place < pieces.Count; place++)
            {
                pieces[place] = ByteLevelAlphabet.Write(pieces[place]);
            }
        };
    }

    private static SplitBehavior ReadBehavior(JsonSection section, SplitBehavior? byDefault)
    {
        string? name = section.Text("behavior");
        return name is null && byDefault is { } behavior ? behavior
            : Enum.TryParse(name, out SplitBehavior named) ? named
            : throw section.Wrong("behavior", name ?? "missing", string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }

    private static void RunInTurn(PreTokenizer[] steps, string text, bool isStart, List<string> pieces)
    {
        List<string> current = [text];
        foreach (PreTokenizer step in steps)
        {
            var next = new List<string>(current.Count);
            for (int place = 0; place < current.Count; place++)
            {
                step(current[place], isStart && place == 0, next);
            }

            current = next;
        }

        pieces.AddRange(current);
    }

    private static PreTokenizer ByPattern(TextPattern pattern, SplitBehavior behavior, bool invert) =>
        (text, _, pieces) => TextSplitter.Split(text, pattern.Matches(text), behavior, invert, pieces);

    private static PreTokenizer ByRune(Func<Rune, bool> isMatch, SplitBehavior behavior) =>
        (text, _, pieces) => TextSplitter.Split(text, Runes(text, isMatch), behavior, invert: false, pieces);

    /// <summary>Runs of word characters, and runs of what is neither that nor white space.</summary>
    private static void SplitIntoWordsAndSigns(string text, bool isStart, List<string> pieces)
    {
        int start = 0;
        int place = 0;
        int previous = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int kind = Rune.IsWhiteSpace(rune) ? 0 : WordCharacter.Is(rune) ? 1 : 2;
            if (kind != previous)
            {
                AddPiece(previous, text, start, place, pieces);
                start = place;
                previous = kind;
            }

            place += rune.Utf16SequenceLength;
        }

        AddPiece(previous, text, start, place, pieces);
    }

    private static void AddPiece(int kind, string text, int start, int end, List<string> pieces)
    {
        if (kind != 0)
        {
            pieces.Add(text[start..end]);
        }
    }

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
