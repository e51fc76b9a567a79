namespace ZooPrune.MLNet;

/// <summary>A stage that works row by row: computes all outputs of a row from its inputs, which are still there.</summary>
internal abstract class RowWork(RowStage stage, BoundRow row) : StageWork(stage, row, capacity: 1)
{
    /// <summary>Position of the current row.</summary>
    protected long Row => RowOf(0);

    /// <summary>Computes every output of the current row from the inputs, which have been pulled.</summary>
    /// <exception cref="ZooPruneException">The row cannot be computed; the message says why in four parts.</exception>
    protected abstract void Compute();

    /// <inheritdoc/>
    protected sealed override void Compute(ReadOnlySpan<int> slots) => Compute();
}
