using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>What the options of every stage share. Immutable.</summary>
public abstract record VisionStageOptions
{
    /// <summary>Options of a stage that works with <paramref name="model"/>.</summary>
    /// <param name="model">The model. The stage uses it and does not own it: dispose it after the last row has been read.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    private protected VisionStageOptions(VisionLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    /// <summary>The model. All stages of a pipeline share one.</summary>
    public VisionLanguageModel Model { get; }

    /// <summary>What happens to a row that cannot be computed. Default: <see cref="RowErrors.Report"/>.</summary>
    public RowErrors Errors { get; init; }

    /// <summary>Text column, read if there is one and written anew: empty, or why this stage or one before it could not compute the
    /// row. All stages of a pipeline must agree on the name.</summary>
    public string ErrorColumnName { get; init; } = ColumnNames.Error;
}
