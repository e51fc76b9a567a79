using Microsoft.Extensions.Logging;

namespace ZooPrune.Onnx;

/// <summary>How a <see cref="VisionLanguageModel"/> runs. Immutable.</summary>
public sealed record VisionLanguageModelOptions
{
    // A model starts as many for each of its graphs.
    private const int MostThreads = 1024;

    /// <summary>Positions of the kept tokens. Default: <see cref="PositionMode.Auto"/>.</summary>
    public PositionMode Positions { get; init; } = PositionMode.Auto;

    /// <summary>
    /// Which of the folder's graphs are run. Default: <see cref="ModelPrecision.Auto"/>. A graph that is not there in the precision asked
    /// for is taken in the next more accurate one; if none is, or no graph has the precision at all, loading fails and says what is there.
    /// </summary>
    public ModelPrecision Precision { get; init; } = ModelPrecision.Auto;

    /// <summary>Where the model runs. Default: <see cref="Device.Cpu"/>.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Where the model tells what it does: loading and what is unusual as information or a warning, answers for debugging.
    /// Default:
    /// null, nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Threads inside one operation, 0 to 1,024; 0 (the default) lets ONNX Runtime take one per physical core.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Largest image that is decoded, in pixels (width times height), &gt;= 1. Default: 64 million. What a file claims in its
    /// header is compared before anything is allocated, so a decompression bomb costs nothing.
    /// </summary>
    public long MaxImagePixels { get; init; } = 64_000_000;

    /// <summary>
    /// Most pixels that a picture is resized to, &gt;= 1, in models that take pictures of any size (Qwen2-VL, Qwen2.5-VL); null (the
    /// default) takes max_pixels of the image processor. The hub's 12,845,056 makes 16,384 visual tokens of a photo and an encoder that
    /// takes hundreds of gigabytes for it; 1,003,520 (1,280 visual tokens) is a good start. A smaller min_pixels goes with it. Models of
    /// one
    /// size of pictures, or of tiles, cannot be loaded with it.
    /// </summary>
    public long? MaxPixels { get; init; }

    /// <summary>
    /// Whether image files are turned and mirrored as their EXIF orientation asks. Default: false, pixels as they are stored, which is
    /// what an image processor of Hugging Face transformers does with an opened picture. Its load_image helper and its pipelines turn
    /// pictures when they load them from a path: set this to true to compare with those.
    /// </summary>
    public bool ApplyExifOrientation { get; init; }

    /// <summary>
    /// Most bytes of pruned images that the model keeps, &gt;= 0; 0 (the default) keeps none. A prepared image that comes again with the
    /// same pixel values and the same pruning is not encoded again. 64 kept tokens of width 4,096 are about a megabyte.
    /// </summary>
    public long ImageCacheBytes { get; init; }

    /// <summary>Most bytes that the encoder may take for a picture; null = what there is. For tests.</summary>
    internal long? EncoderMemoryLimit { get; init; }

    /// <summary>Whether pruning runs as a graph, as on a device, on the CPU too: for tests.</summary>
    internal bool PrunesByGraph { get; init; }

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Positions))
        {
            throw Throw.OptionOutOfRange(nameof(Positions), Positions, "Auto, Compact or KeepOriginal");
        }

        if (!Enum.IsDefined(Precision))
        {
            throw Throw.OptionOutOfRange(nameof(Precision), Precision, "Auto, Float32, Float16, Q8, Q4 or Q4F16");
        }

        ArgumentNullException.ThrowIfNull(Device);
        if (Threads is < 0 or > MostThreads)
        {
            throw Throw.OptionOutOfRange(nameof(Threads), Threads, $"0 (all cores) or the number of threads, at most {MostThreads}");
        }

        if (MaxImagePixels < 1)
        {
            throw Throw.OptionOutOfRange(nameof(MaxImagePixels), MaxImagePixels, "at least 1 pixel");
        }

        if (ImageCacheBytes < 0)
        {
            throw Throw.OptionOutOfRange(nameof(ImageCacheBytes), ImageCacheBytes, "0 (no cache) or the most bytes of images that are kept");
        }

        if (MaxPixels < 1)
        {
            throw Throw.OptionOutOfRange(nameof(MaxPixels), MaxPixels, "at least 1 pixel");
        }
    }
}
