using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Visual tokens [N, D] -> kept tokens [K, H] and which they are. Immutable.</summary>
internal sealed class PruneVisualTokensStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.PruneVisualTokens);

    // The options where the model is to decide whether they pay, otherwise null.
    private readonly PruningOptions? _decided;

    public PruneVisualTokensStage(PruneVisualTokensOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Model = options.Model;
        TokenCount = Model.VisualTokenCount;
        Width = Model.EncoderWidth;
        Pruner = NewPruner(options);
        _decided = options.OnlyIfFaster && options.Keep.Resolve(TokenCount) < TokenCount ? options.ToPruningOptions() : null;
        int values = TokenCount * Width;
        VisualTokens = Reads(
            InputColumn.Vector(
                options.VisualTokensColumnName,
                NumberDataViewType.Single,
                string.Create(CultureInfo.InvariantCulture, $"{TokenCount:N0} x {Width:N0}"),
                declared => declared == values,
                "check that the encoder output is taken before pooling and is of the same model."),
            nameof(options.VisualTokensColumnName));

        KeptTokens = Adds(
            new VectorColumn<float>(options.KeptTokensColumnName, new VectorDataViewType(NumberDataViewType.Single)),
            nameof(options.KeptTokensColumnName));
        KeptIndices = Adds(
            new VectorColumn<int>(options.KeptIndicesColumnName, new VectorDataViewType(NumberDataViewType.Int32)),
            nameof(options.KeptIndicesColumnName));
        VisualTokenCount = Adds(
            new ScalarColumn<int>(options.VisualTokenCountColumnName, NumberDataViewType.Int32),
            nameof(options.VisualTokenCountColumnName));
        if (options.SensitivityColumnName is { } sensitivity)
        {
            Sensitivity = Adds(
                new VectorColumn<float>(sensitivity, new VectorDataViewType(NumberDataViewType.Single)),
                nameof(options.SensitivityColumnName));
        }

        Note = Adds(
            new ScalarColumn<ReadOnlyMemory<char>>(options.NoteColumnName, TextDataViewType.Instance),
            nameof(options.NoteColumnName));
        Milliseconds = Adds(
            new ScalarColumn<float>(options.MillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.MillisecondsColumnName));
    }

    public VisionLanguageModel Model { get; }

    /// <summary>The method. It holds no state of a row, so all cursors share it.</summary>
    private VisualTokenPruner Pruner { get; }

    /// <summary>N.</summary>
    public int TokenCount { get; }

    /// <summary>D.</summary>
    public int Width { get; }

    public InputColumn VisualTokens { get; }

    public VectorColumn<float> KeptTokens { get; }

    public VectorColumn<int> KeptIndices { get; }

    public ScalarColumn<int> VisualTokenCount { get; }

    /// <summary>Null if the options name no such column.</summary>
    public VectorColumn<float>? Sensitivity { get; }

    public ScalarColumn<ReadOnlyMemory<char>> Note { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <summary>Times the model, if it is to decide; a moment at the first row only. It is no part of any row's time.</summary>
    public void Prepare()
    {
        if (_decided is not null)
        {
            Model.PrepareToPrune(_decided);
        }
    }

    /// <summary>Prunes the tokens of one row, or keeps them all where the model is to decide and pruning does not pay.</summary>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens) =>
        _decided is null ? Pruner.Prune(visualTokens, TokenCount) : Model.Prune(visualTokens, _decided);

    /// <inheritdoc/>
    public override RowWork Open(BoundRow row) => new PruneVisualTokensWork(this, row);

    /// <summary>Checks all options, also those that a budget of all tokens makes idle. With such a budget there is nothing to choose,
    /// and nothing needs to be scored unless a column wants the scores: the cheapest selection keeps the same tokens.</summary>
    private static VisualTokenPruner NewPruner(PruneVisualTokensOptions options)
    {
        PruningOptions pruning = options.ToPruningOptions() with { OnlyIfFaster = false };
        var pruner = new VisualTokenPruner(options.Model.Projector, pruning);
        int count = options.Model.VisualTokenCount;
        return options.SensitivityColumnName is null && pruning.Keep.Resolve(count) == count
            ? new VisualTokenPruner(options.Model.Projector, pruning with { Selection = SelectionMethod.Uniform })
            : pruner;
    }
}
