using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Runs the vision encoder over the images of a batch.</summary>
internal sealed class EncodeImagesWork : StageWork
{
    private readonly EncodeImagesStage _stage;
    private readonly VectorInput<float> _pixelValues;
    private readonly VectorOutput<float> _visualTokens;
    private readonly ScalarOutput<float> _milliseconds;
    private readonly float[]?[] _pixels;

    public EncodeImagesWork(EncodeImagesStage stage, BoundRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _pixelValues = Input(row.Vector<float>(stage.PixelValues));
        _visualTokens = Output(stage.VisualTokens);
        _milliseconds = Output(stage.Milliseconds);
        _pixels = new float[]?[capacity];
    }

    /// <inheritdoc/>
    protected override void Take(int slot)
    {
        ReadOnlySpan<float> values = _pixelValues.Values;
        int size = _stage.Model.ImageSize;
        if (values.Length != 3 * size * size)
        {
            throw Throw.WrongLength(_stage.Name, _stage.PixelValues, RowOf(slot), values.Length);
        }

        values.CopyTo(_pixels[slot] ??= new float[values.Length]);
    }

    /// <inheritdoc/>
    protected override void Compute(ReadOnlySpan<int> slots)
    {
        _stage.Model.ThrowIfDisposed();
        VisionEncoder encoder = _stage.Model.Encoder;
        int size = _stage.Model.ImageSize;
        var images = new PreparedImage[slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            images[i] = new PreparedImage(_pixels[slots[i]], [1, 3, size, size], size, size);
        }

        long start = Stopwatch.GetTimestamp();
        float[][] tokens = encoder.EncodeUnchecked(images);
        float share = (float)(Stopwatch.GetElapsedTime(start).TotalMilliseconds / slots.Length);
        for (int i = 0; i < slots.Length; i++)
        {
            float[] image = tokens[i];
            if (Attempt(slots[i], _ => encoder.Check(image)))
            {
                _visualTokens.Keep(slots[i], image);
                _milliseconds.Set(slots[i], share);
            }
        }
    }
}
