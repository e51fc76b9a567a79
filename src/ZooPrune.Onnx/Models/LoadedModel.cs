using ZooPrune.Onnx.Downsampling;
using ZooPrune.Onnx.EncoderInside;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.PrunerGraph;
using ZooPrune.Onnx.Splitting;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Models;

/// <summary>Everything that a model folder holds, loaded and checked to fit together.</summary>
internal sealed class LoadedModel : IDisposable
{
    private const int SideWithoutTiles = 336;

    // A picture that stands for others in models where the number of visual tokens depends on the picture.
    private const int CommonWidth = 640;
    private const int CommonHeight = 480;

    private readonly DisposableList<IDisposable> _owned = [];

    private LoadedModel(ModelFolder files, VisionLanguageModelOptions options)
    {
        Files = files;
        Configuration = ModelConfiguration.Load(files);
        Positions = options.Positions == PositionMode.Auto ? Configuration.Positions : options.Positions;
        Preprocessor = PreprocessorLoader.Load(files.Preprocessor, options.MaxPixels);
        Tokenizer = Tokenizer.Load(files.Tokenizer);
        Prompts = LoadPrompts(files, Configuration, Tokenizer);
        EndTokenIds = Configuration.EndTokenIds.Count > 0 ? Configuration.EndTokenIds : [EndToken()];
        var settings = new GraphSettings(options.Threads, options.Device);
        try
        {
            // Models on the hub have the projector at the end of the vision encoder.
            SplitVisionEncoder? split = files.Projector is null
                ? VisionEncoderSplitter.Split(files.VisionEncoder, RewrittenGraph.InPlaceFrom)
                : null;
            GraphSession encoder = split is null
                ? GraphSession.Open(files.VisionEncoder, settings)
                : GraphSession.OpenPart(files.VisionEncoder, split.Encoder, settings, split.Folder);
            if (GraphInputs.EncoderOf(Family).Problem(encoder.Name, [.. encoder.Inputs.Keys], []) is { } problem)
            {
                encoder.Dispose();
                throw problem;
            }

            Encoder = Own(VisionEncoder.Open(encoder, split?.Projector.InputWidth, Preprocessor.TileSize?.Height));
            if (Family.EncoderMemory?.For(files.VisionEncoder) is { } memory && Encoder.Device.IsCpu)
            {
                Encoder.CheckPatches = patches => memory.Check(patches, options.EncoderMemoryLimit);
            }

            Projector = files.Projector is { } projector
                ? ProjectorLoader.Load(projector, options.Threads, Encoder.Width, CalibrationTokens)
                : ProjectorLoader.Load(split!.Projector, files.VisionEncoder, options.Threads, CalibrationTokens);
            _owned.Add((IDisposable)Projector);
            if (options.PrunesByGraph || !Encoder.Device.IsCpu)
            {
                DevicePruner = Own(new DevicePruner(Projector, settings with { Device = Encoder.Device }));
            }

            Inside = Own(new InsideEncoder(files, settings with { Device = Encoder.Device }, Encoder));
            Downsampling = Own(new DownsamplingEncoder(files, settings with { Device = Encoder.Device }, Encoder, HasOneTile));
            Embedder = Own(TokenEmbedder.Open(files.EmbedTokens));
            DecoderSizes sizes = Configuration.Decoder with { Width = Embedder.Width };
            Decoder = Own(Decoder.Open(files.Decoder, settings, Family.PositionAxes, Positions, sizes));
            CheckWidths();
            CheckCache();
            CheckVocabulary();
            CheckImageSize();
            CheckLayout();
            NewlineEmbedding = LoadNewlineEmbedding();
            Fingerprint = ModelFingerprint.Of(files);
            Images = new ImageDecoder(options.MaxImagePixels, options.ApplyExifOrientation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelFolder Files { get; }

    public ModelConfiguration Configuration { get; }

    /// <summary>Tells models apart whose kept tokens mean nothing to each other.</summary>
    public string Fingerprint { get; } = "";

    /// <summary>What of the model runs on the CPU although another device was asked for, and why; otherwise null.</summary>
    public string? DeviceNote => Encoder.FallbackNote ?? Decoder.FallbackNote;

    /// <summary>Positions of kept tokens; never Auto.</summary>
    public PositionMode Positions { get; }

    /// <summary>The embedding between rows of visual tokens, [H]; empty where the family has none.</summary>
    public float[] NewlineEmbedding { get; } = [];

    public Tokenizer Tokenizer { get; }

    public PromptBuilder Prompts { get; }

    /// <summary>Ids that end an answer; one at least.</summary>
    public IReadOnlyList<int> EndTokenIds { get; }

    public VisionEncoder Encoder { get; }

    /// <summary>The encoder with what its attention says, loaded when it is first asked.</summary>
    public InsideEncoder Inside { get; }

    /// <summary>The encoder for pictures in fewer pixels, loaded when it is first asked.</summary>
    public DownsamplingEncoder Downsampling { get; }

    public IProjector Projector { get; }

    /// <summary>Prunes where the encoder leaves its visual tokens; null on the CPU, where the managed kernels are faster.</summary>
    public DevicePruner? DevicePruner { get; }

    public TokenEmbedder Embedder { get; }

    public Decoder Decoder { get; }

    public ImageDecoder Images { get; }

    public IImagePreprocessor Preprocessor { get; }

    /// <summary>Whether every image is one tile, so that all are alike.</summary>
    public bool HasOneTile => Preprocessor is ImagePreprocessor && !Encoder.TakesPatches;

    /// <summary>Shape of an image where all are alike; of one of 640 x 480 where it depends on the picture.</summary>
    public ImageShape UsualShape => HasOneTile
        ? new ImageShape([1, 3, Encoder.ImageSize, Encoder.ImageSize], Encoder.ImageSize, Encoder.ImageSize)
        : Preprocessor.Measure(CommonWidth, CommonHeight);

    /// <summary>How the visual tokens of an image lie in the prompt.</summary>
    /// <exception cref="ArgumentException">The image is not what the model's preprocessor makes.</exception>
    public ImageLayout LayOut(ImageShape image) => Family.LayOut(image, Encoder.TokenCount);

    /// <summary>The shape of an image again from what has to be passed on with it.</summary>
    /// <param name="measures">[0], [2] height and width, or [3] frames, rows and columns of patches.</param>
    /// <exception cref="ArgumentException">No image has such measures.</exception>
    /// <exception cref="ZooPruneException">The model cannot take pictures with such sides.</exception>
    public ImageShape ShapeOf(IReadOnlyList<long> measures) => (Family.Measure, measures) switch
    {
        (ImageMeasure.None, []) => UsualShape,
        (ImageMeasure.OriginalSize, [> 0 and <= int.MaxValue and var height, > 0 and <= int.MaxValue and var width]) =>
            Preprocessor.Measure((int)width, (int)height),
        (ImageMeasure.PatchGrid, [> 0 and var frames, > 0 and var rows, > 0 and var columns])
            when CanHold(frames, rows, columns, UsualShape.Shape[1]) =>
            new ImageShape([(int)(frames * rows * columns), UsualShape.Shape[1]], 1, 1, [(int)frames, (int)rows, (int)columns]),
        _ => throw Throw.ImageMeasures(measures),
    };

    /// <summary>Every file that was read, as full paths: also what graphs keep beside themselves in files that begin with their names, as
    /// in decoder_model_merged.onnx_data.</summary>
    public IReadOnlyList<string> UsedFiles =>
    [
        .. Files.Required.Append(Files.Projector).Append(Files.Generation).OfType<string>().SelectMany(WithWeights),
        .. Configuration.HasOwnPrompt ? [] : ChatTemplateFiles.In(Files.Root),
        .. Family.NewlineNames.Count == 0 ? [] : ModelWeights.FilesOf(Files.Root, Family.NewlineNames),
    ];

    private static string[] WithWeights(string file) => file.EndsWith(".onnx", StringComparison.Ordinal)
        ? [.. Directory.EnumerateFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*").Order(StringComparer.Ordinal)]
        : [file];

    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">Something is missing, broken or does not fit.</exception>
    public static LoadedModel Load(string folder, VisionLanguageModelOptions options)
    {
        ModelFolder files = ModelFolder.Open(folder, options.Precision);
        _ = PruningWarmUp.Start(); // Beside ONNX Runtime's loading, which takes longer.
        return new LoadedModel(files, options);
    }

    public void Dispose() => _owned.Dispose();

    /// <summary>A prompt that config.json gives itself, else the folder's chat template, else the family's prompt.</summary>
    /// <exception cref="ZooPruneException">The template cannot be used, or does not fit the tokenizer.</exception>
    public static PromptBuilder LoadPrompts(ModelFolder files, ModelConfiguration configuration, Tokenizer tokenizer) =>
        !configuration.HasOwnPrompt && ChatTemplateFiles.Load(files.Root) is ChatTemplate template
            ? new PromptBuilder(template, ChatTemplateFiles.SpecialTokens(files.Root), tokenizer, configuration.ImageTokenId)
            : new PromptBuilder(
                configuration.Prompt,
                tokenizer,
                configuration.ImageTokenId,
                configuration.EndTokenIds.Count > 0 ? configuration.EndTokenIds[0] : null);

    /// <summary>The end token that tokenizer_config.json names, where no configuration has its id.</summary>
    private int EndToken() =>
        ChatTemplateFiles.SpecialTokens(Files.Root).TryGetValue("eos_token", out string? token)
        && Tokenizer.Encode(token, addSpecialTokens: false) is [var id]
            ? id
            : throw JsonThrow.Missing(Files.Generation ?? Files.Configuration, "eos_token_id");

    private IModelFamily Family => Configuration.Family;

    private float[] CalibrationTokens() => CalibrationImage.Tokens(Encoder, Preprocessor);

    private float[] LoadNewlineEmbedding()
    {
        if (Family.NewlineNames.Count == 0)
        {
            return [];
        }

        float[] newline = ModelWeights.Find(Files.Root, Family.NewlineNames)
            ?? throw Throw.NewlineEmbeddingMissing(Files.Root, Family.NewlineNames);
        return newline.Length == Embedder.Width
            ? newline
            : throw Throw.NewlineEmbeddingWidth(Family.NewlineNames[0], newline.Length, Embedder.Width);
    }

    /// <summary>Whether an array holds the pixel values of such a grid: a wrong number must cost an error and no memory.</summary>
    private static bool CanHold(long frames, long rows, long columns, int patchLength)
    {
        long most = Array.MaxLength / patchLength;
        return frames <= most && rows <= most / frames && columns <= most / (frames * rows);
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private void CheckWidths()
    {
        if (Projector.InputWidth != Encoder.Width)
        {
            throw Throw.GraphMismatch(
                Files.Projector ?? Files.VisionEncoder,
                $"its input is {Projector.InputWidth:N0} wide",
                "onnx/vision_encoder.onnx",
                $"whose visual tokens are {Encoder.Width:N0} wide");
        }

        if (Projector.OutputWidth != Embedder.Width)
        {
            throw Throw.GraphMismatch(
                Files.Projector ?? Files.VisionEncoder,
                $"its output is {Projector.OutputWidth:N0} wide",
                "onnx/embed_tokens.onnx",
                $"whose embeddings are {Embedder.Width:N0} wide");
        }

        if (Decoder.Width != Embedder.Width)
        {
            throw Throw.GraphMismatch(
                Files.Decoder,
                $"'inputs_embeds' is {Decoder.Width:N0} wide",
                "onnx/embed_tokens.onnx",
                $"whose embeddings are {Embedder.Width:N0} wide");
        }
    }

    private void CheckCache()
    {
        if (Configuration.LayerCount is int layers && layers != Decoder.LayerCount)
        {
            throw Throw.GraphMismatch(
                Files.Decoder,
                $"its cache has {Decoder.LayerCount:N0} layers",
                "config.json",
                $"whose num_hidden_layers is {layers:N0}");
        }

        if (Configuration.Decoder.CacheHeads is int heads && Decoder.CacheHeads is int got && heads != got)
        {
            throw Throw.GraphMismatch(
                Files.Decoder,
                $"its cache has {got:N0} heads",
                "config.json",
                $"whose num_key_value_heads is {heads:N0}");
        }
    }

    private void CheckVocabulary()
    {
        if (Configuration.Decoder.VocabularySize is int size && size != Decoder.VocabularySize)
        {
            throw Throw.GraphMismatch(
                Files.Decoder,
                $"it gives {Decoder.VocabularySize:N0} logits a token",
                "config.json",
                $"whose vocab_size is {size:N0}");
        }

        // Every token that the decoder can choose must have an embedding, or a later step would fail.
        try
        {
            Embedder.Embed([Decoder.VocabularySize - 1]);
        }
        catch (ZooPruneException)
        {
            throw Throw.GraphMismatch(
                Files.EmbedTokens,
                $"it has no embedding for the id {Decoder.VocabularySize - 1:N0}",
                "onnx/decoder_model_merged.onnx",
                $"which gives {Decoder.VocabularySize:N0} logits a token");
        }

        Prompt prompt = Prompts.Build("?");
        int largest = prompt.Before.Concat(prompt.After).DefaultIfEmpty().Max();
        if (largest >= Decoder.VocabularySize)
        {
            throw Throw.GraphMismatch(
                Files.Decoder,
                $"it knows {Decoder.VocabularySize:N0} tokens",
                "tokenizer.json",
                $"which gives the id {largest:N0} for a prompt");
        }
    }

    /// <summary>Whether preprocessor, encoder and config.json mean the same kind of picture.</summary>
    private void CheckLayout()
    {
        ImageShape image = Preprocessor.Measure(SideWithoutTiles, SideWithoutTiles);
        if (Encoder.TakesPatches != (image.GridThw is not null))
        {
            throw Throw.GraphMismatch(
                Files.VisionEncoder,
                Encoder.TakesPatches ? "it takes patches and a grid" : "it takes tiles",
                Files.Relative(Files.Preprocessor),
                Encoder.TakesPatches ? "which makes tiles" : "which makes patches");
        }

        try
        {
            LayOut(image);
        }
        catch (ArgumentException exception)
        {
            throw Throw.FamilyMismatch(Files.Root, Configuration.ModelType, exception);
        }
    }

    private void CheckImageSize()
    {
        if (Preprocessor.TileSize is (int height, int width) && (height != Encoder.ImageSize || width != Encoder.ImageSize))
        {
            throw Throw.GraphMismatch(
                Files.VisionEncoder,
                $"it takes images of {Encoder.ImageSize} x {Encoder.ImageSize} pixels",
                Files.Relative(Files.Preprocessor),
                $"which makes them {height} x {width}");
        }
    }
}
