using System.Diagnostics;

namespace ZooPrune.Onnx;

/// <summary>
/// A vision-language model over ONNX Runtime that reads only some of its visual tokens: image, encoder, projector, pruning,
/// language model, text.
/// </summary>
/// <remarks>
/// Immutable after <see cref="Load(string, VisionLanguageModelOptions?)"/> and safe for any number of threads at once; threads share the cores that ONNX Runtime
/// uses. <see cref="Dispose"/> frees the graphs; call it when no other call is under way. Between calls nothing is kept that
/// grows: memory after a thousand answers is what it was after the first few.
/// </remarks>
public sealed class VisionLanguageModel : IDisposable
{
    private static readonly SamplingOptions Greedy = new();

    private readonly ModelParts _parts;
    private readonly TokenPruning _pruning;
    private readonly Answerer _answerer;
    private bool _isDisposed;

    private VisionLanguageModel(
        ModelParts parts, VisionLanguageModelOptions options, Func<int, PruningOptions, PruningAdvice>? advise)
    {
        _parts = parts;
        Options = options;
        Positions = options.Positions == PositionMode.Auto ? parts.Configuration.Positions : options.Positions;
        _pruning = new TokenPruning(parts.Projector, new PruningDecisions(advise ?? new ModelTimer(parts).Advise));
        _answerer = new Answerer(parts, Positions);
    }

    /// <summary>Where the model's files are.</summary>
    public ModelFolder Files => _parts.Files;

    /// <summary>What the model was loaded with.</summary>
    public VisionLanguageModelOptions Options { get; }

    /// <summary>N, the visual tokens of one image.</summary>
    public int VisualTokenCount => _parts.Encoder.TokenCount;

    /// <summary>D, the width of a visual token.</summary>
    public int EncoderWidth => _parts.Encoder.Width;

    /// <summary>H, the width of a projected visual token and of a text embedding.</summary>
    public int EmbeddingWidth => _parts.Decoder.Width;

    /// <summary>S, height and width of the encoder's input in pixels.</summary>
    public int ImageSize => _parts.Encoder.ImageSize;

    /// <summary>
    /// The projector: an <see cref="IClosedFormProjector"/> where it is Linear, GELU, Linear or one Linear,
    /// otherwise one whose sensitivity can only be sampled. It lives as long as the model.
    /// </summary>
    public IProjector Projector => _parts.Projector;

    /// <summary>The vision encoder, for batches.</summary>
    internal VisionEncoder Encoder => _parts.Encoder;

    /// <summary>Prompts and answers, for batches.</summary>
    internal Answerer Answerer => _answerer;

    /// <summary>Bytes of the KV cache for one token of one sequence.</summary>
    internal long CacheBytesPerToken => _parts.Decoder.CacheBytesPerToken;

    /// <summary>Positions that kept tokens get: what the options say, or the model's own; never Auto.</summary>
    public PositionMode Positions { get; }

    /// <summary>Loads a model and checks that its parts fit together.</summary>
    /// <param name="folder">Folder with config.json, preprocessor_config.json, tokenizer.json, generation_config.json and onnx/.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or white space.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ZooPruneException">A file is missing or broken, or the files do not fit together.</exception>
    public static VisionLanguageModel Load(string folder, VisionLanguageModelOptions? options = null) => Load(folder, options, advise: null);

    /// <param name="folder">The model.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <param name="advise">Stands in for measuring what pruning costs and saves; null measures.</param>
    internal static VisionLanguageModel Load(
        string folder, VisionLanguageModelOptions? options, Func<int, PruningOptions, PruningAdvice>? advise)
    {
        options ??= new VisionLanguageModelOptions();
        options.Validate();
        return new VisionLanguageModel(ModelParts.Load(folder, options), options, advise);
    }

