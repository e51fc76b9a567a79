namespace ZooPrune.Onnx.Tests;

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
    [InlineData("NFC", "e\u0301", "\u00E9")]
    [InlineData("NFD", "\u00E9", "e\u0301")]
    [InlineData("NFKC", "\uFB01", "fi")]
    [InlineData("NFKD", "\uFB01", "fi")]
    public void Normalize_Unicode_IsDoneOrSaidToBeImpossible(string form, string text, string expected)
    {
        using var folder = new TestFolder();
        using JsonFile file = JsonFile.Open(folder.Write("a.json", $$"""{ "n": { "type": "{{form}}" } }"""));
        Func<string, string> normalize = TextNormalizer.Read(file.Root["n"]);
        bool hasUnicodeData = "e\u0301".Normalize() == "\u00E9";

        if (hasUnicodeData)
        {
            Assert.Equal(expected, normalize(text));
        }
        else
        {
            var exception = Assert.Throws<ZooPruneException>(() => normalize(text));
            Assert.EndsWith(
                "which this program cannot do. It needs Unicode data; set InvariantGlobalization to false in the program's project and install ICU, or ask in ASCII.",
                exception.Message);
        }
    }
}
