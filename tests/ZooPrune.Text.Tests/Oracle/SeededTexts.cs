using System.Globalization;
using System.Text;

namespace ZooPrune.Text.Tests;

/// <summary>Texts of the kinds on which tokenizers differ, well-formed UTF-16.</summary>
/// <param name="random">Chooses.</param>
/// <param name="added">The added tokens of the tokenizer.</param>
internal sealed class SeededTexts(Random random, string[] added)
{
    private static readonly string[] Words =
        ["the", "The", "picture", "circle", "red", "is", "it's", "I'LL", "don't", "we've", "64", "576", "3.14", "$5", "(a)", "x_y", "http://a.b/c?d=e", "--", "...", "USER:", "fi", "naïve"];

    // Of every script and category some; what normalizes, joins, combines, is cased oddly or is no character at all.
    private static readonly string[] Characters =
    [
        "é", "e\u0301", "\u0301", "\u0323\u0307", "\u212B", "\uFB01", "ß", "İ", "ſ", "Σ", "ς", "ǅ", "½", "Ⅷ", "٣", "１", "東", "京", "あ", "カ\u3099", "한", "\u1100\u1161\u11A8",
        "ا", "\u064B", "क\u093C", "ก\u0E33", "\U0001F642", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F1E9\U0001F1EA", "\U00010400", "\U0001D7D8", "\U000E0100", "\uFE0F",
        "\u200B", "\u200C", "\u200D", "\u00AD", "\uFEFF", "\u202E", "\uFFFD", "\uE000", "\U0010FFFD", "\u0000", "\u0001", "\u007F", "\u0085", "€", "°", "\u2581", "Ġ", "Ċ", "ⓐ", "\U0001F150",
    ];

    private static readonly string[] Spaces =
        [" ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\r", "\t", "\u00A0", "\u2003", "\u3000", "\u2028", "\v", "\f", "\u001C", "\u001F", "\u180E", "\u200A"];

    private static readonly string[] LookAlikes =
        ["<s>", "</s>", "<unk>", "<pad>", "<image>", "<IMAGE>", "< image>", "<image", "image>", "<|im_start|>", "<|im_end|", "|im_end|>", "<|image_pad|>", "<0x41>", "<0xE2>", "<0x", "##ing", "</w>"];

    /// <summary>As many texts of each kind.</summary>
    public IEnumerable<string> Make(int count)
    {
        yield return "";
        for (int number = 0; number < count; number++)
        {
            yield return Of(1, 12, () => Pick(Words) + Pick(" ", " ", " ", ", ", "\n", "'"));
            yield return Of(1, 12, () => Pick(Characters) + Pick("", "", " ", Pick(Words)));
            yield return Of(1, 20, () => Pick(Pick(Spaces), Pick(Spaces), Pick(Words), "a"));
            yield return Of(1, 30, AnyCharacter);
            yield return Of(1, 12, () => Pick(Pick(LookAlikes), Pick([.. added, "<"]), Part(Pick([.. added, "<image>"])), Pick(Spaces), Pick(Words), Pick(Characters)));
        }
    }

    private string Of(int least, int most, Func<string> piece) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => piece()));

    private string Pick(params ReadOnlySpan<string> from) => from[random.Next(from.Length)];

    private string Part(string text)
    {
        int start = random.Next(text.Length);
        string part = text[start..random.Next(start, text.Length + 1)];
        return random.Next(3) == 0 ? part.ToUpperInvariant() : part;
    }

    /// <summary>Half of them in the first 256, a quarter anywhere in the basic plane, the rest anywhere.</summary>
    private string AnyCharacter()
    {
        int most = random.Next(4) switch { 0 or 1 => 0x100, 2 => 0x10000, _ => 0x110000 };
        int code = random.Next(most);
        return IsKnown(code) ? new Rune(code).ToString() : "\uFFFD";
    }

    /// <summary>Whether .NET's Unicode has the character: Rust's may be a version ahead, and knows new letters and digits.</summary>
    public static bool IsKnown(int code) => Rune.IsValid(code) && Rune.GetUnicodeCategory(new Rune(code)) != UnicodeCategory.OtherNotAssigned;
}
