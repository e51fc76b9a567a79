using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Scores, selects and projects the visual tokens of one row.</summary>
internal sealed class PruneVisualTokensWork : RowWork
{
    private readonly PruneVisualTokensStage _stage;
    private readonly VectorInput<float> _visualTokens;
    private readonly ImageShapeReader _shapes;
    private readonly VectorOutput<float> _keptTokens;
    private readonly VectorOutput<int> _keptIndices;
    private readonly ScalarOutput<int> _visualTokenCount;
    private readonly ScalarOutput<int>? _keptTokenCount;
    private readonly VectorOutput<float>? _sensitivity;
    private readonly VectorOutput<int>? _selectionOrder;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _note;
    private readonly ScalarOutput<float> _milliseconds;

    public PruneVisualTokensWork(PruneVisualTokensStage stage, BoundRow row)
        : base(stage, row)
    {
        _stage = stage;
        _visualTokens = Input(row.Vector<float>(stage.VisualTokens));
        _shapes = new ImageShapeReader(stage.Name, stage.Model, row, stage.ImageShape);
        OptionalInput(_shapes.Cell);
        _keptTokens = Output(stage.KeptTokens);
        _keptIndices = Output(stage.KeptIndices);
        _visualTokenCount = Output(stage.VisualTokenCount);
        _keptTokenCount = stage.KeptTokenCount is null ? null : Output(stage.KeptTokenCount);
        _sensitivity = stage.Sensitivity is null ? null : Output(stage.Sensitivity);
        _selectionOrder = stage.SelectionOrder is null ? null : Output(stage.SelectionOrder);
        _note = Output(stage.Note);
        _milliseconds = Output(stage.Milliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        _stage.Model.ThrowIfDisposed();
        ReadOnlySpan<float> visualTokens = _visualTokens.Values;
        _shapes.Read(Row);
        ImageLayout layout = _shapes.Layout;
        Check(visualTokens, layout);

        _stage.Pruner.Prepare(layout);
        long start = Stopwatch.GetTimestamp();
        TokenSelection selection = _stage.Pruner.Prune(visualTokens, layout);
        _milliseconds.Set(0, (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds);

        _keptTokens.Set(0, selection.KeptTokens);
        _keptIndices.Set(0, selection.KeptIndices);
        int kept = selection.KeptIndices.Length + layout.SeparatorCount;
        _visualTokenCount.Set(0, layout.SequenceLength);
        _keptTokenCount?.Set(0, kept);
        _sensitivity?.Set(0, selection.Sensitivity);
        _selectionOrder?.Set(0, selection.SelectionOrder);
        _note.Set(0, selection.Note.AsMemory());
        Telemetry.AddTokens(layout.SequenceLength, kept);
    }

    private void Check(ReadOnlySpan<float> visualTokens, ImageLayout layout)
    {
        int width = _stage.Width;
        if (visualTokens.Length % width != 0)
        {
            throw Throw.NotWholeTokens(_stage.Name, _stage.VisualTokens, Row, visualTokens.Length, width);
        }

        if (visualTokens.Length / width != layout.TokenCount)
        {
            throw Throw.WrongTokenCount(_stage.Name, _stage.VisualTokens, Row, visualTokens.Length / width, layout.TokenCount);
        }

        for (int i = 0; i < visualTokens.Length; i++)
        {
            if (!float.IsFinite(visualTokens[i]))
            {
                throw Throw.NotFinite(_stage.Name, _stage.VisualTokens, Row, visualTokens[i], i / width, i % width);
            }
        }
    }
}
