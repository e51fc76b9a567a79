using System.Diagnostics;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx;

/// <summary>
/// A vision-language model over ONNX Runtime that reads only some of its visual tokens: image, encoder, projector, pruning,
/// language model, text.
/// </summary>
/// <remarks>
/// Immutable after <see cref="Load(string, VisionLanguageModelOptions?)"/> and safe for any number of threads at once; threads share the
/// cores that ONNX Runtime
/// uses. <see cref="Dispose"/> frees the graphs; call it when no other call is under way. Between calls nothing is kept that
/// grows: memory after a thousand answers is what it was after the first few.
/// </remarks>
public sealed partial class VisionLanguageModel : IDisposable
{
    // More placeholders than any prompt has room for.
    private const int MostImages = 256;

    private static readonly SamplingOptions Greedy = new();

    private readonly LoadedModel _model;
    private readonly ModelPruner _pruning;
    private readonly AnswerEngine _engine;
    private bool _isDisposed;

    private VisionLanguageModel(
        LoadedModel parts, VisionLanguageModelOptions options, Func<int, PruningOptions, PruningAdvice>? advise)
    {
        _model = parts;
        Options = options;
        _pruning = new ModelPruner(parts.Projector, new PruningDecisions(advise ?? new ModelTimer(parts).Advise));
        _engine = new AnswerEngine(parts, parts.Positions);
    }

    /// <summary>Where the model's files are.</summary>
    public ModelFolder Files => _model.Files;

    /// <summary>What the model was loaded with.</summary>
    public VisionLanguageModelOptions Options { get; }

    /// <summary>The kind of model, "model_type" in config.json.</summary>
    public string ModelType => _model.Configuration.ModelType;

    /// <summary>N, the visual tokens of one image; 0 where their number depends on the picture, which <see cref="LayoutOf(int, int)"/>
    /// then tells.</summary>
    public int VisualTokenCount => _model.HasOneTile ? _model.Encoder.TokenCount : 0;

    /// <summary>D, the width of a visual token.</summary>
    public int EncoderWidth => _model.Encoder.Width;

    /// <summary>H, the width of a projected visual token and of a text embedding.</summary>
    public int EmbeddingWidth => _model.Decoder.Width;

    /// <summary>S, height and width of the encoder's input (of a tile) in pixels; 0 where it takes patches of pictures of any
    /// size.</summary>
    public int ImageSize => _model.Encoder.ImageSize;

    /// <summary>
    /// The projector: an <see cref="IClosedFormProjector"/> where it is Linear, GELU, Linear or one Linear,
    /// otherwise one whose sensitivity can only be sampled. It lives as long as the model.
    /// </summary>
    public IProjector Projector => _model.Projector;

    /// <summary>Every file that the model was read from, as full paths; what graphs keep beside themselves is not listed.</summary>
    internal IReadOnlyList<string> UsedFiles => _model.UsedFiles;

    /// <summary>The vision encoder, for batches.</summary>
    internal VisionEncoder Encoder => _model.Encoder;

    /// <summary>Prompts and answers, for batches.</summary>
    internal AnswerEngine AnswerEngine => _engine;

    /// <summary>Bytes of the KV cache for one token of one sequence.</summary>
    internal long CacheBytesPerToken => _model.Decoder.CacheBytesPerToken;

    /// <summary>Positions that kept tokens get: what the options say, or the model's own; never Auto.</summary>
    public PositionMode Positions => _model.Positions;

    /// <summary>Loads a model and checks that its parts fit together.</summary>
    /// <param name="folder">Folder with config.json, preprocessor_config.json, tokenizer.json, generation_config.json and onnx/.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or white space.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ZooPruneException">A file is missing or broken, or the files do not fit together.</exception>
    public static VisionLanguageModel Load(string folder, VisionLanguageModelOptions? options = null) =>
        Load(folder, options, advise: null);

    /// <param name="folder">The model.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <param name="advise">Stands in for measuring what pruning costs and saves; null measures.</param>
    internal static VisionLanguageModel Load(
        string folder, VisionLanguageModelOptions? options, Func<int, PruningOptions, PruningAdvice>? advise)
    {
        options ??= new VisionLanguageModelOptions();
        options.Validate();
        return new VisionLanguageModel(LoadedModel.Load(folder, options), options, advise);
    }

