using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Takes images to where questions can be asked about them: preprocess, encode, prune, and read by the language model. What is
/// done already is not done again. An image that fails says so itself; the others go on. Stateless.</summary>
internal static class ImageWork
{
    /// <param name="images">Distinct images.</param>
    /// <param name="stage">The stage that asks.</param>
    /// <exception cref="ZooPruneException">A graph failed on several images together.</exception>
    public static void Complete(IReadOnlyList<AskedImage> images, AnswerQuestionsStage stage)
    {
        // Decoding and pruning take one thread each.
        AskedImage[] raw = [.. images.Where(image => image is { Failure: null, VisualTokens: null, Kept: null })];
        Parallel.For(0, raw.Length, i => Prepare(raw[i], stage.Model));
        Encode([.. raw.Where(image => image.Pixels is not null)], stage.Model.Encoder);
        AskedImage[] encoded = [.. images.Where(image => image.VisualTokens is not null)];
        foreach (AskedImage image in encoded)
        {
            Try(image, image => stage.Pruner.Prepare(image.Layout!));
        }

        encoded = [.. encoded.Where(image => image.Failure is null)];
        Parallel.For(0, encoded.Length, i => Try(encoded[i], image => Prune(image, stage.Pruner)));
        if (stage.Model.Answerer.CanReadImages)
        {
            Read([.. images.Where(image => image is { Failure: null, Context: null })], stage.Model.Answerer);
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

    private static void Read(AskedImage[] images, Answerer answerer)
    {
        if (images.Length == 0)
        {
            return;
        }

        foreach ((AskedImage image, ImageContext context) in images.Zip(answerer.Read([.. images.Select(image => image.Kept!)])))
        {
            image.Context = context;
            image.Times = image.Times with { Prefill = context.Prefill };
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown in the rows that ask about the image.")]
    private static void Try(AskedImage image, Action<AskedImage> step)
    {
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
