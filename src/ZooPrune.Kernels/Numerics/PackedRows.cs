namespace ZooPrune;

/// <summary>A matrix that is multiplied many times, such as a weight: packed once, in memory of its own.</summary>
/// <remarks>Immutable. Only the kernel set that packed it can multiply by it.</remarks>
internal sealed class PackedRows
{
    private readonly FloatBuffer _values = new();
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _stripRows;

    /// <summary>Packs a copy of <paramref name="rows"/>.</summary>
    public PackedRows(in MatrixView rows, ITokenKernels kernels)
    {
        _rows = rows.Rows;
        _columns = rows.Columns;
        _stripRows = kernels.StripRows;
        kernels.PackRows(rows, _values.Floats(PackedView.Length(_rows, _columns, _stripRows)));
    }

    /// <summary>The packed matrix.</summary>
    public PackedView View =>
        new(_values.Floats(PackedView.Length(_rows, _columns, _stripRows)), _rows, _columns, _stripRows);
}
