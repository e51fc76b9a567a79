namespace ZooPrune.MLNet;

/// <summary>Computes the row that the input stands on when it is first read: a batch of one. Not thread-safe.</summary>
/// <param name="stageName">Name of the stage, for messages.</param>
/// <param name="row">The input row.</param>
/// <param name="work">The stage at work.</param>
internal sealed class CurrentRow(string stageName, BoundRow row, StageWork work)
{
    private const long NoRow = -1;

    private long _computed = NoRow;

    /// <summary>The slot of the current row, computed.</summary>
    /// <exception cref="InvalidOperationException">There is no current row, or the row cannot be computed and the stage throws.</exception>
    public int Slot()
    {
        long position = row.Position;
        if (position < 0)
        {
            throw Throw.NoCurrentRow(stageName);
        }

        if (position != _computed)
        {
            // Until this row is done there is none: an exception must not leave the values of half a row behind.
            _computed = NoRow;
            work.Collect(0);
            work.Compute(1);
            _computed = position;
        }

        work.ThrowIfFailed(0);
        return 0;
    }
}
