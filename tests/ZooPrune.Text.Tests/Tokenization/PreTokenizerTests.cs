namespace ZooPrune.Text.Tests;

/// <summary>Expected pieces follow the documentation of Hugging Face tokenizers.</summary>
public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("""{ "type": "Whitespace" }""", "Hello, my_friend! ok", "Hello|,|my_friend|!|ok")]
    [InlineData("""{ "type": "WhitespaceSplit" }""", " a\t b\n", "a|b")]
    [InlineData("""{ "type": "Punctuation" }""", "a?!b", "a|?|!|b")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Contiguous" }""", "a?!b", "a|?!|b")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Removed" }""", "a?!b", "a|b")]
    [InlineData("""{ "type": "Digits", "individual_digits": true }""", "ab123c", "ab|1|2|3|c")]
    [InlineData("""{ "type": "Digits" }""", "ab123c", "ab|123|c")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "Isolated" }""", "the-final--countdown", "the|-|final|-|-|countdown")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "Removed" }""", "the-final--countdown", "the|final|countdown")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "MergedWithPrevious" }""", "the-final--countdown", "the-|final-|-|countdown")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "MergedWithNext" }""", "the-final--countdown", "the|-final|-|-countdown")]
    [InlineData("""{ "type": "Split", "pattern": { "String": "-" }, "behavior": "Contiguous" }""", "the-final--countdown", "the|-|final|--|countdown")]
    [InlineData("""{ "type": "Split", "pattern": { "Regex": "[a-z]+" }, "behavior": "Removed", "invert": true }""", "ab1cd22", "ab|cd")]
    [InlineData("""{ "type": "Sequence", "pretokenizers": [ { "type": "WhitespaceSplit" }, { "type": "Punctuation" } ] }""", "is it? yes.", "is|it|?|yes|.")]
    [InlineData("null", "as it is", "as it is")]
    public void Split_Text_GivesItsPieces(string json, string text, string pieces)
    {
        using var folder = new TestFolder();
        using JsonFile file = JsonFile.Open(folder.Write("a.json", $$"""{ "p": {{json}} }"""));
        var got = new List<string>();

        PreTokenizerReader.Read(file.Root["p"])(text, true, piece => got.Add(piece.ToString()));

        Assert.Equal(pieces, string.Join('|', got));
    }

    [Fact]
    public void Read_NoExpression_IsAnError()
    {
        using var folder = new TestFolder();
        string path = folder.Write("a.json", """{ "p": { "type": "Split", "pattern": { "Regex": "(" }, "behavior": "Removed" } }""");
        using JsonFile file = JsonFile.Open(path);

        var exception = Assert.Throws<ZooPruneException>(() => PreTokenizerReader.Read(file.Root["p"]));
        Assert.Equal($"File '{path}': 'p.pattern' is (. Expected a regular expression that .NET understands; correct the value.", exception.Message);
    }
}
