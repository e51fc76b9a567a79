using ZooPrune.Onnx.Models;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Tests;

public sealed class PromptBuilderTests
{
    private readonly Tokenizer _tokenizer = Tokenizer.Load(Path.Combine(TestPaths.Model, "tokenizer.json"));

    [Fact]
    public void Build_Question_IsCutAtTheImage()
    {
        Prompt prompt = Builder().Build("Is there a red circle?");

        Assert.Equal("<bos> user :", Text(prompt.Before));
        Assert.Equal("is there a red circle ? assistant :", Text(prompt.After));
        Assert.Empty(prompt.UnknownWords);
    }

    [Fact]
    public void Build_ImagePlaceholderInTheQuestion_IsText()
    {
        Prompt prompt = Builder().Build("is <image> a <bos> circle");

        Assert.Equal("<bos> user :", Text(prompt.Before));
        Assert.DoesNotContain(4, prompt.After);
        Assert.DoesNotContain(1, prompt.After);
        Assert.Equal(["<", ">", "bos"], prompt.UnknownWords);
    }

    [Fact]
    public void Format_Question_IsTheWholePrompt() =>
        Assert.Equal("user : <image> Where? assistant :", Builder().Format(PromptTurn.Question("Where?", 1)));

    [Theory]
    [InlineData(null, "null")]
    [InlineData("", "empty")]
    [InlineData(" \t\n", "white space only")]
    public void Build_NoQuestion_IsAnError(string? question, string what)
    {
        var exception = Assert.Throws<ArgumentException>(() => Builder().Build(question!));
        Assert.Equal($"Question: it is {what}. Expected a question in words; pass the text to ask. (Parameter "
            + $"'question')", exception.Message);
    }

    [Theory]
    [InlineData("user : {question}", "<image>", 0)]
    [InlineData("<image> <image> {question}", "<image>", 2)]
    [InlineData("<image>", "{question}", 0)]
    public void Constructor_WrongTemplate_IsAnError(string template, string placeholder, int count)
    {
        var exception = Assert.Throws<ZooPruneException>(() => new PromptBuilder(template, _tokenizer, 4));
        Assert.Equal(
            $"Prompt template '{template}': {placeholder} is there {count} times. It must be there once; correct 'zooprune.prompt' in "
            + $"config.json.",
            exception.Message);
    }

    [Fact]
    public void Constructor_UnknownImageToken_IsAnError()
    {
        var exception = Assert.Throws<ZooPruneException>(() => new PromptBuilder("<image> {question}", _tokenizer, 5000));
        Assert.Equal(
            "Tokenizer: it has no token with the id 5,000, which config.json names as image_token_index. Expected the id of the image "
            + "placeholder; take config.json and tokenizer.json from the same model.",
            exception.Message);
    }

    [Fact]
    public void TextBeforeImage_AnyQuestion_IsTheSame() =>
        Assert.Equal(Builder().Build("Where?").Before, Builder().TextBeforeImage());

    [Fact]
    public void TextBeforeImage_QuestionFirst_IsAnError() => Assert.Throws<InvalidOperationException>(
        () => new PromptBuilder("user : {question} <image>", _tokenizer, 4).TextBeforeImage());

    private PromptBuilder Builder() => new("user : <image> {question} assistant :", _tokenizer, 4);

    private string Text(int[] ids) => _tokenizer.Decode(ids, skipSpecialTokens: false);
}
