namespace ZooPrune.Onnx;

/// <summary>
/// A chat template as a prompt: one message of the user, an image and then the question, and the start of the answer, as the
/// processors of transformers render it. Immutable; any number of threads may use it.
/// </summary>
internal sealed class ChatPrompt : IPromptTemplate
{
    /// <summary>Stands for a question, to see what a template writes around it: private characters, which have no case.</summary>
    private const string Probe = "\uE000\uE001\uE002";

    private readonly ChatTemplate _template;
    private readonly Dictionary<string, string> _specialTokens;
    private readonly string _after;

    /// <param name="template">The model's template.</param>
    /// <param name="specialTokens">Variables such as bos_token.</param>
    /// <exception cref="ZooPruneException">The template does not write a question, or refuses it.</exception>
    public ChatPrompt(ChatTemplate template, Dictionary<string, string> specialTokens)
    {
        _template = template;
        _specialTokens = specialTokens;
        string text = RenderText(Probe);
        string[] around = text.Split(Probe);
        if (around.Length != 2)
        {
            throw Throw.QuestionNotInPrompt(template.Name, "question", $"it is there {around.Length - 1:N0} times");
        }

        TextBeforeQuestion = around[0];
        _after = around[1];

        // transformers: a prompt that starts with it gets no second one from the tokenizer.
        AddsSpecialTokens = !(specialTokens.TryGetValue("bos_token", out string? first) && text.StartsWith(first, StringComparison.Ordinal));
    }

    public string TextBeforeQuestion { get; }

    public bool AddsSpecialTokens { get; }

    /// <remarks>What the template does to the question, such as trimming, is within the range.</remarks>
    public RenderedPrompt Render(string question)
    {
        if (string.IsNullOrWhiteSpace(question))
        {
            throw Throw.QuestionEmpty(question);
        }

        string text = RenderText(question);
        int end = text.Length - _after.Length;
        return end >= TextBeforeQuestion.Length
            && text.StartsWith(TextBeforeQuestion, StringComparison.Ordinal)
            && text.EndsWith(_after, StringComparison.Ordinal)
            ? new RenderedPrompt(text, TextBeforeQuestion.Length..end)
            : throw Throw.QuestionNotInPrompt(_template.Name, question, "its surroundings change with it");
    }

    private string RenderText(string question) =>
        _template.Render([new ChatMessage("user", [ChatPart.Image, new ChatPart(question)])], specialTokens: _specialTokens);
}
