using System.Diagnostics;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx;

/// <content>The steps of an answer one by one: prepare, encode, prune, generate.</content>
public sealed partial class VisionLanguageModel
{
    /// <summary>Reads an image file and makes it what the encoder wants.</summary>
    /// <param name="imagePath">A PNG, JPEG, WebP, GIF (its first frame) or BMP file, whatever its extension. The orientation in EXIF data is applied
    /// only with <see cref="VisionLanguageModelOptions.ApplyExifOrientation"/>; transparency is dropped.</param>
    /// <returns>Pixel values of the shape that the family's encoder takes.</returns>
    /// <exception cref="ArgumentException"><paramref name="imagePath"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is missing, broken, too large, or of another format.</exception>
    public PreparedImage Prepare(string imagePath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePath);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        RgbImage image = _model.Images.Read(imagePath);
        return _model.Preprocessor.Prepare(image.Pixels, image.Width, image.Height);
    }

    /// <summary>Reads an image file that is in memory and makes it what the encoder wants.</summary>
    /// <param name="file">A whole file, as in <see cref="Prepare(string)"/>.</param>
    /// <param name="name">What messages call the image.</param>
    /// <returns>Pixel values of the shape that the family's encoder takes.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is broken, too large, or of another format.</exception>
    public PreparedImage Prepare(ReadOnlySpan<byte> file, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        RgbImage image = _model.Images.Decode(file, name);
        return _model.Preprocessor.Prepare(image.Pixels, image.Width, image.Height);
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
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        CheckSides(width, height);
        return rgb.Length == 3L * width * height
            ? _model.Preprocessor.Prepare(rgb, width, height)
            : throw Throw.RgbLength(rgb.Length, width, height);
    }

    /// <summary>How the visual tokens of an image will lie in the prompt.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    public ImageLayout LayoutOf(PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return LayOut(image.Measure());
    }

    /// <summary>How the visual tokens of a picture of some size would lie in the prompt.</summary>
    /// <param name="width">Columns of the picture, in pixels, &gt; 0.</param>
    /// <param name="height">Rows of the picture, in pixels, &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ZooPruneException">The model cannot take pictures with such sides.</exception>
    public ImageLayout LayoutOf(int width, int height)
    {
        CheckSides(width, height);
        return LayOut(_model.Preprocessor.Measure(width, height));
    }

    /// <summary>Runs the vision encoder.</summary>
    /// <param name="image">An image that Prepare gave, or one of that shape.</param>
    /// <returns>X, the visual tokens of all tiles, row-major [N, D]; every value is finite.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    /// <exception cref="ZooPruneException">The encoder failed or gave NaN or infinity.</exception>
    public float[] Encode(PreparedImage image)
    {
        LayoutOf(image);
        return _model.Encoder.Encode([image])[0];
    }

    /// <summary>Projects the visual tokens of an image and keeps those that matter.</summary>
    /// <param name="visualTokens">X, row-major [N, D], of all tiles.</param>
    /// <param name="layout">From <see cref="LayoutOf(PreparedImage)"/> of the same image.</param>
    /// <param name="pruning">What to keep and how to choose; null keeps all. A budget is shared out among the tiles.</param>
    /// <returns>What was kept, as flat indices tile x N + token; all tokens, with a note, where
    /// <see cref="PruningOptions.OnlyIfFaster"/> is set and pruning does not pay.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="layout"/> is null.</exception>
    /// <exception cref="ArgumentException">The values are no [N, D], one of them is not finite, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The projector failed or gave NaN or infinity.</exception>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, ImageLayout layout, PruningOptions? pruning)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _pruning.Prune(visualTokens, layout, pruning);
    }

    /// <summary>The same for tokens that are read as they come, whatever their number: one tile.</summary>
    /// <inheritdoc cref="Prune(ReadOnlySpan{float}, ImageLayout, PruningOptions)"/>
    /// <exception cref="InvalidOperationException">In this model the layout depends on the picture.</exception>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, PruningOptions? pruning) =>
        Prune(visualTokens, PlainLayout(visualTokens.Length / EncoderWidth), pruning);

    /// <summary>Whether pruning saves more time than it takes with this model, on this machine, now.</summary>
    /// <remarks>
    /// The first call times prefills of three lengths, and each new set of options is timed once: the fastest of up to seven runs, of
    /// one where that takes over two seconds, after one that is not counted. Then the advice is kept, so that one model answers the same
    /// question alike. Another run of the
    /// program may measure something else, and so may one on a machine with other work to do. Time saved while decoding is not counted.
    /// </remarks>
    /// <param name="pruning">What to keep and how to choose.</param>
    /// <returns>Measured cost, predicted saving, and the break-even budget, for an image of <see cref="VisualTokenCount"/> tokens, or
    /// one of 640 x 480 where the number depends on the picture.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pruning"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long with all tokens, or a graph failed.</exception>
    public PruningAdvice Advise(PruningOptions pruning)
    {
        ArgumentNullException.ThrowIfNull(pruning);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _pruning.Advise(CommonTokenCount, pruning);
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
        CheckImageCount(imageCount);
        return _model.Prompts.Format(question, imageCount);
    }

    /// <summary>Answers a question about visual tokens that are projected and chosen already.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H].</param>
    /// <param name="keptIndices">[K], ascending flat indices.</param>
    /// <param name="layout">From <see cref="LayoutOf(PreparedImage)"/> of the image; positions depend on it.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <returns>The answer; its timings are those of prefill and decode.</returns>
    /// <exception cref="ArgumentException">An argument is empty or does not fit the others.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public VisionAnswer Generate(
        ReadOnlySpan<float> keptTokens,
        IReadOnlyList<int> keptIndices,
        ImageLayout layout,
        string question,
        int maxNewTokens = 32)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        KeptImage image = KeptTokenCheck.Image(keptTokens, keptIndices, layout, EmbeddingWidth);
        KeptTokenCheck.NewTokens(maxNewTokens);
        long start = Stopwatch.GetTimestamp();
        return _engine.Answer([_engine.CreateRequest(image, question, maxNewTokens, Greedy)], start)[0];
    }

    /// <summary>The same for tokens of an image that is read as it comes.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H].</param>
    /// <param name="keptIndices">[K], ascending, each below <paramref name="visualTokenCount"/>.</param>
    /// <param name="visualTokenCount">N before pruning; positions depend on it.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <returns>The answer; its timings are those of prefill and decode.</returns>
    /// <exception cref="ArgumentException">An argument is empty or does not fit the others.</exception>
    /// <exception cref="InvalidOperationException">In this model the layout depends on the picture.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public VisionAnswer Generate(
        ReadOnlySpan<float> keptTokens,
        IReadOnlyList<int> keptIndices,
        int visualTokenCount,
        string question,
        int maxNewTokens = 32) => Generate(keptTokens, keptIndices, PlainLayout(visualTokenCount), question, maxNewTokens);

    /// <summary>Reads an image once, for several questions: the prefill of what comes before the question.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H].</param>
    /// <param name="keptIndices">[K], ascending flat indices.</param>
    /// <param name="layout">From <see cref="LayoutOf(PreparedImage)"/> of the image; positions depend on it.</param>
    /// <returns>The state after the image; dispose it.</returns>
    /// <exception cref="ArgumentException">An argument is empty or does not fit the others.</exception>
    /// <exception cref="InvalidOperationException">The model's prompt has the question before the image.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public PrefixCache CachePrefix(ReadOnlySpan<float> keptTokens, IReadOnlyList<int> keptIndices, ImageLayout layout)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _engine.CachePrefixes([KeptTokenCheck.Image(keptTokens, keptIndices, layout, EmbeddingWidth)])[0];
    }

    /// <summary>The same for tokens of an image that is read as it comes.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H].</param>
    /// <param name="keptIndices">[K], ascending, each below <paramref name="visualTokenCount"/>.</param>
    /// <param name="visualTokenCount">N before pruning; positions depend on it.</param>
    /// <returns>The state after the image; dispose it.</returns>
    /// <exception cref="ArgumentException">An argument is empty or does not fit the others.</exception>
    /// <exception cref="InvalidOperationException">The prompt has the question before the image, or the layout depends on the
    /// picture.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public PrefixCache CachePrefix(ReadOnlySpan<float> keptTokens, IReadOnlyList<int> keptIndices, int visualTokenCount) =>
        CachePrefix(keptTokens, keptIndices, PlainLayout(visualTokenCount));

    /// <summary>Answers a question about an image that was read before; the same answer as without the detour.</summary>
    /// <param name="image">From <see cref="CachePrefix(ReadOnlySpan{float}, IReadOnlyList{int}, ImageLayout)"/> of this model.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">Most tokens that are generated, &gt;= 1.</param>
    /// <returns>The answer; its prefill is that of the text after the image.</returns>
    /// <exception cref="ArgumentException">An argument is empty, or the image was read by another model.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public VisionAnswer Generate(PrefixCache image, string question, int maxNewTokens = 32)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        KeptTokenCheck.NewTokens(maxNewTokens);
        long start = Stopwatch.GetTimestamp();
        return _engine.Answer([_engine.CreateRequest(image, question, maxNewTokens, Greedy)], start)[0];
    }

    private int CommonTokenCount => LayOut(UsualShape).SequenceLength;

    /// <summary>How the visual tokens of an image of that shape will lie in the prompt.</summary>
    /// <exception cref="ArgumentException">The image has another shape.</exception>
    internal ImageLayout LayOut(ImageShape image)
    {
        bool fits = _model.Encoder.TakesPatches
            ? image.Shape.Count == 2
            : image.Shape.Count is 3 or 4 && image.Shape.TakeLast(3).SequenceEqual([3, ImageSize, ImageSize]);
        return fits ? _model.LayOut(image) : throw Throw.ImageShape(image.Shape, ImageSize);
    }

    private ImageLayout PlainLayout(int tokenCount) => _model.HasOneTile ? ImageLayout.Plain(tokenCount) : throw Throw.LayoutNeeded();

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

    private static void CheckImageCount(int count)
    {
        if (count is < 0 or > MostImages)
        {
            throw Throw.TooManyImages(count, MostImages);
        }
    }
}
