using System.Buffers;
using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>Text as Python sees it: a row of Unicode characters, where .NET has UTF-16 units.</summary>
internal static class TemplateText
{
    private static readonly SearchValues<char> UnusualLineEnds = SearchValues.Create("\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    /// <summary>Whether str.splitlines would cut where neither "\n" nor "\r" stands.</summary>
    public static bool HasUnusualLineEnd(string text) => text.AsSpan().ContainsAny(UnusualLineEnds);

    /// <summary>str.isspace of one character.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    /// <summary>Some white space and nothing else.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (!IsSpace(character))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    /// <summary>Without white space at its end.</summary>
    public static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>Without some characters at its start; null stands for white space.</summary>
    public static string TrimStart(string text, string? characters, TemplateBudget budget)
    {
        int start = 0;
        if (characters is not null)
        {
            start = text.AsSpan().IndexOfAnyExcept(Set(characters, budget));
            return start < 0 ? "" : text[start..];
        }

        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>Without some characters at its end; null stands for white space.</summary>
    public static string TrimEnd(string text, string? characters, TemplateBudget budget) =>
        characters is null ? TrimEnd(text) : text[..(text.AsSpan().LastIndexOfAnyExcept(Set(characters, budget)) + 1)];

    /// <summary>The first character.</summary>
    public static string First(string text) => text[..(text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1)];

    /// <summary>Each character as a text of its own.</summary>
    public static List<object?> Characters(string text)
    {
        var characters = new List<object?>(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            bool isPair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
            characters.Add(text.Substring(at, isPair ? 2 : 1));
            at += isPair ? 1 : 0;
        }

        return characters;
    }

    public static int Length(string text)
    {
        int pairs = 0;
        for (int at = 1; at < text.Length; at++)
        {
            pairs += char.IsSurrogatePair(text[at - 1], text[at]) ? 1 : 0;
        }

        return text.Length - pairs;
    }

    /// <summary>The same, paid for.</summary>
    public static int Length(string text, TemplateBudget budget)
    {
        budget.SpendText(text.Length);
        return Length(text);
    }

    /// <summary>Where a UTF-16 index is, counted in characters.</summary>
    public static long Index(string text, int index) => index <= 0 ? index : Length(text[..index]);

    /// <summary>Order by code points: negative, zero or positive.</summary>
    public static int Compare(string left, string right)
    {
        int at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        return Place(left[at]).CompareTo(Place(right[at]));
    }

    public static string Upper(string text) => CaseMapped(text, text.ToUpperInvariant(), isUpper: true);

    public static string Lower(string text) => CaseMapped(text, text.ToLowerInvariant(), isUpper: false);

    /// <summary>str.capitalize: the first character upper, the rest lower.</summary>
    public static string Capitalize(string text)
    {
        int first = text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : Math.Min(1, text.Length);
        return Upper(text[..first]) + Lower(text[first..]);
    }

    /// <summary>str.title: every letter after a non-letter upper, every other lower.</summary>
    public static string Title(string text, TemplateBudget budget)
    {
        budget.Spend(text.Length);
        var result = new StringBuilder(text.Length);
        bool isInWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            string letter = rune.ToString();
            result.Append(isInWord ? Lower(letter) : Upper(letter));
            isInWord = Rune.IsLetter(rune);
        }

        return result.ToString();
    }

    /// <summary>str.isprintable of one character: no control, separator or unassigned one, but the blank.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);

    /// <summary>Costs its characters once, not for each that is looked at.</summary>
    private static SearchValues<char> Set(string characters, TemplateBudget budget)
    {
        budget.Spend(characters.Length);
        return SearchValues.Create(characters);
    }

    private static int Place(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;

    private static string CaseMapped(string text, string mapped, bool isUpper)
    {
        foreach (char character in text)
        {
            if (character > '\x7f' && IsSpecialCase(character, isUpper))
            {
                throw Throw.TemplateUnsupported($"changing the case of '{character}'");
            }
        }

        return mapped;
    }

    /// <summary>Letters whose other case is several letters, or depends on its neighbours (Unicode's SpecialCasing): .NET maps one to one.</summary>
    private static bool IsSpecialCase(char character, bool isUpper) => isUpper
        ? character is 'ß' or 'ŉ' or 'ǰ' or 'ΐ' or 'ΰ' or 'և' or 'ǅ' or 'ǈ' or 'ǋ' or 'ǲ'
            or (>= '\u1e96' and <= '\u1e9a') or (>= '\u1f50' and <= '\u1f57') or (>= '\u1f80' and <= '\u1fff') or (>= '\ufb00' and <= '\ufb17')
        : character is 'İ' or 'Σ';
}
