using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>pixel_values [3, S, S], or as many as the picture needs -> visual tokens [N, D]. Immutable.</summary>
internal sealed class EncodeImagesStage : StageDefinition
{
    public const string StageName = nameof(ZooPruneCatalog.EncodeImages);

    /// <summary>Tiles beyond which a run of the encoder gains nothing on two cores.</summary>
    public const int MostTiles = 8;

    public EncodeImagesStage(EncodeImagesOptions options)
        : base(StageName, options)
    {
        Model = options.Model;
        BatchSize = options.BatchSize == 0 && Model.ImageMeasure == ImageMeasure.PatchGrid
            ? 1
            : ChooseBatchSize(options.BatchSize, MostTiles, BytesPerImage(Model));
        bool areAlike = Model.ImageMeasure == ImageMeasure.None;

        // [1, 3, S, S], [tiles, 3, S, S] or [patches, L]: all images have this many values, or a multiple of it.
        int values = Model.UsualShape.Shape.Skip(1).Aggregate((product, size) => product * size);
        string times = areAlike ? "" : Model.ImageMeasure == ImageMeasure.PatchGrid ? "patches x " : "tiles x ";
        PixelValues = Reads(
            InputColumn.Vector(
                options.PixelValuesColumnName,
                NumberDataViewType.Single,
                string.Create(CultureInfo.InvariantCulture, $"{times}{values:N0}"),
                declared => areAlike ? declared == values : declared % values == 0,
                "put PreprocessImages with the same model before this stage."),
            nameof(options.PixelValuesColumnName));
        if (ImageShapeColumn.Input(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Reads(shape, nameof(options.ImageShapeColumnName));
        }

        var type = areAlike
            ? new VectorDataViewType(NumberDataViewType.Single, Model.VisualTokenCount, Model.EncoderWidth)
            : new VectorDataViewType(NumberDataViewType.Single);
        VisualTokens = Adds(new VectorColumn<float>(options.VisualTokensColumnName, type), nameof(options.VisualTokensColumnName));
        Milliseconds = AddsMilliseconds(options.MillisecondsColumnName);
    }

    public VisionLanguageModel Model { get; }

    public InputColumn PixelValues { get; }

    /// <summary>Null if all images of the model are alike.</summary>
    public InputColumn? ImageShape { get; }

    public VectorColumn<float> VisualTokens { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <summary>Pixel values and visual tokens of a usual image, each of them twice: on its own and in the batch.</summary>
    public static long BytesPerImage(VisionLanguageModel model)
    {
        ImageShape image = model.UsualShape;
        long pixelValues = image.Shape.Aggregate(1L, (product, size) => product * size);
        return 2 * sizeof(float) * (pixelValues + ((long)model.LayoutOf(image).TokenCount * model.EncoderWidth));
    }

    /// <summary>Runs the encoder over images, several tiles a run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Prepared for it.</param>
    /// <param name="mostTiles">Most tiles of a run; 0 for a usual number.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The images; null where it failed, so that the caller asks for them one by one and learns which is to blame.</returns>
    public static IReadOnlyList<EncodedImage>? TryEncode(
        VisionLanguageModel model, IReadOnlyList<PreparedImage> images, int mostTiles, CancellationToken cancellation)
    {
        try
        {
            return model.Encode(images, mostTiles, cancellation);
        }
        catch (ZooPruneException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override BatchMapper Open(InputRow row, int capacity) => new EncodeImagesMapper(this, row, capacity);
}

/// <summary>Runs the vision encoder over the images of a batch.</summary>
internal sealed class EncodeImagesMapper : BatchMapper
{
    private readonly EncodeImagesStage _stage;
    private readonly VectorInput<float> _pixelValues;
    private readonly ImageShapeReader _shapes;
    private readonly VectorOutput<float> _visualTokens;
    private readonly ScalarOutput<float> _milliseconds;
    private readonly float[][] _pixels;
    private readonly PreparedImage[] _images;

    public EncodeImagesMapper(EncodeImagesStage stage, InputRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _pixelValues = row.Vector<float>(stage.PixelValues);
        _shapes = new ImageShapeReader(stage.Name, stage.Model, row, stage.ImageShape);
        _visualTokens = Output(stage.VisualTokens);
        _milliseconds = Output(stage.Milliseconds);
        _pixels = [.. Enumerable.Repeat<float[]>([], capacity)];
        _images = new PreparedImage[capacity];
    }

    /// <inheritdoc/>
    protected override void ReadRow(int slot)
    {
        _shapes.Read(RowOf(slot));
        ReadOnlySpan<float> values = _pixelValues.Values;
        ImageShape image = _shapes.Shape;
        long needed = image.Shape.Aggregate(1L, (product, size) => product * size);
        if (values.Length != needed)
        {
            throw _stage.ImageShape is { } shape
                ? Throw.PixelValuesOfAnother(_stage.Name, _stage.PixelValues, shape, RowOf(slot), values.Length, needed)
                : Throw.WrongLength(_stage.Name, _stage.PixelValues, RowOf(slot), values.Length);
        }

        if (_pixels[slot].Length < values.Length)
        {
            _pixels[slot] = new float[values.Length];
        }

        values.CopyTo(_pixels[slot]);
        _images[slot] = new PreparedImage(
            _pixels[slot].AsMemory(0, values.Length), image.Shape, image.OriginalHeight, image.OriginalWidth, image.GridThw);
    }

    /// <inheritdoc/>
    protected override void Compute(ReadOnlySpan<int> slots)
    {
        int[] batch = slots.ToArray();
        PreparedImage[] images = [.. batch.Select(slot => _images[slot])];
        IReadOnlyList<EncodedImage>? together = EncodeImagesStage.TryEncode(
            _stage.Model, images, _stage.BatchSize, _stage.Cancellation);
        foreach ((int i, int slot) in batch.Index())
        {
            TryRow(slot, slot =>
            {
                EncodedImage encoded = together?[i] ?? _stage.Model.Encode(images[i], _stage.Cancellation);
                _visualTokens.Keep(slot, encoded.VisualTokens.ToArray());
                _milliseconds.Set(slot, (float)encoded.Timings.Encode.TotalMilliseconds);
            });
        }
    }
}
