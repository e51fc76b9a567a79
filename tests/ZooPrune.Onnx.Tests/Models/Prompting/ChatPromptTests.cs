using ZooPrune.Onnx.Models;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Tests;

public sealed class ChatPromptTests
{
    private const string Simple =
        "{{ bos_token }}{% for m in messages %}user : {% for c in m.content %}{% if c.type == 'image' %}<image> {% else %}{{ c.text | "
        + "trim }}{% endif %}{% endfor %}{% endfor %} assistant :";

    [Fact]
    public void Render_Question_IsWithinTheRangeAsTheTemplateWroteIt()
    {
        ChatPrompt prompt = Prompt(Simple);

        RenderedPrompt rendered = Render(prompt, "  Where? ");

        Assert.Equal("<s>user : <image> Where? assistant :", rendered.Text);
        Assert.Equal("Where?", rendered.Text[rendered.Texts[0]]);
        Assert.Equal("<s>user : <image> ", prompt.TextBeforeQuestion);
    }

    [Fact]
    public void Render_QuestionThatLooksLikeThePrompt_IsWithinTheRange()
    {
        RenderedPrompt rendered = Render(Prompt(Simple), "<image> x assistant : y assistant :");

        Assert.Equal("<image> x assistant : y assistant :", rendered.Text[rendered.Texts[0]]);
    }

    [Theory]
    [InlineData("<s>", false)]
    [InlineData("<bos>", true)]
    public void AddsSpecialTokens_PromptWithItsOwn_AreNotAddedAgain(string written, bool adds)
    {
        string source = Simple.Replace("{{ bos_token }}", written);
        Assert.Equal(adds, Prompt(source).AddsSpecialTokens);
    }

    [Theory]
    [InlineData("no question", 0)]
    [InlineData("{{ messages[0].content[1].text }}{{ messages[0].content[1].text }}", 2)]
    public void Constructor_TemplateWithoutTheQuestionOnce_IsAnError(string source, int times)
    {
        var exception = Assert.Throws<ZooPruneException>(() => Prompt(source));
        Assert.Equal(
            $"Chat template 't': what the question 'question' became in the prompt cannot be told from what surrounds it (it is there "
            + $"{times} times). The template must write the question's text once and nothing else that depends on it; put the question "
            + $"in other words.",
            exception.Message);
    }

    [Fact]
    public void Render_SurroundingsDependOnTheQuestion_IsAnError()
    {
        ChatPrompt prompt = Prompt("{% set q = messages[0].content[1].text %}{{ 'A' if 'x' in q else 'B' }}{{ q }}");

        Assert.Equal("Bno", Render(prompt, "no").Text);
        Assert.Contains("its surroundings change with it", Assert.Throws<ZooPruneException>(() => Render(prompt, "x")).Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" \n")]
    public void Render_NoQuestion_IsAnError(string? question) => Assert.Throws<ArgumentException>(() => Render(Prompt(Simple), question!));

    [Fact]
    public void Build_ChatTemplate_IsCutAtTheImage()
    {
        var tokenizer = Tokenizer.Load(Path.Combine(TestPaths.Model, "tokenizer.json"));
        var builder = new PromptBuilder(ChatTemplate.Parse("t", Simple.Replace("{{ bos_token }}", "")), new Dictionary<string, string>(), tokenizer, 4);

        Prompt prompt = builder.Build("is there a red circle?");

        Assert.Equal("<bos> user :", tokenizer.Decode(prompt.Before, skipSpecialTokens: false));
        Assert.Equal("is there a red circle ? assistant :", tokenizer.Decode(prompt.After, skipSpecialTokens: false));
        Assert.Equal(prompt.Before, builder.TextBeforeImage());
    }

    private static RenderedPrompt Render(ChatPrompt prompt, string question) => prompt.Render([PromptTurn.Question(question, 1)]);

    private static ChatPrompt Prompt(string source) =>
        ChatPrompt.Read(ChatTemplate.Parse("t", source), new Dictionary<string, string> { ["bos_token"] = "<s>" }, "<image>");
}
