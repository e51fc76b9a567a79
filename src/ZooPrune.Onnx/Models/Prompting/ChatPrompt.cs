using ZooPrune.Text;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// A chat template as a prompt: one message of the user, the images and then the question, and the start of the answer, as the
/// processors of transformers render it. Immutable; any number of threads may use it.
/// </summary>
internal sealed class ChatPrompt : IPromptTemplate
{
    /// <summary>Stands for a question, to see what a template writes around it: private characters, which have no case.</summary>
    private const string Probe = "\uE000\uE001\uE002";

    private readonly ChatTemplate _template;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;
    private readonly (string Before, string After) _aroundOneImage;

    /// <param name="template">The model's template.</param>
    /// <param name="specialTokens">Variables such as bos_token.</param>
    /// <exception cref="ZooPruneException">The template does not write a question, or refuses it.</exception>
    public ChatPrompt(ChatTemplate template, IReadOnlyDictionary<string, string> specialTokens)
    {
        _template = template;
        _specialTokens = specialTokens;
        _aroundOneImage = Around(imageCount: 1);

        // transformers: a prompt that starts with it gets no second one from the tokenizer.
        AddsSpecialTokens = !(specialTokens.TryGetValue("bos_token", out string? first)
            && (_aroundOneImage.Before + Probe).StartsWith(first, StringComparison.Ordinal));
    }

    public string TextBeforeQuestion => _aroundOneImage.Before;

    public bool AddsSpecialTokens { get; }

    /// <remarks>What the template does to the question, such as trimming, is within the range.</remarks>
    public RenderedPrompt Render(string question, int imageCount = 1)
    {
        if (string.IsNullOrWhiteSpace(question))
        {
            throw Throw.QuestionEmpty(question);
        }

        (string before, string after) = imageCount == 1 ? _aroundOneImage : Around(imageCount);
        string text = RenderText(question, imageCount);
        int end = text.Length - after.Length;
        return end >= before.Length
            && text.StartsWith(before, StringComparison.Ordinal)
            && text.EndsWith(after, StringComparison.Ordinal)
            ? new RenderedPrompt(text, before.Length..end)
            : throw Throw.QuestionNotInPrompt(_template.Name, question, "its surroundings change with it");
    }

    /// <summary>What the template writes before and after a question.</summary>
    private (string Before, string After) Around(int imageCount)
    {
        string[] parts = RenderText(Probe, imageCount).Split(Probe);
        return parts.Length == 2
            ? (parts[0], parts[1])
            : throw Throw.QuestionNotInPrompt(_template.Name, "question", $"it is there {parts.Length - 1:N0} times");
    }

    private string RenderText(string question, int imageCount) => _template.Render(
        [new ChatMessage("user", [.. Enumerable.Repeat(ChatPart.Image, imageCount), new ChatPart(question)])],
        specialTokens: _specialTokens);
}
