using System.Text;

namespace ZooPrune.Text.Tests;

public sealed class TextNormalizerTests
{
    [Theory]
    [InlineData("""{ "type": "Lowercase" }""", "ÄB c", "äb c")]
    [InlineData("""{ "type": "NFD" }""", "plain ASCII", "plain ASCII")]
    [InlineData("""{ "type": "Sequence", "normalizers": [ { "type": "StripAccents" }, { "type": "Lowercase" } ] }""", "E\u0301", "e")]
    [InlineData("""{ "type": "Strip" }""", " a ", "a")]
    [InlineData("""{ "type": "Strip", "strip_right": false }""", " a ", "a ")]
    [InlineData("""{ "type": "Prepend", "prepend": "_" }""", "a", "_a")]
    [InlineData("""{ "type": "Prepend", "prepend": "_" }""", "", "")]
    [InlineData("""{ "type": "Replace", "pattern": { "String": " " }, "content": "_" }""", "a b c", "a_b_c")]
    [InlineData("null", "As It Is", "As It Is")]
    public void Normalize_Text_GivesItsForm(string json, string text, string expected)
    {
        using var folder = new TestFolder();
        using JsonFile file = JsonFile.Open(folder.Write("a.json", $$"""{ "n": {{json}} }"""));

        Assert.Equal(expected, TextNormalizer.Read(file.Root["n"])(text));
    }

    [Theory]
    [InlineData("NFC", "e\u0301 \u1100\u1161\u11A8 a\u0323\u0307", "\u00E9 \uAC01 \u1EA1\u0307")]
    [InlineData("NFC", "a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("NFC", "\u212B \u0958 \uFB01", "\u00C5 \u0915\u093C \uFB01")]
    [InlineData("NFD", "\u00E9 \uAC01 \uAC00", "e\u0301 \u1100\u1161\u11A8 \u1100\u1161")]
    [InlineData("NFKC", "\uFB01 \u00BD \uFF76\uFF9E", "fi 1\u20442 \u30AC")]
    [InlineData("NFKD", "\uFB01 \u1E9B\u0323", "fi s\u0323\u0307")]
    [InlineData("Lowercase", "\u0130 \U00010400", "i\u0307 \U00010428")]
    public void Normalize_Unicode_NeedsNoIcu(string type, string text, string expected)
    {
        using var folder = new TestFolder();
        using JsonFile file = JsonFile.Open(folder.Write("a.json", $$"""{ "n": { "type": "{{type}}" } }"""));

        Assert.Equal(expected, TextNormalizer.Read(file.Root["n"])(text));
    }

    [Theory]
    [InlineData(NormalizationForm.FormC)]
    [InlineData(NormalizationForm.FormD)]
    [InlineData(NormalizationForm.FormKC)]
    [InlineData(NormalizationForm.FormKD)]
    public void Normalize_StretchByStretch_GivesWhatTheWholeGives(NormalizationForm form)
    {
        // Characters that change, join or move, among others that do not.
        char[] odd = [.. Enumerable.Range(0x00A0, 0xFFFF - 0xA0).Select(code => (char)code).Where(code => !char.IsSurrogate(code) && !StableCharacters.Of(form)[code])];
        string[] plain = ["a", "e", "\u0915", "\u4E00", "\u1100", "\uAC00", "\uAC01", "\u1161", "\u11A8", "\u00E9", "\u30AB", "\u3099", "\U0001F642", "\U0001109B", "\U000110BA", "\u0323", "\u0307"];
        var random = new Random(9);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ =>
                random.Next(3) == 0 ? odd[random.Next(odd.Length)].ToString() : plain[random.Next(plain.Length)]));
            var whole = new StringBuilder();
            UnicodeNormalizer.AppendNormalized(text, form, whole);

            Assert.Equal(whole.ToString(), UnicodeNormalizer.Normalize(text, form));
        }
    }
}
