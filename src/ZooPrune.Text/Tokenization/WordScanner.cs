using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ZooPrune.Text;

/// <summary>
/// Cuts a text as one of <see cref="KnownPatterns"/> does, several times as fast as a regular expression can and without memory. Every
/// character is in a piece. The expressions are the definition; tests hold both against each other.
/// </summary>
/// <param name="startsWithOther">Whether letters take one sign or space before them along (Qwen2, Llama 3); otherwise letters, numbers
/// and signs take one space (GPT-2).</param>
/// <param name="mostDigits">Longest run of numbers that is one piece.</param>
internal sealed class WordScanner(bool startsWithOther, int mostDigits)
{
    public static WordScanner Gpt2 { get; } = new(startsWithOther: false, int.MaxValue);

    public static WordScanner Qwen2 { get; } = new(startsWithOther: true, 1);

    public static WordScanner Llama3 { get; } = new(startsWithOther: true, 3);

    /// <summary>Hands on the pieces of a text.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="sink">Receives the pieces.</param>
    public void Split(ReadOnlySpan<char> text, PieceSink sink)
    {
        while (!text.IsEmpty)
        {
            int length = FirstPiece(text);
            sink(text[..length]);
            text = text[length..];
        }
    }

    private int FirstPiece(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && Contraction(text) is > 0 and int contraction)
        {
            return contraction;
        }

        CharacterKind kind = CharacterKinds.At(text, 0, out int first);
        CharacterKind next = first < text.Length ? CharacterKinds.At(text, first, out _) : CharacterKind.LineEnd;
        bool takesNext = text[0] == ' ' && next is CharacterKind.Letter or CharacterKind.Number or CharacterKind.Other;
        return (startsWithOther, kind, next) switch
        {
            (_, CharacterKind.Letter, _) => Run(text, 0, CharacterKind.Letter),
            (true, CharacterKind.Space or CharacterKind.Other, CharacterKind.Letter) => Run(text, first, CharacterKind.Letter),
            (_, CharacterKind.Number, _) => Run(text, 0, CharacterKind.Number, mostDigits),
            (_, CharacterKind.Other, _) => Signs(text, 0),
            (true, _, CharacterKind.Other) when takesNext => Signs(text, 1),
            (false, _, _) when takesNext => next == CharacterKind.Other ? Signs(text, 1) : Run(text, 1, next),
            _ => Spaces(text),
        };
    }

    /// <summary>'s, 't, 're, 've, 'm, 'll or 'd; Qwen2 and Llama 3 take capitals and the long s too. 0 for none.</summary>
    private int Contraction(ReadOnlySpan<char> text)
    {
        char first = text.Length > 1 ? Lower(text[1]) : '\0';
        char second = text.Length > 2 ? Lower(text[2]) : '\0';
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 2,
            ('\u017F', _) when startsWithOther => 2,
            ('r' or 'v', 'e') or ('l', 'l') => 3,
            _ => 0,
        };
    }

    private char Lower(char letter) => startsWithOther && letter is >= 'A' and <= 'Z' ? (char)(letter | 0x20) : letter;

    /// <summary>Where a run ends that starts at a place.</summary>
    private static int Run(ReadOnlySpan<char> text, int place, CharacterKind kind, int most = int.MaxValue)
    {
        for (; place < text.Length && most > 0 && CharacterKinds.At(text, place, out int length) == kind; most--)
        {
            place += length;
        }

        return place;
    }

    private int Signs(ReadOnlySpan<char> text, int place)
    {
        int end = Run(text, place, CharacterKind.Other);
        return startsWithOther ? Run(text, end, CharacterKind.LineEnd) : end;
    }

    /// <summary>White space: to its last line end, or all but the last before a word, which may take that one.</summary>
    private int Spaces(ReadOnlySpan<char> text)
    {
        int end = 0;
        int afterLineEnd = 0;
        while (end < text.Length && CharacterKinds.At(text, end, out _) is CharacterKind.Space or CharacterKind.LineEnd)
        {
            end++;
            afterLineEnd = text[end - 1] is '\r' or '\n' ? end : afterLineEnd;
        }

        return startsWithOther && afterLineEnd > 0 ? afterLineEnd
            : end == text.Length || end == 1 ? end
            : end - 1;
    }
}

