namespace ZooPrune.Onnx;

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
