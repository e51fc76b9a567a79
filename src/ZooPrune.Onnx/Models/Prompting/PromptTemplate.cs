namespace ZooPrune.Onnx.Models;

/// <summary>A turn of a conversation as a prompt has it: the places of images, then text.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Text">What is said.</param>
/// <param name="ImageCount">Images before the text.</param>
internal readonly record struct PromptTurn(string Role, string Text, int ImageCount)
{
    /// <summary>A question as the only turn.</summary>
    public static PromptTurn Question(string question, int imageCount) => string.IsNullOrWhiteSpace(question)
        ? throw Throw.QuestionEmpty(question)
        : new PromptTurn(ChatTurn.User, question, imageCount);
}

/// <summary>A prompt with places for texts, and where those places ended up.</summary>
/// <param name="Text">The whole prompt.</param>
/// <param name="Texts">Where each turn's text stands in it.</param>
internal readonly record struct RenderedPrompt(string Text, Range[] Texts);

/// <summary>How a model wants a conversation about images written. Immutable; any number of threads may use it.</summary>
internal interface IPromptTemplate
{
    /// <summary>The text up to the question about one image.</summary>
    string TextBeforeQuestion { get; }

    /// <summary>Whether the tokenizer adds its own special tokens, as it does unless the prompt starts with one.</summary>
    bool AddsSpecialTokens { get; }

    /// <param name="turns">The conversation, one turn at least; texts are not empty.</param>
    /// <exception cref="ZooPruneException">The template cannot be used on these turns.</exception>
    RenderedPrompt Render(IReadOnlyList<PromptTurn> turns);
}

/// <summary>The text around a question: "USER: &lt;image&gt;\n{question} ASSISTANT:". Immutable.</summary>
/// <remarks>In a conversation every question gets that text around it, and every answer stands after it, with a blank before and the end
/// token behind, as in the conversations that LLaVA was trained with. What the system says comes first, with a blank behind.</remarks>
internal sealed class PromptTemplate : IPromptTemplate
{
    /// <summary>Stands for the image in a template.</summary>
    public const string Image = "<image>";

    /// <summary>Stands for the question in a template.</summary>
    public const string Question = "{question}";

    private readonly string _before;
    private readonly string _after;
    private readonly string _imageToken;
    private readonly string _endToken;

    /// <param name="template">Text with one <see cref="Image"/> and one <see cref="Question"/>.</param>
    /// <param name="imageToken">How the model's tokenizer writes the image placeholder.</param>
    /// <param name="endToken">How it writes the end of an answer; empty for none.</param>
    /// <exception cref="ZooPruneException">A placeholder is missing or there twice.</exception>
    public PromptTemplate(string template, string imageToken, string endToken = "")
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
        (_before, _after, _imageToken, _endToken) = (parts[0], parts[1], imageToken, endToken);
    }

    public string TextBeforeQuestion => WithImages(_before, 1);

    public bool AddsSpecialTokens => true;

    /// <inheritdoc/>
    /// <remarks>Several images stand one after the other, each with the white space that follows the placeholder.</remarks>
    public RenderedPrompt Render(IReadOnlyList<PromptTurn> turns)
    {
        string prompt = "";
        var texts = new Range[turns.Count];
        foreach ((int i, PromptTurn turn) in turns.Index())
        {
            (string before, string after) = turn.Role switch
            {
                ChatTurn.User => (WithImages(_before, turn.ImageCount), WithImages(_after, turn.ImageCount)),
                ChatTurn.Assistant => (" ", _endToken.Length == 0 ? " " : _endToken),
                _ => ("", " "),
            };
            prompt += before;
            texts[i] = prompt.Length..(prompt.Length + turn.Text.Length);
            prompt += turn.Text + after;
        }

        return new RenderedPrompt(prompt, texts);
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
