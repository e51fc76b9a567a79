using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx;

/// <summary>A conversation that is ready for the language model: rendered, tokenized, laid out, and checked to fit its context.
/// Immutable. From <see cref="VisionLanguageModel.CreateRequest(IReadOnlyList{ChatTurn}, GenerationOptions?)"/>.</summary>
public sealed class AnswerRequest
{
    internal AnswerRequest(
        DecoderInput input,
        PrefixCache? prefix,
        Prompt prompt,
        string text,
        IReadOnlyList<ReadRows> images,
        GenerationOptions options,
        string? note,
        TimeSpan preparation)
    {
        Preparation = preparation;
        Input = input;
        Prefix = prefix;
        Prompt = prompt;
        Text = text;
        Images = images;
        Options = options;
        Note = note;
    }

    /// <summary>Tokens that the language model reads, text and kept visual tokens, those of a prefix that was read before
    /// included.</summary>
    public int PromptTokenCount => (Prefix?.Cache.Length ?? 0) + Input.Length;

    /// <summary>Rows that it would read of all images without pruning.</summary>
    public int VisualTokenCount => Images.Sum(image => image.Layout.SequenceLength);

    /// <summary>Rows that it reads of all images.</summary>
    public int KeptTokenCount => Images.Sum(image => image.RowCount);

    /// <summary>Most tokens that are generated: what the options say, or as many as the model's context has left.</summary>
    public int MaxNewTokens => Options.MaxNewTokens;

    internal DecoderInput Input { get; }

    internal PrefixCache? Prefix { get; }

    internal Prompt Prompt { get; }

    /// <summary>What everybody says, one after the other.</summary>
    internal string Text { get; }

    internal IReadOnlyList<ReadRows> Images { get; }

    internal GenerationOptions Options { get; }

    internal string? Note { get; }

    /// <summary>What rendering, tokenizing and embedding took; part of the prefill's time.</summary>
    internal TimeSpan Preparation { get; }
}

/// <summary>What was read of an image. Immutable.</summary>
/// <param name="KeptIndices">[K], ascending.</param>
/// <param name="Layout">Where its visual tokens lie in the prompt.</param>
internal sealed record ReadRows(int[] KeptIndices, ImageLayout Layout)
{
    public ReadRows(PrunedImage image)
        : this(image.Indices, image.Layout)
    {
    }

    /// <summary>Kept tokens and separators.</summary>
    public int RowCount => KeptIndices.Length + Layout.NewlineCount;
}
