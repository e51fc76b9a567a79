using System.Text;

namespace ZooPrune.Text;

/// <summary>Cuts a text into words ("pre_tokenizer" in tokenizer.json).</summary>
/// <param name="text">A text without added tokens; not empty.</param>
/// <param name="isStart">Whether it is the start of the whole text.</param>
/// <param name="sink">Receives the words.</param>
internal delegate void PreTokenizer(ReadOnlySpan<char> text, bool isStart, PieceSink sink);

/// <summary>Takes one word after the other. They are handed on and not collected: a long text has hundreds of thousands.</summary>
internal delegate void PieceSink(ReadOnlySpan<char> piece);

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
            return (text, _, sink) => sink(text);
        }

        switch (section.RequiredText("type"))
        {
            case "Sequence":
                IReadOnlyList<JsonSection> parts = section.Parts("pretokenizers");
                CheckByteLevels(section, parts);
                PreTokenizer[] steps = [.. parts.Select(Read)];
                return (text, isStart, sink) => RunFrom(steps, text, isStart, sink);
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

    /// <summary>Bytes of bytes make no sense, and a text twice as long each time.</summary>
    private static void CheckByteLevels(JsonSection section, IReadOnlyList<JsonSection> parts)
    {
        if (parts.Count(HasByteLevel) > 1)
        {
            throw section.Unsupported("pretokenizers", "a list with several ByteLevel", "one ByteLevel at most");
        }
    }

    private static bool HasByteLevel(JsonSection part) =>
        part.Text("type") == "ByteLevel" || (part.Text("type") == "Sequence" && part.Parts("pretokenizers").Any(HasByteLevel));

    private static PreTokenizer ReadByteLevel(JsonSection section)
    {
        bool addsSpace = section.Boolean("add_prefix_space") ?? true;
        bool splits = section.Boolean("use_regex") ?? true;
        return (text, _, sink) =>
        {
            ReadOnlySpan<char> whole = addsSpace && !text.StartsWith(' ') ? $" {text}" : text;
            if (splits)
            {
                WordScanner.Gpt2.Split(whole, piece => ByteLevelAlphabet.Write(piece, sink));
            }
            else
            {
                ByteLevelAlphabet.Write(whole, sink);
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

    private static void RunFrom(ReadOnlySpan<PreTokenizer> steps, ReadOnlySpan<char> text, bool isStart, PieceSink sink)
    {
        switch (steps.Length)
        {
            case 0:
                sink(text);
                return;
            case 1:
                steps[0](text, isStart, sink);
                return;
        }

        PreTokenizer[] rest = [.. steps[1..]];
        bool isFirst = isStart;
        steps[0](text, isStart, piece =>
        {
            RunFrom(rest, piece, isFirst, sink);
            isFirst = false;
        });
    }

    private static PreTokenizer ByPattern(TextPattern pattern, SplitBehavior behavior, bool invert) =>
        pattern.Scanner is { } scanner && behavior == SplitBehavior.Isolated
        ? (text, _, sink) => scanner.Split(text, sink)
        : (text, _, sink) => TextSplitter.Split(text, pattern.Matches(text), behavior, invert, sink);

    private static PreTokenizer ByRune(Func<Rune, bool> isMatch, SplitBehavior behavior) =>
        (text, _, sink) => TextSplitter.Split(text, Runes(text, isMatch), behavior, invert: false, sink);

    /// <summary>Runs of word characters, and runs of what is neither that nor white space.</summary>
    private static void SplitIntoWordsAndSigns(ReadOnlySpan<char> text, bool isStart, PieceSink sink)
    {
        int start = 0;
        int place = 0;
        int previous = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int kind = Rune.IsWhiteSpace(rune) ? 0 : WordCharacter.Is(rune) ? 1 : 2;
            if (kind != previous)
            {
                HandOn(previous, text[start..place], sink);
                start = place;
                previous = kind;
            }

            place += rune.Utf16SequenceLength;
        }

        HandOn(previous, text[start..place], sink);
    }

    private static void HandOn(int kind, ReadOnlySpan<char> piece, PieceSink sink)
    {
        if (kind != 0)
        {
            sink(piece);
        }
    }

    private static List<(int Start, int Length)> Runes(ReadOnlySpan<char> text, Func<Rune, bool> isMatch)
    {
        var matches = new List<(int, int)>();
        int position = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (isMatch(rune))
            {
                matches.Add((position, rune.Utf16SequenceLength));
            }

            position += rune.Utf16SequenceLength;
        }

        return matches;
    }

    /// <summary>Unicode's punctuation, and ASCII's symbols ($, +, &lt;, =, &gt;, ^, `, |, ~) as well.</summary>
    private static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value)
        : UnicodeTables.Instance.IsPunctuation(rune.Value);
}

/// <summary>Whether a text gets a space in front.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes spaces as a character of their own (U+2581) and cuts before each: what SentencePiece does ("Metaspace").</summary>
/// <param name="Replacement">What a space is written as.</param>
/// <param name="Prepend">Whether a text gets one in front.</param>
internal sealed record Metaspace(Rune Replacement, PrependScheme Prepend)
{
    /// <summary>The settings of a pre-tokenizer or a decoder.</summary>
    public static Metaspace Read(JsonSection section)
    {
        string replacement = section.Text("replacement") ?? "\u2581";
        if (Rune.DecodeFromUtf16(replacement, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || used != replacement.Length)
        {
            throw section.Wrong("replacement", replacement, "one character");
        }

        // Files from before prepend_scheme have add_prefix_space.
        string scheme = section.Text("prepend_scheme") ?? (section.Boolean("add_prefix_space") ?? true ? "always" : "never");
        return new Metaspace(rune, scheme switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw section.Wrong("prepend_scheme", scheme, "always, first or never"),
        });
    }

    /// <summary>The pre-tokenizer that a section describes.</summary>
    public static PreTokenizer ReadPreTokenizer(JsonSection section)
    {
        Metaspace metaspace = Read(section);
        string mark = metaspace.Replacement.ToString();
        bool split = section.Boolean("split") ?? true;
        return (text, isStart, sink) =>
        {
            string written = text.ToString().Replace(" ", mark, StringComparison.Ordinal);
            bool prepends = metaspace.Prepend == PrependScheme.Always || (metaspace.Prepend == PrependScheme.First && isStart);
            if (prepends && !written.StartsWith(mark, StringComparison.Ordinal))
            {
                written = mark + written;
            }

            int start = 0;
            for (int next = 1; split && next < written.Length && (next = written.IndexOf(mark, next, StringComparison.Ordinal)) > 0; next++)
            {
                sink(written.AsSpan(start, next - start));
                start = next;
            }

            sink(written.AsSpan(start));
        };
    }
}
