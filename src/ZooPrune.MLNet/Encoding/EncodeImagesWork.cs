using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Runs the vision encoder over the images of a batch.</summary>
internal sealed class EncodeImagesWork : StageWork
{
    private readonly EncodeImagesStage _stage;
    private readonly VectorInput<float> _pixelValues;
    private readonly ImageShapeReader _shapes;
    private readonly VectorOutput<float> _visualTokens;
    private readonly ScalarOutput<float> _milliseconds;
    private readonly float[][] _pixels;
    private readonly PreparedImage[] _images;

    public EncodeImagesWork(EncodeImagesStage stage, BoundRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _pixelValues = Input(row.Vector<float>(stage.PixelValues));
        _shapes = new ImageShapeReader(stage.Name, stage.Model, row, stage.ImageShape);
        OptionalInput(_shapes.Cell);
        _visualTokens = Output(stage.VisualTokens);
        _milliseconds = Output(stage.Milliseconds);
        _pixels = [.. Enumerable.Repeat<float[]>([], capacity)];
        _images = new PreparedImage[capacity];
    }

    /// <inheritdoc/>
    protected override void Take(int slot)
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
        _stage.Model.ThrowIfDisposed();
        VisionEncoder encoder = _stage.Model.Encoder;
        int[] taken = slots.ToArray();
        PreparedImage[] images = [.. taken.Select(slot => _images[slot])];
        foreach ((int slot, (float[] tokens, TimeSpan time)) in taken.Zip(EncoderRuns.Encode(encoder, images, _stage.BatchSize)))
        {
            if (Attempt(slot, _ => encoder.Check(tokens)))
            {
                _visualTokens.Keep(slot, tokens);
                _milliseconds.Set(slot, (float)time.TotalMilliseconds);
            }
        }
    }
}
