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
