using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

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
