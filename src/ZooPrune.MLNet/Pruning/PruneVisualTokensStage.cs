using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Visual tokens [N, D] -> kept tokens [K, H] and which they are. Immutable.</summary>
internal sealed class PruneVisualTokensStage : StageDefinition
{
    public const string StageName = nameof(ZooPruneCatalog.PruneVisualTokens);

    public PruneVisualTokensStage(PruneVisualTokensOptions options)
        : base(StageName, options)
    {
        Model = options.Model;
        Width = Model.EncoderWidth;
        Pruner = new StagePruner(
            options, wantsScores: options.SensitivityColumnName is not null || options.SelectionOrderColumnName is not null);
        if (Pruner.NeedsAttention)
        {
            string selection = options.CustomSelection?.GetType().Name ?? options.Selection.ToString();
            throw Throw.SelectionNeedsAttention(Name, selection, options.VisualTokensColumnName);
        }

        bool areAlike = Model.ImageMeasure == ImageMeasure.None;
        int values = areAlike ? Model.VisualTokenCount * Width : Width;
        string count = areAlike ? Model.VisualTokenCount.ToString("N0", CultureInfo.InvariantCulture) : "N";
        VisualTokens = Reads(
            InputColumn.Vector(
                options.VisualTokensColumnName,
                NumberDataViewType.Single,
                string.Create(CultureInfo.InvariantCulture, $"{count} x {Width:N0}"),
                declared => areAlike ? declared == values : declared % values == 0,
                "check that the encoder output is taken before pooling and is of the same model."),
            nameof(options.VisualTokensColumnName));
        if (ImageShapeColumn.Input(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Reads(shape, nameof(options.ImageShapeColumnName));
        }

        KeptTokens = AddsVector<float>(options.KeptTokensColumnName, NumberDataViewType.Single);
        KeptIndices = AddsVector<int>(options.KeptIndicesColumnName, NumberDataViewType.Int32);
        VisualTokenCount = AddsCount(options.VisualTokenCountColumnName);
        if (options.KeptTokenCountColumnName is not null)
        {
            KeptTokenCount = AddsCount(options.KeptTokenCountColumnName);
        }

        if (options.SensitivityColumnName is not null)
        {
            Sensitivity = AddsVector<float>(options.SensitivityColumnName, NumberDataViewType.Single);
        }

        if (options.SelectionOrderColumnName is not null)
        {
            SelectionOrder = AddsVector<int>(options.SelectionOrderColumnName, NumberDataViewType.Int32);
        }

        Note = AddsText(options.NoteColumnName);
        Milliseconds = AddsMilliseconds(options.MillisecondsColumnName);
    }

    public VisionLanguageModel Model { get; }

    /// <summary>The method.</summary>
    public StagePruner Pruner { get; }

    /// <summary>D.</summary>
    public int Width { get; }

    public InputColumn VisualTokens { get; }

    /// <summary>Null if all images of the model are alike.</summary>
    public InputColumn? ImageShape { get; }

    public VectorColumn<float> KeptTokens { get; }

    public VectorColumn<int> KeptIndices { get; }

    public ScalarColumn<int> VisualTokenCount { get; }

    /// <summary>Null if the options name no such column.</summary>
    public ScalarColumn<int>? KeptTokenCount { get; }

    /// <summary>Null if the options name no such column.</summary>
    public VectorColumn<float>? Sensitivity { get; }

    /// <summary>Null if the options name no such column.</summary>
    public VectorColumn<int>? SelectionOrder { get; }

    public ScalarColumn<ReadOnlyMemory<char>> Note { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <inheritdoc/>
    public override BatchMapper Open(InputRow row, int capacity) => new PruneVisualTokensMapper(this, row);
}

/// <summary>Scores, selects and projects the visual tokens of one row.</summary>
internal sealed class PruneVisualTokensMapper : RowMapper
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

    public PruneVisualTokensMapper(PruneVisualTokensStage stage, InputRow row)
        : base(stage, row)
    {
        _stage = stage;
        _visualTokens = row.Vector<float>(stage.VisualTokens);
        _shapes = new ImageShapeReader(stage.Name, stage.Model, row, stage.ImageShape);
        _keptTokens = Output(stage.KeptTokens);
        _keptIndices = Output(stage.KeptIndices);
        _visualTokenCount = Output(stage.VisualTokenCount);
        _keptTokenCount = Output(stage.KeptTokenCount);
        _sensitivity = Output(stage.Sensitivity);
        _selectionOrder = Output(stage.SelectionOrder);
        _note = Output(stage.Note);
        _milliseconds = Output(stage.Milliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
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
        int kept = selection.KeptIndices.Length + layout.NewlineCount;
        _visualTokenCount.Set(0, layout.SequenceLength);
        _keptTokenCount?.Set(0, kept);
        _sensitivity?.Set(0, selection.Sensitivity);
        _selectionOrder?.Set(0, selection.SelectionOrder);
        _note.Set(0, selection.Note.AsMemory());
        Telemetry.AddNote(selection.Note);
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
