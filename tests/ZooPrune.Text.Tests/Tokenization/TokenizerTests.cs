namespace ZooPrune.Text.Tests;

public sealed class TokenizerTests : IDisposable
{
    private const string Good = """
        { "added_tokens": [ { "id": 0, "content": "<bos>", "special": true }, { "id": 1, "content": "<image>", "special": true },
            { "id": 9, "content": "extra", "special": false, "single_word": true } ],
          "normalizer": { "type": "Lowercase" },
          "pre_tokenizer": { "type": "Sequence", "pretokenizers": [ { "type": "WhitespaceSplit" }, { "type": "Punctuation" } ] },
          "post_processor": { "type": "TemplateProcessing", "single": [ { "SpecialToken": { "id": "<bos>" } }, { "Sequence": { "id": "A" } }, { "SpecialToken": { "id": "<end>" } } ],
            "special_tokens": { "<bos>": { "ids": [0] }, "<end>": { "ids": [6] } } },
          "decoder": null,
          "model": { "type": "WordLevel", "unk_token": "<unk>", "vocab": { "<unk>": 2, "red": 3, "circle": 4, "?": 5, "<end>": 6, "image": 7, "<": 8 } } }
        """;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("red circle?", new[] { 0, 3, 4, 5, 6 })]
    [InlineData("  RED   Circle ?\n", new[] { 0, 3, 4, 5, 6 })]
    [InlineData("red <image> circle", new[] { 0, 3, 1, 4, 6 })]
    [InlineData("red<image>circle", new[] { 0, 3, 1, 4, 6 })]
    [InlineData("<image><image>", new[] { 0, 1, 1, 6 })]
    [InlineData("<IMAGE>", new[] { 0, 8, 7, 2, 6 })]
    [InlineData("extra red", new[] { 0, 9, 3, 6 })]
    [InlineData("extras red", new[] { 0, 2, 3, 6 })]
    [InlineData("blue", new[] { 0, 2, 6 })]
    [InlineData("", new[] { 0, 6 })]
    public void Encode_Text_GivesItsIds(string text, int[] ids) => Assert.Equal(ids, Load(Good).Encode(text));

    [Fact]
    public void Encode_WithoutSpecialTokens_LeavesThemOut() =>
        Assert.Equal([3, 4], Load(Good).Encode("red circle", addSpecialTokens: false));

    [Fact]
    public void Encode_LiteralStretch_IsNeverAnAddedToken()
    {
        const string Text = "<image> <image> red";

        TokenizedText tokens = Load(Good).EncodePrompt(Text, [8..19], addSpecialTokens: false);

        Assert.Equal([1, 8, 7, 2, 3], tokens.Ids);
        Assert.Equal([">"], tokens.UnknownWords);
    }

    [Fact]
    public void EncodePrompt_SeveralLiteralStretches_AreEachText()
    {
        const string Text = "<image> <image> red <image> <image>";

        TokenizedText tokens = Load(Good).EncodePrompt(Text, [8..15, 20..27], addSpecialTokens: false);

        Assert.Equal([1, 8, 7, 2, 3, 8, 7, 2, 1], tokens.Ids);
    }

    [Fact]
    public void EncodePrompt_StretchBeyondTheText_IsAnError() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(Good).EncodePrompt("red", [1..5]));

    [Theory]
    [InlineData(1, "<image>")]
    [InlineData(3, "red")]
    [InlineData(1000, null)]
    [InlineData(-1, null)]
    public void FindToken_Id_GivesItsToken(int id, string? token) => Assert.Equal(token, Load(Good).FindToken(id));

    [Fact]
    public void Encode_UnknownWords_AreNamedOnce() =>
        Assert.Equal(["blue", "cube"], Load(Good).EncodePrompt("blue cube, red cube", []).UnknownWords.Where(word => word != ","));

    [Fact]
    public void Encode_Null_IsAnError() => Assert.Throws<ArgumentNullException>(() => Load(Good).Encode(null!));

    [Theory]
    [InlineData(true, "red circle")]
    [InlineData(false, "<bos> red circle <image>")]
    public void Decode_Ids_GivesTheWords(bool skip, string text) => Assert.Equal(text, Load(Good).Decode([0, 3, 4, 1, 1000], skip));

    [Fact]
    public void Decode_OfEncode_GivesTheTextBack() =>
        Assert.Equal("red circle ?", Load(Good).Decode(Load(Good).Encode("Red circle?", addSpecialTokens: false)));

    [Fact]
    public void Load_ShippedTokenizer_EncodesBothSpellingsAlike()
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(TestPaths.Model, "tokenizer.json"));

        int[] ids = tokenizer.Encode("Is there a red circle?");

        Assert.Equal(ids, tokenizer.Encode("is there a red circle ?"));
        Assert.Equal("is there a red circle ?", tokenizer.Decode(ids));
        Assert.Equal(7, ids.Length);
    }

    [Theory]
    [InlineData("\"WordLevel\"", "\"Unigram\"", "'model.type' is Unigram, which is not supported. Supported are BPE or WordLevel")]
    [InlineData("\"TemplateProcessing\"", "\"BertProcessing\"", "'post_processor.type' is BertProcessing, which is not supported. Supported are TemplateProcessing, ByteLevel or a Sequence of them")]
    [InlineData("\"Lowercase\"", "\"BertNormalizer\"", "'normalizer.type' is BertNormalizer, which is not supported. Supported are Lowercase, NFC, NFD, NFKC, NFKD, Strip, StripAccents, Prepend, Replace, ByteLevel or a Sequence of them")]
    [InlineData("\"Punctuation\"", "\"UnicodeScripts\"", "'pre_tokenizer.pretokenizers[1].type' is UnicodeScripts, which is not supported. Supported are Whitespace, WhitespaceSplit, Punctuation, Digits, Split, ByteLevel, Metaspace or a Sequence of them")]
    [InlineData("\"decoder\": null", "\"decoder\": { \"type\": \"CTC\" }", "'decoder.type' is CTC, which is not supported. Supported are ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, WordPiece, BPEDecoder or a Sequence of them")]
    public void Load_UnsupportedPart_NamesIt(string old, string by, string problem) =>
        AssertMessage(old, by, $"{problem}; use a model with one of these.");

    [Theory]
    [InlineData("\"unk_token\": \"<unk>\"", "\"unk_token\": \"[UNK]\"", "'model.unk_token' is [UNK]. Expected a token of the vocabulary; correct the value.")]
    [InlineData("\"red\": 3", "\"red\": 4", "'model.vocab.circle' is 4. Expected an id that no other token has; correct the value.")]
    [InlineData("\"red\": 3", "\"red\": -3", "'model.vocab.red' is -3. Expected a whole number from 0 to 2147483647; correct the value.")]
    [InlineData("\"content\": \"extra\"", "\"content\": \"\"", "'added_tokens[2].content' is empty. Expected 1 to 512 characters; correct the value.")]
    [InlineData("\"<end>\": { \"ids\": [6] }", "\"<eot>\": { \"ids\": [6] }", "the key 'post_processor.special_tokens.<end>' is missing. It is needed to run the model; copy the file again or add the key.")]
    [InlineData("{ \"Sequence\": { \"id\": \"A\" } }, ", "", "'post_processor.single' is a list without Sequence. Expected a list with the place of the text (Sequence) once; correct the value.")]
    public void Load_WrongValue_NamesFileKeyAndNeed(string old, string by, string problem) => AssertMessage(old, by, problem);

    [Fact]
    public void Load_NoJson_IsAnError()
    {
        string path = _folder.Write("tokenizer.json", "{ \"model\": ");

        var exception = Assert.Throws<ZooPruneException>(() => Tokenizer.Load(path));
        Assert.StartsWith($"File '{path}': it cannot be read as JSON (", exception.Message);
        Assert.EndsWith("). Expected the model's own file, unchanged; copy or download it again.", exception.Message);
    }

    [Fact]
    public void Load_List_IsAnError()
    {
        string path = _folder.Write("tokenizer.json", "[]");

        var exception = Assert.Throws<ZooPruneException>(() => Tokenizer.Load(path));
        Assert.Equal($"File '{path}': it holds a JSON Array. Expected an object {{ ... }}; copy or download the model's own file again.", exception.Message);
    }

    public void Dispose() => _folder.Dispose();

    private Tokenizer Load(string json) => Tokenizer.Load(_folder.Write("tokenizer.json", json));

    private void AssertMessage(string old, string by, string problem)
    {
        Assert.Contains(old, Good);
        string path = _folder.Write("tokenizer.json", Good.Replace(old, by));

        var exception = Assert.Throws<ZooPruneException>(() => Tokenizer.Load(path));
        Assert.Equal($"File '{path}': {problem}", exception.Message);
    }
}