/// <summary>The regular expressions that most byte-level tokenizers use, compiled when ZooPrune is built.</summary>
/// <remarks>
/// As in the files, but for "long s" (U+017F), which equals s without regard to case where they were written for (Oniguruma).
/// </remarks>
internal static partial class KnownPatterns
{
    /// <summary>GPT-2's expression, also that of the ByteLevel pre-tokenizer.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string ContractionsWithLongS = "(?i:'s|'\u017F|'t|'re|'ve|'m|'ll|'d)";
    private const string LettersAfterOneOther = @"|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string OthersAndSpaces = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2Rest = LettersAfterOneOther + @"\p{N}" + OthersAndSpaces;
    private const string Llama3Rest = LettersAfterOneOther + @"\p{N}{1,3}" + OthersAndSpaces;

    /// <summary>The compiled expression, or null where the pattern is none of these.</summary>
    public static Regex? Find(string pattern) => pattern switch
    {
        Gpt2 => Gpt2Regex(),
        Contractions + Qwen2Rest => Qwen2Regex(),
        Contractions + Llama3Rest => Llama3Regex(),
        _ => null,
    };

    /// <summary>What cuts a text as the expression does, or null where the pattern is none of these.</summary>
    public static WordScanner? FindScanner(string pattern) => pattern switch
    {
        Gpt2 => WordScanner.Gpt2,
        Contractions + Qwen2Rest => WordScanner.Qwen2,
        Contractions + Llama3Rest => WordScanner.Llama3,
        _ => null,
    };

    [GeneratedRegex(Gpt2, RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Regex();

    [GeneratedRegex(ContractionsWithLongS + Qwen2Rest, RegexOptions.CultureInvariant)]
    private static partial Regex Qwen2Regex();

    [GeneratedRegex(ContractionsWithLongS + Llama3Rest, RegexOptions.CultureInvariant)]
    private static partial Regex Llama3Regex();
}

/// <summary>What the expressions of byte-level tokenizers tell apart.</summary>
internal enum CharacterKind : byte
{
    /// <summary>Neither letter nor number nor white space: signs, marks, emoji.</summary>
    Other,

    /// <summary>\p{L}.</summary>
    Letter,

    /// <summary>\p{N}.</summary>
    Number,

    /// <summary>\s but for line ends.</summary>
    Space,

    /// <summary>\r and \n.</summary>
    LineEnd,
}

/// <summary>Kinds of characters, looked up: the 65,536 of UTF-16, once for the program.</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] Table = MakeTable();

    /// <summary>The kind of the character at a place, and how many UTF-16 units it has.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="place">First unit of a character.</param>
    /// <param name="length">1 or 2.</param>
    public static CharacterKind At(ReadOnlySpan<char> text, int place, out int length)
    {
        char unit = text[place];
        if (!char.IsHighSurrogate(unit) || place + 1 == text.Length)
        {
            length = 1;
            return Table[unit];
        }

        length = 2;
        return Of(Rune.GetUnicodeCategory(new Rune(unit, text[place + 1])));
    }

    private static CharacterKind[] MakeTable()
    {
        var table = new CharacterKind[char.MaxValue + 1];
        for (int code = 0; code < table.Length; code++)
        {
            char unit = (char)code;
            table[code] = unit is '\r' or '\n' ? CharacterKind.LineEnd
                : char.IsWhiteSpace(unit) ? CharacterKind.Space
                : Of(char.GetUnicodeCategory(unit));
        }

        return table;
    }

    private static CharacterKind Of(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterKind.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterKind.Number,
        _ => CharacterKind.Other,
    };
}
