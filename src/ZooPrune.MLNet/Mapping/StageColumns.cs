using Microsoft.ML;

namespace ZooPrune.MLNet;

/// <summary>The columns of a row or cursor of a stage's output: those of the input are passed on, the others are computed. Not
/// thread-safe.</summary>
/// <param name="mapper">The stage on the input's schema.</param>
/// <param name="input">The input row.</param>
/// <param name="active">Which output columns may be read.</param>
/// <param name="work">Computes the stage's columns; null if none of them is active.</param>
/// <param name="currentSlot">Sees to it that the current row is computed, and says which slot of <paramref name="work"/> it has.</param>
internal sealed class StageColumns(StageMapper mapper, DataViewRow input, bool[] active, StageWork? work, Func<int> currentSlot)
{
    /// <summary>The output schema.</summary>
    public DataViewSchema Schema => mapper.OutputSchema;

    /// <summary>Whether a column may be read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column lies beyond the schema.</exception>
    public bool IsActive(DataViewSchema.Column column) => column.Index < active.Length
        ? active[column.Index]
        : throw Throw.ForeignColumn(mapper.StageName, column.Name, nameof(column), column.Index, active.Length);

    /// <summary>The getter of a column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column lies beyond the schema.</exception>
    /// <exception cref="InvalidOperationException">The column is not active or has another type.</exception>
    public ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
        {
            throw Throw.InactiveColumn(mapper.StageName, Schema[column.Index].Name);
        }

        int output = column.Index - mapper.InputSchema.Count;
        return output < 0
            ? input.GetGetter<TValue>(mapper.InputSchema[column.Index])
            : work!.NewGetter(output, currentSlot) as ValueGetter<TValue>
                ?? throw Throw.WrongGetterType(mapper.StageName, Schema[column.Index].Name, typeof(TValue), Schema[column.Index].Type.RawType);
    }

    /// <summary>Frees what the stage keeps from batch to batch.</summary>
    public void Dispose() => work?.Dispose();
}
