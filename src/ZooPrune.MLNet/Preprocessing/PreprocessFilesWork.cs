using System.Diagnostics;

namespace ZooPrune.MLNet;

/// <summary>Reads the files that a text column names, with the model's own decoder.</summary>
internal sealed class PreprocessFilesWork : RowWork
{
    private readonly PreprocessImagesStage _stage;
    private readonly ScalarInput<ReadOnlyMemory<char>> _path;
    private readonly VectorOutput<float> _pixelValues;
    private readonly ScalarOutput<float> _milliseconds;

    public PreprocessFilesWork(PreprocessImagesStage stage, BoundRow row)
        : base(stage, row)
    {
        _stage = stage;
        _path = Input(row.Scalar<ReadOnlyMemory<char>>(stage.Image));
        _pixelValues = Output(stage.PixelValues);
        _milliseconds = Output(stage.Milliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        if (_path.Value.Span.IsWhiteSpace())
        {
            throw Throw.NoImage(_stage.Name, _stage.Image, Row);
        }

        long start = Stopwatch.GetTimestamp();
        string path = Path.Combine(_stage.ImageFolder, _path.Value.ToString());
        _pixelValues.Set(_stage.Model.Prepare(path).PixelValues.Span);
        _milliseconds.Value = (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
