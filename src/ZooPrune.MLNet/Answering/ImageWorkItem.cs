using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Engine;

namespace ZooPrune.MLNet;

/// <summary>An image that one or more rows ask about, as far as it has been worked on. Not thread-safe.</summary>
internal sealed class ImageWorkItem : IDisposable
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
        VisionEncoder encoder = stage.Model.Encoder;
        int atOnce = encoder.TakesPatches ? Environment.ProcessorCount : Math.Max(Environment.ProcessorCount, EncodeImagesStage.MostTiles);
        foreach (ImageWorkItem[] some in images.Where(image => image is { Failure: null, Kept: null }).Chunk(atOnce))
        {
            Parallel.ForEach(some.Where(image => image.VisualTokens is null), image => Prepare(image, stage.Model));
            Encode([.. some.Where(image => image.Pixels is not null)], encoder);
            foreach (ImageWorkItem image in some)
            {
                Try(image, image => stage.Pruner.Prepare(image.Layout!));
            }

            Parallel.ForEach(some, image => Try(image, image => Prune(image, stage.Pruner)));
        }
    }

    /// <summary>Has the language model read images whose tokens are chosen, if its prompt allows.</summary>
    /// <param name="images">Distinct images.</param>
    /// <param name="engine">The language model.</param>
    /// <exception cref="ZooPruneException">It failed on several images together.</exception>
    public static void ReadPrefixes(IEnumerable<ImageWorkItem> images, AnswerEngine engine)
    {
        ImageWorkItem[] unread = [.. images.Where(image => image is { Failure: null, PrefixCache: null })];
        if (unread.Length == 0 || !engine.CanCachePrefix)
        {
            return;
        }

        KeptImage[] kept = [.. unread.Select(image => image.Kept!)];
        foreach ((ImageWorkItem image, PrefixCache prefix) in unread.Zip(engine.CachePrefixes(kept)))
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
            image.Layout = model.LayoutOf(pixels);
            image.Pixels = pixels;
        });
        image.Times = image.Times with { Preprocess = Stopwatch.GetElapsedTime(start) };
    }

    private static void Encode(ImageWorkItem[] images, VisionEncoder encoder)
    {
        PreparedImage[] pixels = [.. images.Select(image => image.Pixels!)];
        IEnumerable<(float[], TimeSpan)> encoded = EncodeImagesStage.Encode(encoder, pixels, EncodeImagesStage.MostTiles);
        foreach ((ImageWorkItem image, (float[] tokens, TimeSpan time)) in images.Zip(encoded))
        {
            Try(image, _ => encoder.Check(tokens));
            image.VisualTokens = image.Failure is null ? tokens : null;
            image.Pixels = null;
            image.Times = image.Times with { Encode = time };
        }
    }

    private static void Prune(ImageWorkItem image, StagePruner pruner)
    {
        long start = Stopwatch.GetTimestamp();
        TokenSelection selection = pruner.Prune(image.VisualTokens, image.Layout!);
        image.Kept = new KeptImage(selection.KeptTokens.ToArray(), selection.KeptIndices.ToArray(), image.Layout!);
        image.Note = selection.Note;
        image.VisualTokens = null;
        image.Times = image.Times with { Prune = Stopwatch.GetElapsedTime(start) };
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
