using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Runs the vision encoder, one row a run.</summary>
internal sealed class EncodeImagesWork : RowWork
{
    private readonly EncodeImagesStage _stage;
    private readonly VectorInput<float> _pixelValues;
    private readonly VectorOutput<float> _visualTokens;
    private readonly ScalarOutput<float> _milliseconds;
    private readonly int _size;
    private readonly float[] _pixels;

    public EncodeImagesWork(EncodeImagesStage stage, BoundRow row)
        : base(stage, row)
    {
        _stage = stage;
        _pixelValues = Input(row.Vector<float>(stage.PixelValues));
        _visualTokens = Output(stage.VisualTokens);
        _milliseconds = Output(stage.Milliseconds);
        _size = stage.Model.ImageSize;
        _pixels = new float[3 * _size * _size];
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        if (_pixelValues.Values.Length != _pixels.Length)
        {
            throw Throw.WrongLength(_stage.Name, _stage.PixelValues, Row, _pixelValues.Values.Length);
        }

        long start = Stopwatch.GetTimestamp();
        _pixelValues.Values.CopyTo(_pixels);
        _visualTokens.Set(_stage.Model.Encode(new PreparedImage(_pixels, [1, 3, _size, _size], _size, _size)));
        _milliseconds.Value = (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
