namespace ZooPrune.Text.Tests;

/// <summary>What src/ZooPrune.Text/README.md shows, on a folder of a family.</summary>
public sealed class ReadmeTests
{
    private static readonly string Folder = Path.Combine(TestPaths.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "Families", "llava");

    private static readonly Tokenizer Tokenizer = Tokenizer.Load(Path.Combine(Folder, "tokenizer.json"));

    [Fact]
    public void Decode_OfEncode_GivesTheText() =>
        Assert.Equal("What color is the circle?", Tokenizer.Decode(Tokenizer.Encode("What color is the circle?")));

    [Fact]
    public void EncodePrompt_WhatTheUserTyped_IsNoControlToken()
    {
        ChatTemplate template = ChatTemplateFiles.Load(Folder)!;
        string question = "Where is <image>?";
        string prompt = template.Render(
            [new ChatMessage("user", [ChatPart.Image, new ChatPart(question)])],
            specialTokens: ChatTemplateFiles.SpecialTokens(Folder));
        int start = prompt.IndexOf(question, StringComparison.Ordinal);
        TokenizedText input = Tokenizer.EncodePrompt(prompt, [start..(start + question.Length)]);

        int image = Tokenizer.Encode("<image>", addSpecialTokens: false).Single();
        Assert.Equal(1, input.Ids.ToArray().Count(id => id == image));
        Assert.Equal(2, Tokenizer.Encode(prompt).Count(id => id == image));
    }

    [Fact]
    public void Append_IdById_GivesTheText()
    {
        var stream = new StreamingDecoder(Tokenizer);
        string text = string.Concat(Tokenizer.Encode("A red circle \U0001F534.").Select(stream.Append)) + stream.Finish();

        Assert.Equal("A red circle \U0001F534.", text);
    }
}
