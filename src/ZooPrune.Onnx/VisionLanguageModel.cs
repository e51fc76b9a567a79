using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx;

/// <summary>
/// A vision-language model over ONNX Runtime that reads only some of its visual tokens. Four verbs: <c>Prepare</c> a picture,
/// <c>Encode</c> it, <c>Prune</c> it, <c>Answer</c> about it; each takes what the one before gives, and the later ones do the earlier
/// ones' work where they are given less.
/// </summary>
/// <remarks>
/// Immutable after <see cref="Load(string, VisionLanguageModelOptions?)"/> and safe for any number of threads at once; threads share the
/// cores that ONNX Runtime uses. Between calls nothing is kept that grows: memory after a thousand answers is what it was after the first
/// few.
/// </remarks>
public sealed class VisionLanguageModel : IDisposable
{
    // More placeholders than any prompt has room for.
    private const int MostImages = 256;

    private readonly LoadedModel _model;
    private readonly ImageEngine _images;
    private readonly AnswerEngine _engine;
    private readonly EngineTelemetry _telemetry;
    private volatile bool _isDisposed;

    private VisionLanguageModel(
        LoadedModel model, VisionLanguageModelOptions options, Func<int, PruningOptions, PruningAdvice>? advise)
    {
        _model = model;
        Options = options;
        ILogger logger = options.LoggerFactory?.CreateLogger(typeof(VisionLanguageModel).FullName!) ?? NullLogger.Instance;
        _telemetry = new EngineTelemetry(Name, logger);
        _images = new ImageEngine(
            model,
            new PruningDecisions(advise ?? new ModelTimer(model).Advise),
            _telemetry,
            options.ImageCacheBytes > 0 ? new SeenImages(options.ImageCacheBytes) : null);
        _engine = new AnswerEngine(model, model.Positions, _telemetry);
    }

    /// <summary>Where the model's files are.</summary>
    public ModelFolder Files => _model.Files;

    /// <summary>What the model is called: the name of its folder.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Files.Root));

    /// <summary>Most positions that the language model has, for prompt and answer together; null where config.json does not say.</summary>
    public int? ContextLength => _model.Configuration.MaxPositions;

    /// <summary>Every file that the model was read from, as full paths: also what graphs keep beside themselves in files that begin with
    /// their names.</summary>
    public IReadOnlyList<string> UsedFiles => _model.UsedFiles;

    /// <summary>SHA-256 over names and bytes of <see cref="UsedFiles"/>, in hexadecimal: tells two models apart that are alike but for
    /// their weights. Reads all of them.</summary>
    /// <param name="cancellation">Looked at before each file.</param>
    /// <exception cref="IOException">A file is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read any more.</exception>
    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    public string HashFiles(CancellationToken cancellation = default) => ModelFingerprint.OfFiles(Files.Root, UsedFiles, cancellation);

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

    /// <summary>Bytes of the language model's state for one token of one sequence.</summary>
    public long CacheBytesPerToken => _model.Decoder.CacheBytesPerToken;

    /// <summary>Positions that kept tokens get: what the options say, or the model's own; never Auto.</summary>
    public PositionMode Positions => _model.Positions;

    /// <summary>How generation_config.json wants answers generated, for <see cref="GenerationOptions.UseModelDefaults"/>.</summary>
    public GenerationOptions ModelDefaults => _model.Configuration.Generation;

    /// <summary>
    /// The projector: an <see cref="IClosedFormProjector"/> where it is Linear, GELU, Linear or one Linear,
    /// otherwise one whose sensitivity can only be sampled. It lives as long as the model.
    /// </summary>
    public IProjector Projector => _model.Projector;

    /// <summary>What has to be passed on with pixel values or visual tokens of an image.</summary>
    public ImageMeasure ImageMeasure => _model.Configuration.Family.Measure;

    /// <summary>Shape of an image where all are alike; of one of 640 x 480 where it depends on the picture.</summary>
    public ImageShape UsualShape => _model.UsualShape;

    /// <summary>Whether <see cref="Prune(IReadOnlyList{PreparedImage}, PruningOptions?, CancellationToken)"/> chooses where the encoder
    /// leaves its visual tokens. Then to encode and to prune one after the other costs a copy to the host that this call spares.</summary>
    public bool PrunesOnDevice => _model.DevicePruner is not null;

    /// <summary>Why <see cref="Downsample"/> cannot be used with this model, in the words of the exception that it throws; null where it
    /// can. The first call loads the encoder's graph a second time and tries it.</summary>
    public string? WhyNoDownsampling => _model.Downsampling.WhyNot;

