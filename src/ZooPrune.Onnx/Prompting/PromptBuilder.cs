namespace ZooPrune.Onnx;

/// <summary>A prompt as token ids, cut where the image goes.</summary>
/// <param name="Before">Ids before the image.</param>
/// <param name="After">Ids after it; they hold the question.</param>
/// <param name="UnknownWords">Words that the vocabulary lacks.</param>
internal sealed record Prompt(int[] Before, int[] After, IReadOnlyList<string> UnknownWords);

/// <summary>Questions to prompts. Immutable; any number of threads may use it.</summary>
internal sealed class PromptBuilder
{
    private readonly IPromptTemplate _template;
    private readonly Tokenizer _tokenizer;
    private readonly int _imageTokenId;

    /// <param name="template">The configuration's template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="imageTokenId">Id of the image placeholder.</param>
    /// <exception cref="ZooPruneException">The tokenizer has no such id, or the template lacks a placeholder.</exception>
    public PromptBuilder(string template, Tokenizer tokenizer, int imageTokenId)
        : this(imageToken => new PromptTemplate(template, imageToken), tokenizer, imageTokenId)
    {
    }

    /// <param name="template">The model's chat template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="imageTokenId">Id of the image placeholder.</param>
    /// <exception cref="ZooPruneException">The tokenizer has no such id.</exception>
    public PromptBuilder(ChatPrompt template, Tokenizer tokenizer, int imageTokenId)
        : this(_ => template, tokenizer, imageTokenId)
    {
    }

    private PromptBuilder(Func<string, IPromptTemplate> template, Tokenizer tokenizer, int imageTokenId)
    {
        string imageToken = tokenizer.Find(imageTokenId) ?? throw Throw.ImageTokenUnknown(imageTokenId);
        _template = template(imageToken);
        _tokenizer = tokenizer;
        _imageTokenId = imageTokenId;
    }

    /// <summary>Whether the image comes before the question.</summary>
    public bool HasImageFirst => Array.IndexOf(_tokenizer.Encode(_template.TextBeforeQuestion, _template.AddsSpecialTokens), _imageTokenId) >= 0;

    /// <summary>The whole prompt as text, with one placeholder for the image.</summary>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    public string Format(string question) => _template.Render(question).Text;

    /// <summary>Ids before the image, which no question changes.</summary>
    /// <exception cref="InvalidOperationException">The template has the question before the image.</exception>
    public int[] TextBeforeImage()
    {
        int[] ids = _tokenizer.Encode(_template.TextBeforeQuestion, _template.AddsSpecialTokens);
        int image = Array.IndexOf(ids, _imageTokenId);
        return image >= 0 ? ids[..image] : throw Throw.QuestionBeforeImage();
    }

    /// <summary>The prompt as ids. What looks like an image placeholder in the question is text.</summary>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The tokenizer does not recognise the image placeholder.</exception>
    public Prompt Build(string question)
    {
        RenderedPrompt rendered = _template.Render(question);
        TokenizedText tokens = _tokenizer.Encode(rendered.Text, _template.AddsSpecialTokens, rendered.Question);
        int image = Array.IndexOf(tokens.Ids, _imageTokenId);
        return image >= 0 && Array.LastIndexOf(tokens.Ids, _imageTokenId) == image
            ? new Prompt(tokens.Ids[..image], tokens.Ids[(image + 1)..], tokens.UnknownWords)
            : throw Throw.ImageTokenNotFound(rendered.Text, _imageTokenId);
    }
}
