namespace Microsoft.ML.Data;

/// <summary>What a stage adds to the rows of one schema. All that a stage has to write about rows is here.</summary>
internal interface IAddedColumns
{
    /// <summary>The added columns.</summary>
    IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; }

    /// <summary>The input columns, by index, that the wanted ones of the added columns need.</summary>
    IEnumerable<int> InputsOf(ColumnSet wanted);

    /// <summary>Computes the wanted ones of the added columns from wherever the row stands.</summary>
    IAddedValues Open(DataViewRow input, ColumnSet wanted);
}