    /// <summary>Whether images can be read before their questions: not where the prompt has the question first.</summary>
    public bool CanCachePrefix => _engine.CanCachePrefix;

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
        long start = Stopwatch.GetTimestamp();
        var model = new VisionLanguageModel(LoadedModel.Load(folder, options), options, advise);
        model._telemetry.Loaded(
            model.ModelType, options.Device, Stopwatch.GetElapsedTime(start), model._model.DeviceNote, model._model.Decoder.WhyAllLogits);
        return model;
    }

    /// <summary>Reads an image file and makes it what the encoder wants.</summary>
    /// <param name="imagePath">A PNG, JPEG, WebP, GIF (its first frame) or BMP file, whatever its extension, or a data URI of one
    /// (data:image/png;base64,...). The orientation in EXIF data is applied only with
    /// <see cref="VisionLanguageModelOptions.ApplyExifOrientation"/>; transparency is dropped. Addresses of the network are refused.</param>
    /// <returns>Pixel values of the shape that the family's encoder takes.</returns>
    /// <exception cref="ArgumentException"><paramref name="imagePath"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is missing, broken, too large, or of another format.</exception>
    public PreparedImage Prepare(string imagePath)
    {
        return Prepare(imagePath, CancellationToken.None);
    }

    /// <summary>Reads an image file and makes it what the encoder wants, unless the caller has had enough.</summary>
    /// <param name="imagePath">As in <see cref="Prepare(string)"/>.</param>
    /// <param name="cancellation">Looked at while the file is read, before it is decoded, between the rows of a large JPEG file, and before
    /// the pixels are resized.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <inheritdoc cref="Prepare(string)" path="/returns|/exception"/>
    public PreparedImage Prepare(string imagePath, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePath);
        ThrowIfDisposed();
        return Prepare(_model.Images.Read(imagePath, cancellation), cancellation);
    }

    /// <summary>Reads an image file from a stream and makes it what the encoder wants.</summary>
    /// <param name="image">A whole file, as in <see cref="Prepare(string)"/>, from where the stream is; is left open.</param>
    /// <returns>Pixel values of the shape that the family's encoder takes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="ZooPruneException">The file is broken, too large, or of another format.</exception>
    public PreparedImage Prepare(Stream image)
    {
        return Prepare(image, CancellationToken.None);
    }

    /// <summary>Reads an image file from a stream and makes it what the encoder wants, unless the caller has had enough.</summary>
    /// <param name="image">As in <see cref="Prepare(Stream)"/>.</param>
    /// <param name="cancellation">As in <see cref="Prepare(string, CancellationToken)"/>; the stream's own waiting is not ended.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <inheritdoc cref="Prepare(Stream)" path="/returns|/exception"/>
    public PreparedImage Prepare(Stream image, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(image);
        ThrowIfDisposed();
        return Prepare(_model.Images.Read(image, "stream", cancellation), cancellation);
    }

    /// <summary>Reads an image file that is in memory and makes it what the encoder wants.</summary>
    /// <param name="file">A whole file, as in <see cref="Prepare(string)"/>.</param>
    /// <param name="name">What messages call the image.</param>
    /// <returns>Pixel values of the shape that the family's encoder takes.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is broken, too large, or of another format.</exception>
    public PreparedImage Prepare(ReadOnlySpan<byte> file, string name)
    {
        return Prepare(file, name, CancellationToken.None);
    }

    /// <summary>Reads an image file that is in memory and makes it what the encoder wants, unless the caller has had enough.</summary>
    /// <param name="file">A whole file, as in <see cref="Prepare(string)"/>.</param>
    /// <param name="name">What messages call the image.</param>
    /// <param name="cancellation">As in <see cref="Prepare(string, CancellationToken)"/>.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <inheritdoc cref="Prepare(ReadOnlySpan{byte}, string)" path="/returns|/exception"/>
    public PreparedImage Prepare(ReadOnlySpan<byte> file, string name, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ThrowIfDisposed();
        return Prepare(_model.Images.Decode(file, name, cancellation), cancellation);
    }

    /// <summary>Makes a decoded image what the encoder wants.</summary>
    /// <param name="rgb">Row-major [height, width, 3], 0..255.</param>
    /// <param name="width">Pixels in a row, &gt; 0.</param>
    /// <param name="height">Rows, &gt; 0.</param>
    /// <returns>Pixel values of the shape that the family's encoder takes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The number of bytes is not 3 x width x height.</exception>
    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ThrowIfDisposed();
        CheckSides(width, height);
        return rgb.Length == 3 * (Int128)width * height
            ? _model.Preprocessor.Prepare(rgb, width, height)
            : throw Throw.RgbLength(rgb.Length, width, height);
    }

    /// <summary>Checks a file that another library decoded: ML.NET makes a half grey image of a file that was cut off.</summary>
    /// <param name="imagePath">Path of the file.</param>
    /// <exception cref="ZooPruneException">It is cut off or too large. Formats that are not decoded here pass.</exception>
    public void CheckImageFile(string imagePath) => _model.Images.Check(imagePath);

    /// <summary>How the visual tokens of an image will lie in the prompt.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    public ImageLayout LayoutOf(PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return LayoutOf(image.Measure());
    }

    /// <summary>How the visual tokens of a picture of some size would lie in the prompt.</summary>
    /// <param name="width">Columns of the picture, in pixels, &gt; 0.</param>
    /// <param name="height">Rows of the picture, in pixels, &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ZooPruneException">The model cannot take pictures with such sides.</exception>
    public ImageLayout LayoutOf(int width, int height)
    {
        CheckSides(width, height);
        return LayoutOf(_model.Preprocessor.Measure(width, height));
    }

    /// <summary>How the visual tokens of an image of that shape will lie in the prompt.</summary>
    /// <param name="image">From <see cref="ShapeOf(IReadOnlyList{long})"/> or <see cref="UsualShape"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    public ImageLayout LayoutOf(ImageShape image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ThrowIfDisposed();
        bool fits = _model.Encoder.TakesPatches
            ? image.Shape.Count == 2
            : image.Shape.Count is 3 or 4 && image.Shape.TakeLast(3).SequenceEqual([3, ImageSize, ImageSize]);
        return fits ? _model.LayOut(image) : throw Throw.ImageShape(image.Shape, ImageSize);
    }

    /// <summary>What <see cref="ImageMeasure"/> asks for, to be passed on with an image's pixel values or visual tokens.</summary>
    /// <param name="image">An image that Prepare gave.</param>
    /// <returns>[0]; [2], height and width; or [3], frames, rows and columns of patches.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    public long[] MeasuresOf(PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return ImageMeasure switch
        {
            ImageMeasure.OriginalSize => [image.OriginalHeight, image.OriginalWidth],
            ImageMeasure.PatchGrid => [.. (image.GridThw ?? []).Select(size => (long)size)],
            _ => [],
        };
    }

    /// <summary>The shape of an image again from what <see cref="MeasuresOf"/> said; that of a grid has no size in pixels.</summary>
    /// <param name="measures">[0], [2] or [3].</param>
    /// <exception cref="ArgumentException">No image has such measures.</exception>
    /// <exception cref="ZooPruneException">The model cannot take pictures with such sides.</exception>
    public ImageShape ShapeOf(IReadOnlyList<long> measures)
    {
        ArgumentNullException.ThrowIfNull(measures);
        ThrowIfDisposed();
        return _model.ShapeOf(measures);
    }

    /// <summary>Runs the vision encoder.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <param name="cancellation">Looked at before the run.</param>
    /// <returns>X, the visual tokens of all tiles; every value is finite.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    /// <exception cref="ZooPruneException">The encoder failed or gave NaN or infinity.</exception>
    public EncodedImage Encode(PreparedImage image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Encode([image], cancellation: cancellation)[0];
    }

    /// <summary>Runs the vision encoder over several images, side by side where its graph allows: the same values as for each
    /// alone.</summary>
    /// <param name="images">Images that Prepare gave, or of that shape.</param>
    /// <param name="mostTiles">Most tiles of a run, &gt;= 0, which bounds its memory; 0 for 64. An image that has more is run alone.</param>
    /// <param name="cancellation">Looked at before each run.</param>
    /// <returns>In the order of the images.</returns>
    /// <inheritdoc cref="Encode(PreparedImage, CancellationToken)" path="/exception"/>
    public IReadOnlyList<EncodedImage> Encode(
        IReadOnlyList<PreparedImage> images, int mostTiles = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegative(mostTiles);
        ThrowIfDisposed();
        ImageLayout[] layouts = [.. images.Select(LayoutOf)];
        return _images.Encode(images, layouts, mostTiles, cancellation);
    }

    /// <summary>Runs the vision encoder, and reads of its inside what a selection uses: the attention, for VisionZip and others.</summary>
    /// <remarks>The first call that reads attention loads the encoder's graph a second time.</remarks>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <param name="pruning">How the image will be pruned.</param>
    /// <param name="cancellation">Looked at before the run.</param>
    /// <returns>X, and the attention where it is used.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> or <paramref name="pruning"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The encoder failed, gave NaN or infinity, or its attention is not found.</exception>
    public EncodedImage Encode(PreparedImage image, PruningOptions pruning, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return NeedsAttention(pruning)
            ? _images.EncodeWithAttention([image], [LayoutOf(image)], cancellation)[0]
            : Encode(image, cancellation);
    }

    /// <summary>Whether a selection uses the attention inside the vision encoder, so that visual tokens alone cannot be pruned by
    /// it.</summary>
    /// <param name="pruning">What to keep and how to choose.</param>
    /// <exception cref="ArgumentNullException"><paramref name="pruning"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public bool NeedsAttention(PruningOptions pruning)
    {
        ArgumentNullException.ThrowIfNull(pruning);
        ThrowIfDisposed();
        return _images.Pruner.UsesAttention(pruning);
    }

    /// <summary>Encodes an image, projects its visual tokens and keeps those that matter.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all. A budget is shared out among the tiles.</param>
    /// <returns>All that the language model needs of the image, for any number of questions.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The encoder or the projector failed, or gave NaN or infinity.</exception>
    public PrunedImage Prune(PreparedImage image, PruningOptions? pruning = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Prune([image], pruning)[0];
    }

    /// <summary>Encodes several images, side by side where the encoder's graph allows, and keeps what matters of each.</summary>
    /// <param name="images">Images that Prepare gave, or of that shape.</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all. A budget is shared out among the tiles.</param>
    /// <param name="cancellation">Looked at before each run.</param>
    /// <returns>In the order of the images.</returns>
    /// <inheritdoc cref="Prune(PreparedImage, PruningOptions?)" path="/exception"/>
    public IReadOnlyList<PrunedImage> Prune(
        IReadOnlyList<PreparedImage> images, PruningOptions? pruning, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        CheckPruning(pruning);
        return _images.EncodeAndPrune(images, [.. images.Select(LayoutOf)], pruning, cancellation);
    }

    /// <summary>Reads a picture in fewer pixels instead of fewer of its visual tokens: the encoder gives g x g, all of which are kept. A
    /// method without any choice, for the others to be compared with.</summary>
    /// <remarks>
    /// The pixel values are resized to g x g patches (antialiased bicubic, as PIL's), and the encoder's position table likewise (bicubic,
    /// as interpolate_pos_encoding of transformers). <see cref="PrunedImage.KeptIndices"/> are the places among all N at whose middles the
    /// g x g tokens lie. The first call loads the encoder's graph a second time; it serves all sizes.
    /// </remarks>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <param name="keep">Most visual tokens, K: g is the root of K, rounded down. With all N the result is that of
    /// <see cref="Prune(PreparedImage, PruningOptions?)"/> without options.</param>
    /// <param name="cancellation">Ends the encoder's run.</param>
    /// <returns>All g x g visual tokens, projected, with a note where they are fewer than K.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="keep"/> is <c>default</c>.</exception>
    /// <exception cref="ZooPruneException">The model cannot do it, as <see cref="WhyNoDownsampling"/> says; or the encoder or the projector
    /// failed, or gave NaN or infinity.</exception>
    public PrunedImage Downsample(PreparedImage image, KeepBudget keep, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _images.Downsample(image, LayoutOf(image), keep, cancellation);
    }

    /// <summary>Projects the visual tokens of an image and keeps those that matter.</summary>
    /// <param name="image">From Encode, or visual tokens of your own.</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all. A budget is shared out among the tiles.</param>
    /// <returns>What was kept; all tokens, with a note, where <see cref="PruningOptions.OnlyIfFaster"/> is set and pruning does not
    /// pay.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The values are no [N, D], one of them is not finite, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The projector failed or gave NaN or infinity.</exception>
    public PrunedImage Prune(EncodedImage image, PruningOptions? pruning = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ThrowIfDisposed();
        return _images.Prune(image, pruning);
    }

    /// <summary>Chooses among visual tokens, and says how: sensitivity and order.</summary>
    /// <param name="visualTokens">X, row-major [N, D], of all tiles.</param>
    /// <param name="layout">How they lie in the prompt.</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all. A budget is shared out among the tiles.</param>
    /// <returns>What was kept, as flat indices tile x N + token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="layout"/> is null.</exception>
    /// <inheritdoc cref="Prune(EncodedImage, PruningOptions?)" path="/exception"/>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, ImageLayout layout, PruningOptions? pruning)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ThrowIfDisposed();
        return _images.Pruner.Prune(visualTokens, layout, pruning);
    }

    /// <summary>The same for tokens that are read as they come, whatever their number: one tile.</summary>
    /// <param name="visualTokens">X, row-major [N, D].</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all.</param>
    /// <returns>What was kept.</returns>
    /// <exception cref="InvalidOperationException">In this model the layout depends on the picture.</exception>
    /// <inheritdoc cref="Prune(EncodedImage, PruningOptions?)" path="/exception"/>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, PruningOptions? pruning)
    {
        if (!_model.HasOneTile)
        {
            throw Throw.LayoutNeeded();
        }

        return visualTokens.IsEmpty || visualTokens.Length % EncoderWidth != 0
            ? throw Throw.VisualTokenLength(visualTokens.Length, EncoderWidth)
            : Prune(visualTokens, ImageLayout.Plain(visualTokens.Length / EncoderWidth), pruning);
    }

    /// <summary>Checks options against the model, so that a wrong one is known before an image is.</summary>
    /// <param name="pruning">What to keep and how to choose; null is right.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public void CheckPruning(PruningOptions? pruning)
    {
        ThrowIfDisposed();
        if (pruning is not null)
        {
            _images.Pruner.Check(pruning);
        }
    }

    /// <summary>Whether pruning saves more time than it takes with this model, on this machine, now.</summary>
    /// <remarks>
    /// The first call times prefills of three lengths, and each new set of options is timed once: the fastest of up to seven runs, of
    /// one where that takes over two seconds, after one that is not counted. Then the advice is kept, so that one model answers the same
    /// question alike. Another run of the program may measure something else, and so may one on a machine with other work to do. Time
    /// saved while decoding is not counted.
    /// </remarks>
    /// <param name="pruning">What to keep and how to choose.</param>
    /// <param name="layout">Of the image; null for one of <see cref="UsualShape"/>.</param>
    /// <returns>Measured cost, predicted saving, and the break-even budget.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pruning"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long with all tokens, or a graph failed.</exception>
    public PruningAdvice Advise(PruningOptions pruning, ImageLayout? layout = null)
    {
        ArgumentNullException.ThrowIfNull(pruning);
        ThrowIfDisposed();
        return _images.Pruner.Advise(layout?.CandidateCount ?? LayoutOf(UsualShape).SequenceLength, pruning);
    }

    /// <summary>The prompt that a question becomes, with one placeholder where the image goes.</summary>
    /// <param name="question">The question; what looks like a special token in it is text to the model.</param>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space.</exception>
    public string FormatPrompt(string question) => FormatPrompt(question, imageCount: 1);

    /// <summary>The prompt that a question becomes, with one placeholder for each image.</summary>
    /// <param name="question">The question; what looks like a special token in it is text to the model.</param>
    /// <param name="imageCount">Images that it is about, 0 to 256.</param>
    /// <exception cref="ArgumentException"><paramref name="question"/> is null, empty or white space, or there are too many
    /// images.</exception>
    public string FormatPrompt(string question, int imageCount)
    {
        CheckMostImages(imageCount);
        return _model.Prompts.Format(PromptTurn.Question(question, imageCount));
    }

    /// <summary>Checks, before any image is read, that a question about so many fits the model's context. Where images differ in size only
    /// their number is looked at.</summary>
    /// <param name="question">The question.</param>
    /// <param name="imageCount">Images that it is about.</param>
    /// <param name="pruning">What is kept of each; null keeps all.</param>
    /// <exception cref="ArgumentException">The question is empty, or there are too many images for any prompt.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the template refuses it.</exception>
    public void CheckQuestion(string question, int imageCount, PruningOptions? pruning = null)
    {
        ThrowIfDisposed();
        CheckMostImages(imageCount);
        Prompt prompt = _engine.Render(question, imageCount);
        if (_model.HasOneTile)
        {
            _engine.CheckFits(prompt, [.. Enumerable.Repeat(LayoutOf(UsualShape), imageCount)], pruning);
        }
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
        var options = new GenerationOptions { MaxNewTokens = maxNewTokens };
        options.Validate();
        CheckPruning(pruning);
        Prompt prompt = _engine.Render(question, imageCount: 1);
        long start = Stopwatch.GetTimestamp();
        PreparedImage image = Prepare(imagePath);
        TimeSpan preprocess = Stopwatch.GetElapsedTime(start);
        VisionAnswer answer = Answer([image], question, prompt, pruning, options, onText: null, CancellationToken.None);
        return answer.With(answer.Timings with { Preprocess = preprocess });
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
        return Answer([image], question, pruning, new GenerationOptions { MaxNewTokens = maxNewTokens });
    }

    /// <summary>Answers a question about several images, or about none.</summary>
    /// <param name="images">Images that Prepare gave, in the order of the prompt, which has them before the question; 256 at most.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens of each image; null keeps all.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(IReadOnlyList<PreparedImage> images, string question, PruningOptions? pruning = null, int maxNewTokens = 32) =>
        Answer(images, question, pruning, new GenerationOptions { MaxNewTokens = maxNewTokens });

    /// <summary>Answers a question about several images, or about none.</summary>
    /// <param name="images">Images that Prepare gave, in the order of the prompt, which has them before the question; 256 at most.</param>
    /// <param name="question">The question.</param>
    /// <param name="pruning">What to keep of the visual tokens of each image; null keeps all.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <param name="onText">Takes the next piece of the text as it comes, in whole characters, on the calling thread; null for
    /// nobody.</param>
    /// <param name="cancellation">Ends the answer after the step at hand.</param>
    /// <exception cref="ArgumentException">An argument is empty or has another shape, or an option is wrong.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or a graph failed.</exception>
    public VisionAnswer Answer(
        IReadOnlyList<PreparedImage> images,
        string question,
        PruningOptions? pruning,
        GenerationOptions? options,
        Action<string>? onText = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new GenerationOptions();
        options.Validate();
        CheckMostImages(images.Count);
        CheckPruning(pruning);
        return Answer(images, question, _engine.Render(question, images.Count), pruning, options, onText, cancellation);
    }

    /// <summary>Answers the last turn of a conversation.</summary>
    /// <param name="conversation">A system turn at most, then user and assistant in turn; the last is the user's. Images may be in any of
    /// the user's turns; an image that is pruned already costs no encoding again.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <exception cref="ArgumentException">The conversation has no turn or in another order, an image is of another model, or an option
    /// is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, the template refuses it, or the language model failed.</exception>
    public VisionAnswer Answer(IReadOnlyList<ChatTurn> conversation, GenerationOptions? options = null) =>
        Answer(conversation, options, onText: null);

    /// <summary>Answers the last turn of a conversation and hands out the text as it comes.</summary>
    /// <param name="conversation">As in <see cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)"/>.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <param name="onText">Takes the next piece, in whole characters, on the calling thread; the pieces together are the answer's
    /// text. Null for nobody.</param>
    /// <param name="cancellation">Ends the answer after the token at hand.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <inheritdoc cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)" path="/exception"/>
    public VisionAnswer Answer(
        IReadOnlyList<ChatTurn> conversation,
        GenerationOptions? options,
        Action<string>? onText,
        CancellationToken cancellation = default) => Answer(CreateRequest(conversation, options), onText, cancellation);

    /// <summary>Answers what was got ready, and hands out the text as it comes.</summary>
    /// <param name="request">From CreateRequest of this model.</param>
    /// <param name="onText">Takes the next piece, in whole characters, on the calling thread; the pieces together are the answer's
    /// text. Null for nobody.</param>
    /// <param name="cancellation">Ends the answer after the token at hand.</param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <exception cref="ZooPruneException">The language model failed.</exception>
    public VisionAnswer Answer(AnswerRequest request, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ThrowIfDisposed();
        return _engine.Answer([request], onText is null ? null : (_, text) => onText(text), cancellation)[0];
    }

    /// <summary>Answers the last turn of a conversation piece by piece, on a thread of the pool.</summary>
    /// <param name="conversation">As in <see cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)"/>.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <param name="cancellation">Ends the answer after the token at hand. To stop reading ends it as well.</param>
    /// <returns>Pieces of the text, in whole characters.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <inheritdoc cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)" path="/exception"/>
    public IAsyncEnumerable<string> AnswerAsync(
        IReadOnlyList<ChatTurn> conversation, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        AnswerAsync(conversation, options, onAnswer: null, cancellation);

    /// <summary>Answers the last turn of a conversation piece by piece, and tells the whole answer at the end.</summary>
    /// <param name="conversation">As in <see cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)"/>.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <param name="onAnswer">Takes the whole answer after the last piece was read; null for nobody.</param>
    /// <param name="cancellation">Ends the answer after the token at hand. To stop reading ends it as well.</param>
    /// <returns>Pieces of the text, in whole characters.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <inheritdoc cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)" path="/exception"/>
    public IAsyncEnumerable<string> AnswerAsync(
        IReadOnlyList<ChatTurn> conversation,
        GenerationOptions? options,
        Action<VisionAnswer>? onAnswer,
        CancellationToken cancellation = default) => AnswerAsync(() => CreateRequest(conversation, options), onAnswer, cancellation);

    /// <summary>Answers what was got ready piece by piece, and tells the whole answer at the end.</summary>
    /// <param name="request">From CreateRequest of this model.</param>
    /// <param name="onAnswer">Takes the whole answer after the last piece was read; null for nobody.</param>
    /// <param name="cancellation">Ends the answer after the token at hand. To stop reading ends it as well.</param>
    /// <returns>Pieces of the text, in whole characters.</returns>
    /// <inheritdoc cref="Answer(AnswerRequest, Action{string}?, CancellationToken)" path="/exception"/>
    public IAsyncEnumerable<string> AnswerAsync(
        AnswerRequest request, Action<VisionAnswer>? onAnswer = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AnswerAsync(() => request, onAnswer, cancellation);
    }

    /// <summary>Gets a conversation ready without answering: what it costs is known, and whether it fits.</summary>
    /// <param name="conversation">As in <see cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)"/>.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="conversation"/> is null.</exception>
    /// <exception cref="ArgumentException">The conversation has no turn or in another order, an image is of another model, or an option
    /// is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the template refuses it.</exception>
    public AnswerRequest CreateRequest(IReadOnlyList<ChatTurn> conversation, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ThrowIfDisposed();
        CheckMostImages(conversation.Sum(turn => turn.Images.Count));
        return _engine.CreateRequest(conversation, options ?? new GenerationOptions());
    }

    /// <summary>Gets a question ready about an image that was read before; the same answer as without the detour.</summary>
    /// <param name="image">From <see cref="CachePrefix(PrunedImage, CancellationToken)"/> of this model; not disposed before the answer
    /// is there.</param>
    /// <param name="question">The question.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <exception cref="ArgumentException">An argument is empty, the image was read by another model, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long.</exception>
    public AnswerRequest CreateRequest(PrefixCache image, string question, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ThrowIfDisposed();
        return _engine.CreateRequest(image, question, options ?? new GenerationOptions());
    }

    /// <summary>Answers several conversations side by side; each answer is the one that it would get alone.</summary>
    /// <param name="requests">From CreateRequest of this model.</param>
    /// <param name="cancellation">Ends all of them after the token at hand.</param>
    /// <returns>In the order of the requests.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was set.</exception>
    /// <exception cref="ZooPruneException">The language model failed.</exception>
    public IReadOnlyList<VisionAnswer> AnswerAll(IReadOnlyList<AnswerRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ThrowIfDisposed();
        return _engine.Answer(requests, cancellation: cancellation);
    }

    /// <summary>Reads an image once, for several questions: the prefill of what comes before the question.</summary>
    /// <param name="image">From Prune.</param>
    /// <param name="cancellation">Looked at before the image is read.</param>
    /// <returns>The state after the image; dispose it.</returns>
    /// <exception cref="ArgumentException">The image is of another model.</exception>
    /// <exception cref="InvalidOperationException">The model's prompt has the question before the image.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public PrefixCache CachePrefix(PrunedImage image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return CachePrefixes([image], cancellation)[0];
    }

    /// <summary>Reads several images side by side, each for questions of its own.</summary>
    /// <param name="images">From Prune.</param>
    /// <param name="cancellation">Looked at before images are read.</param>
    /// <returns>The state after each image; dispose them.</returns>
    /// <inheritdoc cref="CachePrefix(PrunedImage, CancellationToken)" path="/exception"/>
    public IReadOnlyList<PrefixCache> CachePrefixes(IReadOnlyList<PrunedImage> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ThrowIfDisposed();
        return _engine.CachePrefixes(images, cancellation);
    }

    /// <summary>Answers a question about an image that was read before; the same answer as without the detour.</summary>
    /// <param name="image">From <see cref="CachePrefix(PrunedImage, CancellationToken)"/> of this model.</param>
    /// <param name="question">The question.</param>
    /// <param name="options">How the answer is generated; null for the defaults.</param>
    /// <returns>The answer; its prefill is that of the text after the image.</returns>
    /// <inheritdoc cref="CreateRequest(PrefixCache, string, GenerationOptions?)" path="/exception"/>
    public VisionAnswer Answer(PrefixCache image, string question, GenerationOptions? options = null) =>
        Answer(CreateRequest(image, question, options));

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
    /// <inheritdoc cref="NextTokenLogits(PreparedImage, string, PruningOptions?)" path="/exception"/>
    public float[] NextTokenLogits(IReadOnlyList<PreparedImage> images, string question, PruningOptions? pruning = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        CheckMostImages(images.Count);
        CheckPruning(pruning);
        (AnswerRequest request, _) = CreateRequest(
            images, question, _engine.Render(question, images.Count), pruning, new GenerationOptions(), CancellationToken.None);
        return _engine.NextTokenLogits(request, CancellationToken.None);
    }

    /// <summary>Logits of the first token of an answer to the last turn of a conversation.</summary>
    /// <param name="conversation">As in <see cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)"/>.</param>
    /// <param name="cancellation">Looked at before the run.</param>
    /// <returns>[vocabulary].</returns>
    /// <inheritdoc cref="Answer(IReadOnlyList{ChatTurn}, GenerationOptions?)" path="/exception"/>
    public float[] NextTokenLogits(IReadOnlyList<ChatTurn> conversation, CancellationToken cancellation = default)
    {
        return _engine.NextTokenLogits(CreateRequest(conversation), cancellation);
    }

    /// <summary>Frees the graphs. Answers that were given stay usable.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _model.Dispose();
    }

    /// <summary>How the model's images are decoded.</summary>
    internal ImageDecoder Images => _model.Images;

    /// <summary>What is made of decoded images.</summary>
    internal IImagePreprocessor Preprocessor => _model.Preprocessor;

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    private VisionAnswer Answer(
        IReadOnlyList<PreparedImage> images,
        string question,
        Prompt prompt,
        PruningOptions? pruning,
        GenerationOptions options,
        Action<string>? onText,
        CancellationToken cancellation)
    {
        (AnswerRequest request, IReadOnlyList<PrunedImage> pruned) =
            CreateRequest(images, question, prompt, pruning, options, cancellation);
        return Answer(request, onText, cancellation).With(StageTimings.Sum(pruned.Select(image => image.Timings)));
    }

    /// <summary>What does not fit is refused before an image is encoded.</summary>
    private (AnswerRequest Request, IReadOnlyList<PrunedImage> Images) CreateRequest(
        IReadOnlyList<PreparedImage> images,
        string question,
        Prompt prompt,
        PruningOptions? pruning,
        GenerationOptions options,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ImageLayout[] layouts = [.. images.Select(LayoutOf)];
        _engine.CheckFits(prompt, layouts, pruning);
        PrunedImage[] pruned = _images.EncodeAndPrune(images, layouts, pruning, cancellation);
        return (_engine.CreateRequest(prompt, question, pruned, options, Stopwatch.GetTimestamp()), pruned);
    }

    private async IAsyncEnumerable<string> AnswerAsync(
        Func<AnswerRequest> create, Action<VisionAnswer>? onAnswer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task<VisionAnswer> answer = Task.Run(
            () =>
            {
                try
                {
                    return Answer(create(), text => pieces.Writer.TryWrite(text), stop.Token);
                }
                finally
                {
                    pieces.Writer.Complete();
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return piece;
            }

            VisionAnswer whole = await answer.ConfigureAwait(false);
            onAnswer?.Invoke(whole);
        }
        finally
        {
            // Who stops reading does not wait for the rest, and what it says then interests nobody.
            await stop.CancelAsync().ConfigureAwait(false);
            await answer.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    private static void CheckMostImages(int count)
    {
        if (count is < 0 or > MostImages)
        {
            throw Throw.TooManyImages(count, MostImages);
        }
    }

    private PreparedImage Prepare(RgbImage image, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return _model.Preprocessor.Prepare(image.Pixels, image.Width, image.Height);
    }

    private static void CheckSides(int width, int height)
    {
        if (width < 1)
        {
            throw Throw.NotPositive("Image width", width, nameof(width));
        }

        if (height < 1)
        {
            throw Throw.NotPositive("Image height", height, nameof(height));
        }
    }
}
