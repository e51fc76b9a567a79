namespace ZooPrune.Onnx;

/// <summary>A prompt with a place for the question, and where that place ended up.</summary>
/// <param name="Text">The whole prompt.</param>
/// <param name="Question">Where the question stands in it.</param>
internal readonly record struct RenderedPrompt(string Text, Range Question);

/// <summary>How a model wants a question about an image written. Immutable; any number of threads may use it.</summary>
internal interface IPromptTemplate
{
    /// <summary>The text up to the question.</summary>
    string TextBeforeQuestion { get; }

    /// <summary>Whether the tokenizer adds its own special tokens, as it does unless the prompt starts with one.</summary>
    bool AddsSpecialTokens { get; }

    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The template cannot be used on this question.</exception>
    RenderedPrompt Render(string question);
}
