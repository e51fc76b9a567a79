using System.Runtime.ExceptionServices;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>An image that one or more rows ask about, as far as it has been worked on. Not thread-safe.</summary>
internal sealed class AskedImage : IDisposable
{
    /// <summary>Where it comes from; null when neither the image nor a row after it needs that any more.</summary>
    public SourceImage? Source { get; set; }

    /// <summary>Pixel values, until they are encoded.</summary>
    public PreparedImage? Pixels { get; set; }

    /// <summary>How its visual tokens lie in the prompt, once it is prepared.</summary>
    public ImageLayout? Layout { get; set; }

    /// <summary>Visual tokens [N, D], until they are pruned.</summary>
    public float[]? VisualTokens { get; set; }

    /// <summary>The tokens that were kept.</summary>
    public KeptImage? Kept { get; set; }

    /// <summary>What pruning says about its choice.</summary>
    public string? Note { get; set; }

    /// <summary>The language model's state after reading the image.</summary>
    public ImageContext? Context { get; set; }

    /// <summary>Why the image cannot be asked about.</summary>
    public ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>What was spent on it and has not been said yet.</summary>
    public ImageTimes Times { get; set; }

    /// <summary>Frees the language model's state.</summary>
    public void Dispose()
    {
        Context?.Dispose();
        Context = null;
    }
}

/// <summary>What was spent on an image.</summary>
internal readonly record struct ImageTimes(TimeSpan Preprocess, TimeSpan Encode, TimeSpan Prune, TimeSpan Prefill);
