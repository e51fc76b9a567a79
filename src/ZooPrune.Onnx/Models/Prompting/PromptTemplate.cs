namespace ZooPrune.Onnx.Models;

/// <summary>The text around a question: "USER: &lt;image&gt;\n{question} ASSISTANT:". Immutable.</summary>
internal sealed class PromptTemplate : IPromptTemplate
{
    /// <summary>Stands for the image in a template.</summary>
    public const string Image = "<image>";

    /// <summary>Stands for the question in a template.</summary>
    public const string Question = "{question}";

    private readonly string _before;
    private readonly string _after;
    private readonly string _imageToken;

    /// <param name="template">Text with one <see cref="Image"/> and one <see cref="Question"/>.</param>
    /// <param name="imageToken">How the model's tokenizer writes the image placeholder.</param>
    /// <exception cref="ZooPruneException">A placeholder is missing or there twice.</exception>
    public PromptTemplate(string template, string imageToken)
    {
        foreach (string placeholder in (string[])[Image, Question])
        {
            int count = template.Split(placeholder).Length - 1;
            if (count != 1)
            {
                throw Throw.PromptPlaceholder(template, placeholder, count);
            }
        }

        string[] parts = template.Split(Question);
        (_before, _after, _imageToken) = (parts[0], parts[1], imageToken);
    }

    /// <summary>The text up to the question about one image.</summary>
    public string TextBeforeQuestion => WithImages(_before, 1);

    public bool AddsSpecialTokens => true;

    /// <inheritdoc/>
    /// <remarks>Several images stand one after the other, each with the white space that follows the placeholder.</remarks>
    public RenderedPrompt Render(string question, int imageCount = 1)
    {
        if (string.IsNullOrWhiteSpace(question))
        {
            throw Throw.QuestionEmpty(question);
        }

        string before = WithImages(_before, imageCount);
        return new RenderedPrompt(before + question + WithImages(_after, imageCount), before.Length..(before.Length + question.Length));
    }

    private string WithImages(string text, int count)
    {
        int start = text.IndexOf(Image, StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        int end = start + Image.Length;
        int space = end < text.Length && char.IsWhiteSpace(text[end]) ? 1 : 0;
        string one = _imageToken + text[end..(end + space)];
        return text[..start] + string.Concat(Enumerable.Repeat(one, count)) + text[(end + space)..];
    }
}

/// <summary>A prompt with a place for the question, and where that place ended up.</summary>
/// <param name="Text">The whole prompt.</param>
/// <param name="Question">Where the question stands in it.</param>
internal readonly record struct RenderedPrompt(string Text, Range Question);

/// <summary>How a model wants a question about images written. Immutable; any number of threads may use it.</summary>
internal interface IPromptTemplate
{
    /// <summary>The text up to the question about one image.</summary>
    string TextBeforeQuestion { get; }

    /// <summary>Whether the tokenizer adds its own special tokens, as it does unless the prompt starts with one.</summary>
    bool AddsSpecialTokens { get; }

    /// <param name="question">The question.</param>
    /// <param name="imageCount">Images that it is about; 0 for a question without one.</param>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The template cannot be used on this question.</exception>
    RenderedPrompt Render(string question, int imageCount = 1);
}
