namespace ZooPrune.Text.Tests;

public sealed class StreamingDecoderTests
{
    [Theory]
    [InlineData("qwen2")]
    [InlineData("llama")]
    public void Append_CharacterOfSeveralTokens_WaitsForAllOfThem(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", name, "tokenizer.json"));
        var stream = new StreamingDecoder(tokenizer);

        string[] parts = [.. tokenizer.Encode("a\U0001F9FFb \U00010348c").Select(stream.Append)];

        Assert.DoesNotContain(parts, part => part.Contains('\uFFFD') || (part.Length > 0 && char.IsLowSurrogate(part[0])));
        Assert.Equal("a\U0001F9FFb \U00010348c", string.Concat(parts) + stream.Finish());
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("llama")]
    public void Finish_HalfACharacter_GivesWhatDecodeGives(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", name, "tokenizer.json"));
        int[] ids = tokenizer.Encode("a\U0001F9FF")[..^1];
        var stream = new StreamingDecoder(tokenizer);

        string text = string.Concat(ids.Select(stream.Append));

        Assert.Equal("a", text);
        Assert.Equal(tokenizer.Decode(ids), text + stream.Finish());
        Assert.Equal("", stream.Finish());
    }

    [Fact]
    public void Append_SkippedOrUnknownId_GivesNothing()
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", "qwen2", "tokenizer.json"));
        int end = tokenizer.Encode("<|im_end|>").Single();

        Assert.Equal("", new StreamingDecoder(tokenizer).Append(end));
        Assert.Equal("<|im_end|>", new StreamingDecoder(tokenizer, skipSpecialTokens: false).Append(end));
        Assert.Equal("", new StreamingDecoder(tokenizer).Append(-5));
    }
}
