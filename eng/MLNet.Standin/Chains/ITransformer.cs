using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>A stage: schemas are checked at once, rows are computed while they are read.</summary>
public interface ITransformer : ICanSaveModel
{
    /// <summary>Whether every row comes from one row.</summary>
    bool IsRowToRowMapper { get; }

    /// <summary>The schema of what comes out.</summary>
    DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

    /// <summary>The view of what comes out.</summary>
    IDataView Transform(IDataView input);

    /// <summary>The stage for single rows; throws unless <see cref="IsRowToRowMapper"/>.</summary>
    IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema);
}
