using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>An input row together with where in it each input column of a stage is.</summary>
internal sealed class BoundRow(DataViewRow row, InputBinding binding)
{
    /// <summary>Position of the current row; negative off the rows.</summary>
    public long Position => row.Position;

    /// <summary>The type of an input column, or null if the input lacks this optional column.</summary>
    public DataViewType? TypeOf(InputColumn column) => binding.Find(column)?.Type;

    /// <summary>The cell of a scalar column that is there.</summary>
    public ScalarInput<T> Scalar<T>(InputColumn column) => new(column, row.GetGetter<T>(binding.Find(column)!.Value));

    /// <summary>The cell of a vector column that is there.</summary>
    public VectorInput<T> Vector<T>(InputColumn column) => new(column, row.GetGetter<VBuffer<T>>(binding.Find(column)!.Value));
}
