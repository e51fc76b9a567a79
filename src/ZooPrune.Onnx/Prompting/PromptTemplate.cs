namespace ZooPrune.Onnx;

/// <summary>The text around a question: "USER: &lt;image&gt;\n{question} ASSISTANT:". Immutable.</summary>
internal sealed class PromptTemplate : IPromptTemplate
{
    /// <summary>Stands for the image in a template.</summary>
    public const string Image = "<image>";

    /// <summary>Stands for the question in a template.</summary>
    public const string Question = "{question}";

    private readonly string _before;
    private readonly string _after;

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
        _before = parts[0].Replace(Image, imageToken, StringComparison.Ordinal);
        _after = parts[1].Replace(Image, imageToken, StringComparison.Ordinal);
    }

    /// <summary>The text up to the question.</summary>
    public string TextBeforeQuestion => _before;

    public bool AddsSpecialTokens => true;

    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    public RenderedPrompt Render(string question)
    {
        if (string.IsNullOrWhiteSpace(question))
        {
            throw Throw.QuestionEmpty(question);
        }

        return new RenderedPrompt(_before + question + _after, _before.Length..(_before.Length + question.Length));
    }
}
