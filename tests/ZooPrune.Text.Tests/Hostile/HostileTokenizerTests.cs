using ZooPrune.Tests;

namespace ZooPrune.Text.Tests;

/// <summary>tokenizer.json files that are small and ask for time, memory or stack without end.</summary>
public sealed class HostileTokenizerTests : IDisposable
{
    private const string Letters = """{ "a": 0, "b": 1 }""";

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("normalizer", "normalizers", """{"type":"Lowercase"}""")]
    [InlineData("pre_tokenizer", "pretokenizers", """{"type":"Digits"}""")]
    [InlineData("post_processor", "processors", """{"type":"ByteLevel"}""")]
    [InlineData("decoder", "decoders", """{"type":"Fuse"}""")]
    public void Load_EndlessSequence_IsRefused(string part, string key, string step)
    {
        string nested = $$"""{"type":"Sequence","{{key}}":[{{string.Join(',', Enumerable.Repeat(step, 20_000))}}]}""";

        AssertRefused($$"""{"{{part}}":{"type":"Sequence","{{key}}":[{{nested}}]} }""", $"'{part}.{key}' is a list with 20,001 parts. Expected at most 64 parts, those of parts included; correct the value.");
    }

    [Fact]
    public void Load_BytesOfBytes_IsRefused()
    {
        const string Bytes = """{"type":"ByteLevel","use_regex":false}""";
        AssertRefused(
            $$"""{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{{Bytes}},{"type":"Sequence","pretokenizers":[{{Bytes}}]}]} }""",
            "'pre_tokenizer.pretokenizers' is a list with several ByteLevel, which is not supported. Supported are one ByteLevel at most; use a model with one of these.");
    }

    [Fact]
    public void Load_SpecialTokensTimesSpecialTokens_IsRefused()
    {
        string single = string.Concat(Enumerable.Repeat("""{"SpecialToken":{"id":"x"}},""", 900));
        string ids = string.Join(',', Enumerable.Repeat("0", 100_000));
        AssertRefused(
            $$$"""{"post_processor":{"type":"TemplateProcessing","single":[{{{single}}}{"Sequence":{}}],"special_tokens":{"x":{"ids":[{{{ids}}}]} } } }""",
            "'post_processor.single' is a list of more than 1000 ids. Expected a few special tokens around the text; correct the value.");
    }

    [Theory]
    [InlineData("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", "a")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"a|b"},"content":"aa"}""", "a")]
    [InlineData("""{"type":"ByteLevel"}""", "\u00E9")]
    public void Encode_NormalizersThatDouble_EndInAnError(string step, string text)
    {
        Tokenizer tokenizer = Load($$"""{"normalizer":{"type":"Sequence","normalizers":[{{string.Join(',', Enumerable.Repeat(step, 60))}}]} }""");

        string? problem = Judge.Use(() => tokenizer.Encode(text), out bool worked);

        Assert.Null(problem);
        Assert.False(worked);
        string message = Assert.Throws<ZooPruneException>(() => tokenizer.Encode(text)).Message;
        Assert.StartsWith("Tokenizer: ", message);
        Assert.EndsWith(" or more before they are tokens, or text. The parts of tokenizer.json must not make a text that much longer; take the model's own file.", message);
    }

    [Fact]
    public void Decode_DecodersThatDouble_EndInAnError()
    {
        const string Step = """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""";
        Tokenizer tokenizer = Load($$"""{"decoder":{"type":"Sequence","decoders":[{{string.Join(',', Enumerable.Repeat(Step, 60))}}]} }""");

        string? problem = Judge.Use(() => tokenizer.Decode([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), out bool worked);

        Assert.Null(problem);
        Assert.False(worked);
    }

    [Fact]
    public void Open_MoreThanIsRead_IsRefused()
    {
        string path = _folder.Write("large.json", "{");
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(JsonFile.MaxLength + 1L);
        }

        Assert.Equal(
            $"File '{path}': it has 4,000,001 bytes. At most 4,000,000 are read; check that it is the model's own file.",
            Assert.Throws<ZooPruneException>(() => JsonFile.Open(path)).Message);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\ud83d \\ude42\"")]
    public void Open_HalfACharacter_IsRefused(string text)
    {
        string path = _folder.Write("a.json", $$"""{ "a": [{{text}}] }""");

        Assert.StartsWith($"File '{path}': it cannot be read as JSON (", Assert.Throws<ZooPruneException>(() => JsonFile.Open(path)).Message);
    }

    [Fact]
    public void Open_NotUtf8_IsRefused()
    {
        string path = _folder.Write("a.json", [.. "{\"a\":\""u8, 0xC3, .. "\"}"u8]);

        Assert.Equal(
            $"File '{path}': it cannot be read as JSON (it is not UTF-8). Expected the model's own file, unchanged; copy or download it again.",
            Assert.Throws<ZooPruneException>(() => JsonFile.Open(path)).Message);
    }

    [Fact]
    public void EncodePrompt_WordThatIsAnAddedToken_IsTextWhereAUserTypedIt()
    {
        string path = _folder.Write("words.json", """
            { "added_tokens": [ { "id": 1, "content": "<image>", "special": true } ], "pre_tokenizer": { "type": "WhitespaceSplit" },
              "model": { "type": "WordLevel", "unk_token": "<unk>", "vocab": { "<unk>": 0, "<image>": 1, "red": 2 } } }
            """);
        Tokenizer tokenizer = Tokenizer.Load(path);
        const string Prompt = "<image> red <image>";

        TokenizedText text = tokenizer.EncodePrompt(Prompt, [8..19]);

        Assert.Equal([1, 2, 0], text.Ids.ToArray());
        Assert.Equal(["<image>"], text.UnknownWords);
        Assert.Equal([1, 2, 1], tokenizer.Encode(Prompt));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    public void Open_ManySmallValues_IsRefusedBeforeItTakesGigabytes(string name)
    {
        string path = _folder.Write(name, "{\"a\":[" + new string('[', 20) + string.Concat(Enumerable.Repeat("1,", 2_000_100)) + "1" + new string(']', 20) + "]}");

        Assert.Contains("At most 4,000,000 are read", Assert.Throws<ZooPruneException>(() => JsonFile.Open(path)).Message);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A tokenizer of two letters with one more part.</summary>
    private string Write(string part) => _folder.Write(
        "tokenizer.json", $$"""{{part.TrimEnd()[..^1]}},"model":{"type":"BPE","vocab":{{Letters}},"merges":[]} }""");

    private Tokenizer Load(string part) => Tokenizer.Load(Write(part));

    private void AssertRefused(string part, string message)
    {
        string path = Write(part);
        Assert.Equal($"File '{path}': {message}", Assert.Throws<ZooPruneException>(() => Tokenizer.Load(path)).Message);
    }
}
