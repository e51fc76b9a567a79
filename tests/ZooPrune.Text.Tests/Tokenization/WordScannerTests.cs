using System.Text;

namespace ZooPrune.Text.Tests;

/// <summary>The scanner against the expressions that it stands for, run by .NET.</summary>
public sealed class WordScannerTests
{
    internal const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    internal const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // What the expressions name, and of everything else one or two: a letter, a number, a mark, a sign and a space of each kind and width.
    private static readonly string[] Characters =
    [
        "a", "B", "s", "S", "\u017F", "t", "T", "r", "e", "E", "v", "m", "l", "L", "d", "'", "'", "'", " ", " ", " ", "\n", "\r", "\t", "\u00A0", "\u3000",
        "\u0085", "\u2028", "1", "9", "\u0663", "\u00BD", "\u2167", "\u4E00", "\u00E9", "\u01C5", "\u02B0", "\u0301", "\u0903", "-", ".", "(", "$", "\u20AC",
        "_", "\u200D", "\u0000", "\uE000", "\U0001F642", "\U00010400", "\U0001D7D8", "\U000E0100", "\u212A", "\u0130",
    ];

    public static TheoryData<string> Patterns => [KnownPatterns.Gpt2, Qwen2, Llama3];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Split_AnyText_CutsAsTheExpression(string pattern)
    {
        WordScanner scanner = KnownPatterns.FindScanner(pattern)!;
        using var folder = new TestFolder();
        using JsonFile file = JsonFile.Open(folder.Write("a.json", $$"""{ "pattern": { "Regex": {{System.Text.Json.JsonSerializer.Serialize(pattern)}} } }"""));
        TextPattern expression = TextPattern.Read(file.Root);
        var random = new Random(3);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Characters[random.Next(Characters.Length)]));
            var pieces = new List<string>();

            scanner.Split(text, piece => pieces.Add(piece.ToString()));

            Assert.Equal(expression.Matches(text).Select(match => text.Substring(match.Start, match.Length)), pieces);
            Assert.Equal(text, string.Concat(pieces));
        }
    }

    [Fact]
    public void At_EveryCharacter_IsOfItsKind()
    {
        Span<char> units = stackalloc char[2];
        for (int code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.IsValid(code))
            {
                continue;
            }

            var rune = new Rune(code);
            CharacterKind kind = CharacterKinds.At(units[..rune.EncodeToUtf16(units)], 0, out int length);

            Assert.Equal(rune.Utf16SequenceLength, length);
            Assert.Equal(
                code is '\r' or '\n' ? CharacterKind.LineEnd
                : Rune.IsWhiteSpace(rune) ? CharacterKind.Space
                : Rune.IsLetter(rune) ? CharacterKind.Letter
                : Rune.IsNumber(rune) ? CharacterKind.Number
                : CharacterKind.Other,
                kind);
        }
    }
}
