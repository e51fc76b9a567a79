using ZooPrune.Text;

namespace ZooPrune.Onnx.Models;

/// <summary>A prompt as token ids, cut where the images go.</summary>
/// <param name="Segments">Ids before the first image, between each image and the next, and after the last; one more than images.</param>
/// <param name="UnknownWords">Words that the vocabulary lacks.</param>
internal sealed record Prompt(int[][] Segments, IReadOnlyList<string> UnknownWords)
{
    /// <summary>Ids before the first image.</summary>
    public int[] Before => Segments[0];

    /// <summary>Ids after the last image.</summary>
    public int[] After => Segments[^1];
}

/// <summary>Questions to prompts. Immutable; any number of threads may use it.</summary>
internal sealed class PromptBuilder
{
    private readonly IPromptTemplate _template;
    private readonly Tokenizer _tokenizer;
    private readonly int _imageTokenId;

    /// <param name="template">The configuration's template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="imageTokenId">Id of the image placeholder.</param>
    /// <param name="endTokenId">Id of the token that ends an answer; null for none.</param>
    /// <exception cref="ZooPruneException">The tokenizer has no such id, or the template lacks a placeholder.</exception>
    public PromptBuilder(string template, Tokenizer tokenizer, int imageTokenId, int? endTokenId = null)
        : this(
            imageToken => new PromptTemplate(template, imageToken, endTokenId is int id ? tokenizer.FindToken(id) ?? "" : ""),
            tokenizer,
            imageTokenId)
    {
    }

    /// <param name="template">The model's chat template.</param>
    /// <param name="specialTokens">Variables of the template, such as bos_token.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="imageTokenId">Id of the image placeholder.</param>
    /// <exception cref="ZooPruneException">The tokenizer has no such id, or the template does not write a question.</exception>
    public PromptBuilder(
        ChatTemplate template, IReadOnlyDictionary<string, string> specialTokens, Tokenizer tokenizer, int imageTokenId)
        : this(imageToken => ChatPrompt.Read(template, specialTokens, imageToken), tokenizer, imageTokenId)
    {
    }

    private PromptBuilder(Func<string, IPromptTemplate> template, Tokenizer tokenizer, int imageTokenId)
    {
        string imageToken = tokenizer.FindToken(imageTokenId) ?? throw Throw.ImageTokenUnknown(imageTokenId);
        _template = template(imageToken);
        _tokenizer = tokenizer;
        _imageTokenId = imageTokenId;
    }

    /// <summary>Whether the image comes before the question.</summary>
    public bool HasImageFirst =>
        Array.IndexOf(_tokenizer.Encode(_template.TextBeforeQuestion, _template.AddsSpecialTokens), _imageTokenId) >= 0;

    /// <summary>The whole prompt as text, with one placeholder for each image.</summary>
    /// <param name="turns">The conversation.</param>
    public string Format(params IReadOnlyList<PromptTurn> turns) => _template.Render(turns).Text;

    /// <summary>Ids before the image, which no question changes.</summary>
    /// <exception cref="InvalidOperationException">The template has the question before the image.</exception>
    public int[] TextBeforeImage()
    {
        int[] ids = _tokenizer.Encode(_template.TextBeforeQuestion, _template.AddsSpecialTokens);
        int image = Array.IndexOf(ids, _imageTokenId);
        return image >= 0 ? ids[..image] : throw Throw.QuestionBeforeImage();
    }

    /// <summary>The prompt of a question as ids.</summary>
    /// <param name="question">The question.</param>
    /// <param name="imageCount">Images that it is about.</param>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The prompt has not as many image placeholders as images.</exception>
    public Prompt Build(string question, int imageCount = 1) => Build([PromptTurn.Question(question, imageCount)]);

    /// <summary>The prompt of a conversation as ids. What looks like an image placeholder in a text is text.</summary>
    /// <param name="turns">The conversation.</param>
    /// <exception cref="ZooPruneException">The prompt has not as many image placeholders as images.</exception>
    public Prompt Build(IReadOnlyList<PromptTurn> turns)
    {
        int imageCount = turns.Sum(turn => turn.ImageCount);
        RenderedPrompt rendered = _template.Render(turns);
        TokenizedText tokens = _tokenizer.EncodePrompt(rendered.Text, rendered.Texts, _template.AddsSpecialTokens);
        ReadOnlySpan<int> rest = tokens.Ids;
        var segments = new List<int[]>();
        for (int image; (image = rest.IndexOf(_imageTokenId)) >= 0; rest = rest[(image + 1)..])
        {
            segments.Add(rest[..image].ToArray());
        }

        return segments.Count == imageCount
            ? new Prompt([.. segments, rest.ToArray()], tokens.UnknownWords)
            : throw Throw.ImageTokenNotFound(rendered.Text, _imageTokenId, segments.Count, imageCount);
    }
}
