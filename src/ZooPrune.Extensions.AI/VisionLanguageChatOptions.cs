using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>What a <see cref="VisionLanguageChatClient"/> does where a request says nothing else.</summary>
/// <remarks>Settable and without constructor, so that configuration binds it.</remarks>
public class VisionLanguageChatOptions
{
    /// <summary>What to keep of the visual tokens of each image and how to choose; null (the default) keeps all. A request overrides it
    /// with <see cref="ZooPruneKeys.Keep"/> and <see cref="ZooPruneKeys.Method"/>.</summary>
    public PruningOptions? Pruning { get; set; }

    /// <summary>How answers are generated. Default: greedy, as <see cref="GenerationOptions"/> has it. Whatever a request's ChatOptions
    /// say takes the place of the value here.</summary>
    public GenerationOptions Generation { get; set; } = new();

    /// <summary>What the model is called in responses. Default: null, the name of its folder.</summary>
    public string? ModelId { get; set; }

    /// <summary>Most bytes of pruned images that are kept for later turns and other conversations, &gt;= 0. Default: 256 MiB. The image
    /// that was not asked about for longest goes first. 0 keeps none: every turn encodes its images again.</summary>
    public long ImageCacheBytes { get; set; } = 256 << 20;

    /// <summary>Where pruned images are shared with other processes of the same model. Default: null, they are not.</summary>
    public SharedImageOptions? SharedImages { get; set; }

    /// <summary>Most images of one conversation, &gt;= 0. Default: 64. Counted before one is read.</summary>
    public int MaxImages { get; set; } = 64;

    /// <summary>Largest image file that is decoded, in bytes, &gt;= 1. Default: 64 MiB.</summary>
    public long MaxImageBytes { get; set; } = 64 << 20;

    /// <summary>Whether images may be files of this machine (file:///...). Default: true. Set it to false where strangers write the
    /// messages.</summary>
    public bool AllowFiles { get; set; } = true;

    /// <summary>Gets the bytes of an image with an http or https address. Default: null, such images are refused. Which addresses are
    /// allowed, how long it may take and how much may come is its business. Called by any number of threads; what it throws reaches the
    /// caller.</summary>
    public Func<Uri, CancellationToken, Task<ReadOnlyMemory<byte>>>? FetchImage { get; set; }

    /// <summary>Throws where a value is out of range; what only the model knows is checked when a client is made.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Validate()
    {
        if (Pruning is { } pruning && pruning.Keep == default)
        {
            throw Throw.KeepNotSet();
        }

        if (Generation is null)
        {
            throw Throw.OptionOutOfRange(nameof(Generation), "null", "generation options");
        }

        Generation.Validate();
        if (ModelId is { } id && string.IsNullOrWhiteSpace(id))
        {
            throw Throw.OptionOutOfRange(nameof(ModelId), "empty", "a name");
        }

        if (ImageCacheBytes < 0)
        {
            throw Throw.OptionOutOfRange(nameof(ImageCacheBytes), ImageCacheBytes, "0 (none are kept) or the number of bytes");
        }

        SharedImages?.Validate();
        if (MaxImages < 0)
        {
            throw Throw.OptionOutOfRange(nameof(MaxImages), MaxImages, "0 or the number of images");
        }

        if (MaxImageBytes < 1)
        {
            throw Throw.OptionOutOfRange(nameof(MaxImageBytes), MaxImageBytes, "at least 1 byte");
        }
    }
}

/// <summary>Keys in the AdditionalProperties of requests and responses, and in the AdditionalCounts of usage.</summary>
public static class ZooPruneKeys
{
    /// <summary>Request: how many visual tokens of each image to keep, as a <see cref="KeepBudget"/>, a text ("64", "11%") or a
    /// number.</summary>
    public const string Keep = "zooprune.keep";

    /// <summary>Request: how they are chosen, as a <see cref="SelectionMethod"/> or its name in any case.</summary>
    public const string Method = "zooprune.method";

    /// <summary>Request: <see cref="GenerationOptions.RepetitionPenalty"/>, a number.</summary>
    public const string RepetitionPenalty = "zooprune.repetition_penalty";

    /// <summary>Response: <see cref="VisionAnswer.Note"/>, a text; only where there is one.</summary>
    public const string Note = "zooprune.note";

    /// <summary>Usage: <see cref="VisionAnswer.VisualTokenCount"/>, visual tokens before pruning.</summary>
    public const string VisualTokens = "zooprune.visual_tokens";

    /// <summary>Usage: <see cref="VisionAnswer.KeptTokenCount"/>, visual tokens after pruning; part of the input tokens.</summary>
    public const string KeptTokens = "zooprune.kept_tokens";
}
