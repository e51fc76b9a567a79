using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>An image that one or more rows ask about, as far as it has been worked on. Not thread-safe.</summary>
internal sealed class ImageWorkItem : IDisposable
{
    /// <summary>Where it comes from; null when neither the image nor a row after it needs that any more.</summary>
    public SourceImage? Source { get; set; }

    /// <summary>Pixel values, until they are encoded.</summary>
    public PreparedImage? Pixels { get; set; }

    /// <summary>Visual tokens [N, D], until they are pruned.</summary>
    public EncodedImage? Encoded { get; set; }

    /// <summary>The tokens that were kept.</summary>
    public PrunedImage? Kept { get; set; }

    /// <summary>The language model's state after reading the prompt up to the end of the image.</summary>
    public PrefixCache? PrefixCache { get; set; }

    /// <summary>Why the image cannot be asked about.</summary>
    public ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>What was spent on it and has not been said yet.</summary>
    public ImageTimes Times { get; set; }

    /// <summary>Frees the language model's state.</summary>
    public void Dispose()
    {
        PrefixCache?.Dispose();
        PrefixCache = null;
    }
}

/// <summary>What was spent on an image.</summary>
internal readonly record struct ImageTimes(TimeSpan Preprocess, TimeSpan Encode, TimeSpan Prune, TimeSpan Prefill);

/// <summary>Takes images to where questions can be asked about them: preprocess, encode and prune; then have the language model read
/// them. What is done already is not done again. An image that fails says so itself; the others go on. Stateless.</summary>
internal static class ImageSteps
{
    /// <summary>Chooses the tokens of images.</summary>
    /// <param name="images">Distinct images.</param>
    /// <param name="stage">The stage that asks.</param>
    /// <exception cref="ZooPruneException">A graph failed on several images together.</exception>
    public static void Prune(IReadOnlyList<ImageWorkItem> images, AnswerQuestionsStage stage)
    {
        // Decoding and pruning take one thread each. Pixel values are held of few images at a time: they may be large.
        int atOnce = stage.Model.ImageMeasure == ImageMeasure.PatchGrid
            ? Environment.ProcessorCount
            : Math.Max(Environment.ProcessorCount, EncodeImagesStage.MostTiles);
        foreach (ImageWorkItem[] some in images.Where(image => image is { Failure: null, Kept: null }).Chunk(atOnce))
        {
            Parallel.ForEach(some.Where(image => image.Encoded is null), image => Prepare(image, stage.Model));
            ImageWorkItem[] prepared = [.. some.Where(image => image.Pixels is not null)];
            if (stage.Model.PrunesOnDevice)
            {
                PruneOnDevice(prepared, stage);
            }
            else
            {
                Encode(prepared, stage);
            }

            ImageWorkItem[] encoded = [.. some.Where(image => image.Encoded is not null)];
            foreach (ImageWorkItem image in encoded)
            {
                Try(image, image => stage.Pruner.Prepare(image.Encoded!.Layout));
            }

            Parallel.ForEach(encoded, image => Try(image, image => Prune(image, stage.Pruner)));
        }
    }

    /// <summary>Has the language model read images whose tokens are chosen, if its prompt allows.</summary>
    /// <param name="images">Distinct images.</param>
    /// <param name="stage">The stage that asks.</param>
    /// <exception cref="ZooPruneException">It failed on several images together.</exception>
    public static void ReadPrefixes(IEnumerable<ImageWorkItem> images, AnswerQuestionsStage stage)
    {
        ImageWorkItem[] unread = [.. images.Where(image => image is { Failure: null, PrefixCache: null })];
        if (unread.Length == 0 || !stage.Model.CanCachePrefix)
        {
            return;
        }

        PrunedImage[] kept = [.. unread.Select(image => image.Kept!)];
        foreach ((ImageWorkItem image, PrefixCache prefix) in unread.Zip(stage.Model.CachePrefixes(kept, stage.Cancellation)))
        {
            image.PrefixCache = prefix;
            image.Times = image.Times with { Prefill = prefix.Prefill };
        }
    }

    /// <summary>Decodes and preprocesses an image, unless that is done.</summary>
    public static void Prepare(ImageWorkItem image, VisionLanguageModel model)
    {
        if (image.Pixels is not null)
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        Try(image, image =>
        {
            PreparedImage pixels = image.Source!.Prepare();
            model.LayoutOf(pixels);
            image.Pixels = pixels;
        });
        image.Times = image.Times with { Preprocess = Stopwatch.GetElapsedTime(start) };
    }

    private static void Encode(ImageWorkItem[] images, AnswerQuestionsStage stage)
    {
        IReadOnlyList<EncodedImage>? together = stage.Pruner.NeedsAttention ? null : EncodeImagesStage.TryEncode(
            stage.Model, [.. images.Select(image => image.Pixels!)], 0, stage.Cancellation);
        foreach ((int i, ImageWorkItem image) in images.Index())
        {
            Try(image, image => image.Encoded = together?[i] ?? stage.Pruner.Encode(image.Pixels!, stage.Cancellation));
            image.Pixels = null;
            image.Times = image.Times with { Encode = image.Encoded?.Timings.Encode ?? default };
        }
    }

    /// <summary>Of several that fail together each is tried alone, so that the others go on.</summary>
    private static void PruneOnDevice(ImageWorkItem[] images, AnswerQuestionsStage stage)
    {
        IReadOnlyList<PrunedImage>? together = null;
        try
        {
            together = stage.Pruner.Prune([.. images.Select(image => image.Pixels!)], stage.Cancellation);
        }
        catch (ZooPruneException) when (images.Length > 1)
        {
        }

        foreach ((int i, ImageWorkItem image) in images.Index())
        {
            Try(image, image => image.Kept = together?[i] ?? stage.Pruner.Prune([image.Pixels!], stage.Cancellation)[0]);
            image.Pixels = null;
            image.Times = image.Times with
            {
                Encode = image.Kept?.Timings.Encode ?? default,
                Prune = image.Kept?.Timings.Prune ?? default,
            };
        }
    }

    private static void Prune(ImageWorkItem image, StagePruner pruner)
    {
        image.Kept = pruner.Prune(image.Encoded!);
        image.Encoded = null;
        image.Times = image.Times with { Prune = image.Kept.Timings.Prune };
    }

    [SuppressMessage("Design", "CA1031", Justification = "It is thrown in the rows that ask about the image.")]
    private static void Try(ImageWorkItem image, Action<ImageWorkItem> step)
    {
        if (image.Failure is not null)
        {
            return;
        }

        try
        {
            step(image);
        }
        catch (Exception exception)
        {
            image.Failure = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
