namespace Microsoft.ML.Data;

/// <summary>One column that is computed from another.</summary>
internal sealed class OneToOne : IAddedColumns
{
    private readonly int _input;
    private readonly Func<DataViewRow, IAddedValues> _open;

    public OneToOne(DataViewSchema.DetachedColumn output, DataViewSchema.Column input, Func<DataViewRow, IAddedValues> open)
    {
        Columns = [output];
        _input = input.Index;
        _open = open;
    }

    public IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; }

    public IEnumerable<int> InputsOf(ColumnSet wanted) => wanted.Count > 0 ? [_input] : [];

    public IAddedValues Open(DataViewRow input, ColumnSet wanted) => wanted.Count > 0 ? _open(input) : new AddedValues([null]);
}
