using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Visual tokens [N, D] -> kept tokens [K, H] and which they are. Immutable.</summary>
internal sealed class PruneVisualTokensStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.PruneVisualTokens);

    public PruneVisualTokensStage(PruneVisualTokensOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Options = options;
        Model = options.Model;
        Width = Model.EncoderWidth;
        Pruner = new StagePruner(options, wantsScores: options.SensitivityColumnName is not null || options.SelectionOrderColumnName is not null);
        bool areAlike = Model.ImageMeasure == ImageMeasure.None;
        int values = areAlike ? Model.VisualTokenCount * Width : Width;
        VisualTokens = Reads(
            InputColumn.Vector(
                options.VisualTokensColumnName,
                NumberDataViewType.Single,
                string.Create(CultureInfo.InvariantCulture, $"{(areAlike ? Model.VisualTokenCount.ToString("N0", CultureInfo.InvariantCulture) : "N")} x {Width:N0}"),
                declared => areAlike ? declared == values : declared % values == 0,
                "check that the encoder output is taken before pooling and is of the same model."),
            nameof(options.VisualTokensColumnName));
        if (ImageShapeColumn.Input(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Reads(shape, nameof(options.ImageShapeColumnName));
        }

        KeptTokens = Adds(
            new VectorColumn<float>(options.KeptTokensColumnName, new VectorDataViewType(NumberDataViewType.Single)),
            nameof(options.KeptTokensColumnName));
        KeptIndices = Adds(
            new VectorColumn<int>(options.KeptIndicesColumnName, new VectorDataViewType(NumberDataViewType.Int32)),
            nameof(options.KeptIndicesColumnName));
        VisualTokenCount = Adds(
            new ScalarColumn<int>(options.VisualTokenCountColumnName, NumberDataViewType.Int32),
            nameof(options.VisualTokenCountColumnName));
        if (options.KeptTokenCountColumnName is { } count)
        {
            KeptTokenCount = Adds(new ScalarColumn<int>(count, NumberDataViewType.Int32), nameof(options.KeptTokenCountColumnName));
        }

        if (options.SensitivityColumnName is { } sensitivity)
        {
            Sensitivity = Adds(
                new VectorColumn<float>(sensitivity, new VectorDataViewType(NumberDataViewType.Single)),
                nameof(options.SensitivityColumnName));
        }

        if (options.SelectionOrderColumnName is { } order)
        {
            SelectionOrder = Adds(
                new VectorColumn<int>(order, new VectorDataViewType(NumberDataViewType.Int32)),
                nameof(options.SelectionOrderColumnName));
        }

        Note = Adds(
            new ScalarColumn<ReadOnlyMemory<char>>(options.NoteColumnName, TextDataViewType.Instance),
            nameof(options.NoteColumnName));
        Milliseconds = Adds(
            new ScalarColumn<float>(options.MillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.MillisecondsColumnName));
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
    public override StageWork Open(BoundRow row, int capacity) => new PruneVisualTokensWork(this, row);
}