    /// <summary>Answers a question about an image file.</summary>
    /// <param name="imagePath">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens; null keeps all.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <exception cref="ArgumentException">An argument is empty, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The image cannot be used, the prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(string imagePath, string question, PruningOptions? pruning = null, int maxNewTokens = 32)
    {
        KeptTokenCheck.NewTokens(maxNewTokens);
        FormatPrompt(question);
        long start = Stopwatch.GetTimestamp();
        PreparedImage image = Prepare(imagePath);
        return Answer([image], question, pruning, maxNewTokens, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Answers a question about an image that is prepared already.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens; null keeps all.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(PreparedImage image, string question, PruningOptions? pruning = null, int maxNewTokens = 32)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Answer([image], question, pruning, maxNewTokens);
    }

    /// <summary>Answers a question about several images, or about none.</summary>
    /// <param name="images">Images that Prepare gave, in the order of the prompt, which has them before the question; 256 at most.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens of each image; null keeps all.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(IReadOnlyList<PreparedImage> images, string question, PruningOptions? pruning = null, int maxNewTokens = 32)
    {
        ArgumentNullException.ThrowIfNull(images);
        KeptTokenCheck.NewTokens(maxNewTokens);
        FormatPrompt(question, images.Count);
        return Answer(images, question, pruning, maxNewTokens, TimeSpan.Zero);
    }

    /// <summary>Answers a question and hands out the text as it comes, in whole characters.</summary>
    /// <param name="images">Images that Prepare gave, in the order of the prompt; none for a question without an image.</param>
    /// <param name="question">The question.</param>
    /// <param name="onText">Takes the next piece of the text, on the calling thread; the pieces together are the answer's text.</param>
    /// <param name="pruning">What to keep of the visual tokens of each image; null keeps all.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <param name="cancellation">Ends the answer after the token at hand.</param>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(
        IReadOnlyList<PreparedImage> images,
        string question,
        Action<string> onText,
        PruningOptions? pruning = null,
        int maxNewTokens = 32,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(onText);
        KeptTokenCheck.NewTokens(maxNewTokens);
        FormatPrompt(question, images.Count);
        cancellation.ThrowIfCancellationRequested();
        return Answer(images, question, pruning, maxNewTokens, TimeSpan.Zero, onText, cancellation);
    }

    /// <summary>Logits of the first token of an answer, for scoring multiple choices.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens; null keeps all.</param>
    /// <returns>[vocabulary].</returns>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public float[] NextTokenLogits(PreparedImage image, string question, PruningOptions? pruning = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return NextTokenLogits([image], question, pruning);
    }

    /// <summary>Logits of the first token of an answer about several images, or about none.</summary>
    /// <param name="images">Images that Prepare gave, in the order of the prompt.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens of each image; null keeps all.</param>
    /// <returns>[vocabulary].</returns>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public float[] NextTokenLogits(IReadOnlyList<PreparedImage> images, string question, PruningOptions? pruning = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        FormatPrompt(question, images.Count);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _engine.NextTokenLogits([.. images.Select(image => Keep(LayoutOf(image), Encode(image), pruning).Image)], question);
    }

    /// <summary>Checks a file that another library decoded: ML.NET makes a half grey image of a file that was cut off.</summary>
    /// <param name="imagePath">Path of the file.</param>
    /// <exception cref="ZooPruneException">It is cut off or too large. Formats that are not decoded here pass.</exception>
    internal void CheckImageFile(string imagePath) => _model.Images.Check(imagePath);

    /// <summary>How the model's images are decoded.</summary>
    internal ImageDecoder Images => _model.Images;

    /// <summary>What is made of decoded images.</summary>
    internal IImagePreprocessor Preprocessor => _model.Preprocessor;

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <summary>Frees the graphs. Answers that were given stay usable.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _model.Dispose();
    }

    private VisionAnswer Answer(
        IReadOnlyList<PreparedImage> images,
        string question,
        PruningOptions? pruning,
        int maxNewTokens,
        TimeSpan preprocess,
        Action<string>? onText = null,
        CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ImageLayout[] layouts = [.. images.Select(LayoutOf)];
        long start = Stopwatch.GetTimestamp();
        float[][] visualTokens = images.Count == 0 ? [] : _model.Encoder.Encode(images);
        TimeSpan encode = Stopwatch.GetElapsedTime(start);
        foreach (ImageLayout layout in layouts)
        {
            _pruning.Decide(layout.Candidates.Length, pruning); // Ahead: what it may have to time is no part of this answer.
        }

        long pruneStart = Stopwatch.GetTimestamp();
        (KeptImage Image, string? Note)[] kept = [.. layouts.Zip(visualTokens, (layout, tokens) => Keep(layout, tokens, pruning))];
        TimeSpan prune = Stopwatch.GetElapsedTime(pruneStart);
        string[] notes = [.. kept.Select(image => image.Note).OfType<string>().Distinct()];
        long answerStart = Stopwatch.GetTimestamp();
        AnswerRequest request = _engine.CreateRequest([.. kept.Select(image => image.Image)], question, maxNewTokens, Greedy);
        VisionAnswer answer = onText is null
            ? _engine.Answer([request], answerStart)[0]
            : _engine.Answer(request, answerStart, onText, cancellation);
        return answer.With(preprocess, encode, prune, notes.Length == 0 ? null : string.Join("; ", notes));
    }

    private (KeptImage Image, string? Note) Keep(ImageLayout layout, float[] visualTokens, PruningOptions? pruning)
    {
        TokenSelection selection = Prune(visualTokens, layout, pruning);
        return (new KeptImage(selection.KeptTokens.ToArray(), selection.KeptIndices.ToArray(), layout), selection.Note);
    }
}