    /// <summary>Reads an image file and makes it what the encoder wants.</summary>
    /// <param name="imagePath">A PNG or JPEG file, whatever its extension. The orientation in EXIF data is applied
    /// only with <see cref="VisionLanguageModelOptions.ApplyExifOrientation"/>; transparency is dropped.</param>
    /// <returns>Pixel values [1, 3, S, S].</returns>
    /// <exception cref="ArgumentException"><paramref name="imagePath"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is missing, broken, too large, or neither PNG nor JPEG.</exception>
    public PreparedImage Prepare(string imagePath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePath);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        RgbImage image = _parts.Images.Read(imagePath);
        return _parts.Preprocessor.Prepare(image.Pixels, image.Width, image.Height);
    }

    /// <summary>Reads an image file that is in memory and makes it what the encoder wants.</summary>
    /// <param name="file">A whole PNG or JPEG file, as in <see cref="Prepare(string)"/>.</param>
    /// <param name="name">What messages call the image.</param>
    /// <returns>Pixel values [1, 3, S, S].</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is broken, too large, or neither PNG nor JPEG.</exception>
    public PreparedImage Prepare(ReadOnlySpan<byte> file, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        RgbImage image = _parts.Images.Decode(file, name);
        return _parts.Preprocessor.Prepare(image.Pixels, image.Width, image.Height);
    }

    /// <summary>Makes a decoded image what the encoder wants.</summary>
    /// <param name="rgb">Row-major [height, width, 3], 0..255.</param>
    /// <param name="width">Pixels in a row, &gt; 0.</param>
    /// <param name="height">Rows, &gt; 0.</param>
    /// <returns>Pixel values [1, 3, S, S].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The number of bytes is not 3 x width x height.</exception>
    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (width < 1)
        {
            throw Throw.NotPositive("Image width", width, nameof(width));
        }

        if (height < 1)
        {
            throw Throw.NotPositive("Image height", height, nameof(height));
        }

        return rgb.Length == 3L * width * height
            ? _parts.Preprocessor.Prepare(rgb, width, height)
            : throw Throw.RgbLength(rgb.Length, width, height);
    }

    /// <summary>Runs the vision encoder.</summary>
    /// <param name="image">An image of shape [3, S, S] or [1, 3, S, S].</param>
    /// <returns>X, the visual tokens, row-major [N, D]; every value is finite.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    /// <exception cref="ZooPruneException">The encoder failed or gave NaN or infinity.</exception>
    public float[] Encode(PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        IEnumerable<int> sizes = image.Shape.Count == 4 && image.Shape[0] == 1 ? image.Shape.Skip(1) : image.Shape;
        return sizes.SequenceEqual([3, ImageSize, ImageSize])
            ? _parts.Encoder.Encode([image.PixelValues])[0]
            : throw Throw.ImageShape(image.Shape, ImageSize);
    }

    /// <summary>Projects visual tokens and keeps those that matter.</summary>
    /// <param name="visualTokens">X, row-major [N, D].</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all tokens.</param>
    /// <returns>What was kept; all tokens, with a note, where <see cref="PruningOptions.OnlyIfFaster"/> is set and pruning does not
    /// pay.</returns>
    /// <exception cref="ArgumentException">The values are no [N, D], one of them is not finite, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The projector failed or gave NaN or infinity.</exception>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, PruningOptions? pruning)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _pruning.Prune(visualTokens, pruning);
    }

    /// <summary>Whether pruning saves more time than it takes with this model, on this machine, now.</summary>
    /// <remarks>
    /// The first call times prefills of three lengths, and each new set of options is timed once: the fastest of up to seven runs, of
    /// one where that takes over two seconds, after one that is not counted. Then the advice is kept, so that one model answers the same question alike. Another run of the
    /// program may measure something else, and so may one on a machine with other work to do. Time saved while decoding is not counted.
    /// </remarks>
    /// <param name="pruning">What to keep and how to choose.</param>
    /// <returns>Measured cost, predicted saving, and the break-even budget, for an image of <see cref="VisualTokenCount"/> tokens.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pruning"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long with all tokens, or a graph failed.</exception>
    public PruningAdvice Advise(PruningOptions pruning)
    {
        ArgumentNullException.ThrowIfNull(pruning);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _pruning.Advise(VisualTokenCount, pruning);
    }

    /// <summary>The prompt that a question becomes, with one placeholder where the image goes.</summary>
    /// <param name="question">The question; what looks like a special token in it is text to the model.</param>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    public string FormatPrompt(string question) => _parts.Prompts.Format(question);

    /// <summary>Answers a question about visual tokens that are projected and chosen already.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H].</param>
    /// <param name="keptIndices">[K], ascending, each below <paramref name="visualTokenCount"/>.</param>
    /// <param name="visualTokenCount">N before pruning; positions depend on it.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <returns>The answer; its timings are those of prefill and decode.</returns>
    /// <exception cref="ArgumentException">An argument is empty or does not fit the others.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public VisionAnswer Generate(
        ReadOnlySpan<float> keptTokens,
        IReadOnlyList<int> keptIndices,
        int visualTokenCount,
        string question,
        int maxNewTokens = 32)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int[] indices = KeptTokenCheck.Indices(keptTokens.Length, keptIndices, visualTokenCount, EmbeddingWidth);
        KeptTokenCheck.NewTokens(maxNewTokens);
        long start = Stopwatch.GetTimestamp();
        var image = new KeptImage(keptTokens.ToArray(), indices, visualTokenCount);
        return _answerer.Answer([_answerer.Ask(image, question, maxNewTokens, Greedy)], start)[0];
    }

    /// <summary>Reads an image once, for several questions: the prefill of what comes before the question.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H].</param>
    /// <param name="keptIndices">[K], ascending, each below <paramref name="visualTokenCount"/>.</param>
    /// <param name="visualTokenCount">N before pruning; positions depend on it.</param>
    /// <returns>The state after the image; dispose it.</returns>
    /// <exception cref="ArgumentException">An argument is empty or does not fit the others.</exception>
    /// <exception cref="InvalidOperationException">The model's prompt has the question before the image.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public ImageContext ReadImage(ReadOnlySpan<float> keptTokens, IReadOnlyList<int> keptIndices, int visualTokenCount)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int[] indices = KeptTokenCheck.Indices(keptTokens.Length, keptIndices, visualTokenCount, EmbeddingWidth);
        return _answerer.Read([new KeptImage(keptTokens.ToArray(), indices, visualTokenCount)])[0];
    }

    /// <summary>Answers a question about an image that was read before; the same answer as without the detour.</summary>
    /// <param name="image">From <see cref="ReadImage"/> of this model.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <returns>The answer; its prefill is that of the text after the image.</returns>
    /// <exception cref="ArgumentException">An argument is empty, or the image was read by another model.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public VisionAnswer Generate(ImageContext image, string question, int maxNewTokens = 32)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        KeptTokenCheck.NewTokens(maxNewTokens);
        long start = Stopwatch.GetTimestamp();
        return _answerer.Answer([_answerer.Ask(image, question, maxNewTokens, Greedy)], start)[0];
    }

    /// <summary>Answers a question about an image file.</summary>
    /// <param name="imagePath">A PNG or JPEG file.</param>
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
        return Answer(image, question, pruning, maxNewTokens, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Answers a question about an image that is prepared already.</summary>
    /// <param name="image">An image of shape [3, S, S] or [1, 3, S, S].</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens; null keeps all.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(PreparedImage image, string question, PruningOptions? pruning = null, int maxNewTokens = 32)
    {
        KeptTokenCheck.NewTokens(maxNewTokens);
        FormatPrompt(question);
        return Answer(image, question, pruning, maxNewTokens, TimeSpan.Zero);
    }

    /// <summary>Logits of the first token of an answer, for scoring multiple choices.</summary>
    /// <param name="image">An image of shape [3, S, S] or [1, 3, S, S].</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens; null keeps all.</param>
    /// <returns>[vocabulary].</returns>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public float[] NextTokenLogits(PreparedImage image, string question, PruningOptions? pruning = null)
    {
        TokenSelection selection = Prune(Encode(image), pruning);
        return _answerer.NextTokenLogits(ToKeptImage(selection), question);
    }

    /// <summary>Checks a file that another library decoded: ML.NET makes a half grey image of a file that was cut off.</summary>
    /// <param name="imagePath">Path of the file.</param>
    /// <exception cref="ZooPruneException">It is a PNG or JPEG file that is broken or too large. Other formats pass.</exception>
    internal void CheckImageFile(string imagePath) => _parts.Images.Check(imagePath);

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <summary>Times what <see cref="PruningOptions.OnlyIfFaster"/> needs to know, if it is set, so that the next pruning need not.</summary>
    internal void PrepareToPrune(PruningOptions pruning) => _pruning.Decide(VisualTokenCount, pruning);

    /// <summary>Frees the graphs. Answers that were given stay usable.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _parts.Dispose();
    }

    private VisionAnswer Answer(PreparedImage image, string question, PruningOptions? pruning, int maxNewTokens, TimeSpan preprocess)
    {
        long start = Stopwatch.GetTimestamp();
        float[] visualTokens = Encode(image);
        TimeSpan encode = Stopwatch.GetElapsedTime(start);
        _pruning.Decide(visualTokens.Length / EncoderWidth, pruning); // Ahead: what it may have to time is no part of this answer.
        long pruneStart = Stopwatch.GetTimestamp();
        TokenSelection selection = Prune(visualTokens, pruning);
        TimeSpan prune = Stopwatch.GetElapsedTime(pruneStart);
        long answerStart = Stopwatch.GetTimestamp();
        return _answerer.Answer([_answerer.Ask(ToKeptImage(selection), question, maxNewTokens, Greedy)], answerStart)[0]
            .With(preprocess, encode, prune, selection.Note);
    }

    private static KeptImage ToKeptImage(TokenSelection selection) =>
        new(selection.KeptTokens.ToArray(), selection.KeptIndices.ToArray(), selection.TokenCount);
}
