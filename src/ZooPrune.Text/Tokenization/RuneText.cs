using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// A text with one char a character, for .NET's regular expressions: they see the two halves of a character above U+FFFF,
/// to which no \p{L} applies. Each such character is written as one below, of the same category, and places are translated back.
/// </summary>
internal readonly ref struct RuneText
{
    // The last character of each category: none that a pattern names by itself.
    private const char LetterInCircle = '\u24B6';
    private static readonly char[] OfCategory = FindOneOfEachCategory();

    private readonly int[]? _places;

    /// <param name="text">Well-formed UTF-16.</param>
    public RuneText(ReadOnlySpan<char> text)
    {
        Text = text;
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return;
        }

        var written = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        int place = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            written.Append(rune.IsBmp ? (char)rune.Value
                : category == UnicodeCategory.OtherSymbol && WordCharacter.Is(rune) ? LetterInCircle
                : OfCategory[(int)category]);
            places.Add(place);
            place += rune.Utf16SequenceLength;
        }

        places.Add(place);
        Text = written.ToString();
        _places = [.. places];
    }

    /// <summary>The text with one char a character.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>Where a place of <see cref="Text"/> is in the text that was given.</summary>
    public int PlaceOf(int index) => _places is null ? index : _places[index];

    private static char[] FindOneOfEachCategory()
    {
        var found = new char[Enum.GetValues<UnicodeCategory>().Length];
        for (int code = char.MaxValue; code >= 0; code--)
        {
            ref char place = ref found[(int)char.GetUnicodeCategory((char)code)];
            place = place == 0 ? (char)code : place;
        }

        return found;
    }
}
