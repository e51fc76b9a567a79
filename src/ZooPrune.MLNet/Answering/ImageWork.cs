using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Takes images to where questions can be asked about them: preprocess, encode and prune; then have the language model read
/// them. What is done already is not done again. An image that fails says so itself; the others go on. Stateless.</summary>
internal static class ImageWork
{
    /// <summary>Chooses the tokens of images.</summary>
    /// <param name="images">Distinct images.</param>
    /// <param name="stage">The stage that asks.</param>
    /// <exception cref="ZooPruneException">A graph failed on several images together.</exception>
    public static void Choose(IReadOnlyList<AskedImage> images, AnswerQuestionsStage stage)
    {
        // Decoding and pruning take one thread each. Pixel values are held of few images at a time: they may be large.
        VisionEncoder encoder = stage.Model.Encoder;
        int atOnce = encoder.TakesPatches ? Environment.ProcessorCount : Math.Max(Environment.ProcessorCount, EncoderRuns.MostTiles);
        foreach (AskedImage[] some in images.Where(image => image is { Failure: null, Kept: null }).Chunk(atOnce))
        {
            Parallel.ForEach(some.Where(image => image.VisualTokens is null), image => Prepare(image, stage.Model));
            Encode([.. some.Where(image => image.Pixels is not null)], encoder);
            foreach (AskedImage image in some)
            {
                Try(image, image => stage.Pruner.Prepare(image.Layout!));
            }

            Parallel.ForEach(some, image => Try(image, image => Prune(image, stage.Pruner)));
        }
    }

    /// <summary>Has the language model read images whose tokens are chosen, if its prompt allows.</summary>
    /// <param name="images">Distinct images.</param>
    /// <param name="answerer">The language model.</param>
    /// <exception cref="ZooPruneException">It failed on several images together.</exception>
    public static void Read(IEnumerable<AskedImage> images, Answerer answerer)
    {
        AskedImage[] unread = [.. images.Where(image => image is { Failure: null, Context: null })];
        if (unread.Length == 0 || !answerer.CanReadImages)
        {
            return;
        }

        foreach ((AskedImage image, ImageContext context) in unread.Zip(answerer.Read([.. unread.Select(image => image.Kept!)])))
        {
            image.Context = context;
            image.Times = image.Times with { Prefill = context.Prefill };
        }
    }

    /// <summary>Decodes and preprocesses an image, unless that is done.</summary>
    public static void Prepare(AskedImage image, VisionLanguageModel model)
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

    private static void Encode(AskedImage[] images, VisionEncoder encoder)
    {
        PreparedImage[] pixels = [.. images.Select(image => image.Pixels!)];
        foreach ((AskedImage image, (float[] tokens, TimeSpan time)) in images.Zip(EncoderRuns.Encode(encoder, pixels, EncoderRuns.MostTiles)))
        {
            Try(image, _ => encoder.Check(tokens));
            image.VisualTokens = image.Failure is null ? tokens : null;
            image.Pixels = null;
            image.Times = image.Times with { Encode = time };
        }
    }

    private static void Prune(AskedImage image, StagePruner pruner)
    {
        long start = Stopwatch.GetTimestamp();
        TokenSelection selection = pruner.Prune(image.VisualTokens, image.Layout!);
        image.Kept = new KeptImage(selection.KeptTokens.ToArray(), selection.KeptIndices.ToArray(), image.Layout!);
        image.Note = selection.Note;
        image.VisualTokens = null;
        image.Times = image.Times with { Prune = Stopwatch.GetElapsedTime(start) };
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown in the rows that ask about the image.")]
    private static void Try(AskedImage image, Action<AskedImage> step)
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
