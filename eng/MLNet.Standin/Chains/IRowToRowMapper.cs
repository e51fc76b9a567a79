namespace Microsoft.ML.Data;

/// <summary>Computes rows of one schema from rows of another.</summary>
public interface IRowToRowMapper
{
    /// <summary>The schema of the rows that come in.</summary>
    DataViewSchema InputSchema { get; }

    /// <summary>The schema of the rows that come out.</summary>
    DataViewSchema OutputSchema { get; }

    /// <summary>The input columns that are needed for some output columns.</summary>
    IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns);

    /// <summary>The row that is computed from whatever row the input stands on.</summary>
    DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns);
}
