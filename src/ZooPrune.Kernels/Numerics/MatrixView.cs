namespace ZooPrune;

/// <summary>A row-major matrix inside somebody else's memory; the rows may lie further apart than they are wide.</summary>
internal readonly ref struct MatrixView
{
    private readonly ReadOnlySpan<float> _values;

    /// <summary>Views <paramref name="values"/> as [rows, columns].</summary>
    /// <param name="values">The first row starts at its first value.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Width of a row.</param>
    /// <param name="stride">Distance between the starts of two rows; at least <paramref name="columns"/>.</param>
    public MatrixView(ReadOnlySpan<float> values, int rows, int columns, int stride)
    {
        _values = values;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>Views <paramref name="values"/> as [rows, columns] without gaps.</summary>
    public MatrixView(ReadOnlySpan<float> values, int rows, int columns)
        : this(values, rows, columns, columns)
    {
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> this[int row] => _values.Slice(row * Stride, Columns);

    /// <summary>Some of the rows and columns.</summary>
    public MatrixView Slice(int firstRow, int rows, int firstColumn, int columns) =>
        new(_values[((firstRow * Stride) + firstColumn)..], rows, columns, Stride);
}

/// <summary>
/// A matrix in the order in which products read it, inside somebody else's memory: strips of <see cref="StripRows"/> rows, and in a
/// strip the first value of each of its rows, then the second of each, and so on. The last strip is filled up with rows nobody reads.
/// </summary>
internal readonly ref struct PackedView
{
    private readonly ReadOnlySpan<float> _values;
    private readonly int _depth;

    /// <summary>Views <paramref name="values"/> as packed [rows, columns].</summary>
    /// <param name="values">The strips; <see cref="Length"/> values.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Width of a row.</param>
    /// <param name="stripRows">Rows of a strip: <see cref="ITokenKernels.StripRows"/> of the set that packed them.</param>
    public PackedView(ReadOnlySpan<float> values, int rows, int columns, int stripRows)
        : this(values, rows, columns, stripRows, columns)
    {
    }

    private PackedView(ReadOnlySpan<float> values, int rows, int columns, int stripRows, int depth)
    {
        _values = values;
        _depth = depth;
        Rows = rows;
        Columns = columns;
        StripRows = stripRows;
    }

    public int Rows { get; }

    public int Columns { get; }

    public int StripRows { get; }

    /// <summary>Distance between the starts of two strips.</summary>
    public int StripStride => StripRows * _depth;

    /// <summary>The first value of the first strip and all that follow.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>One value.</summary>
    public float this[int row, int column] =>
        _values[(row / StripRows * StripStride) + (column * StripRows) + (row % StripRows)];

    /// <summary>How many floats the strips of a matrix take.</summary>
    public static long Length(int rows, int columns, int stripRows) => ((long)rows + stripRows - 1) / stripRows * stripRows * columns;

    /// <summary>Some of the rows and columns. The first row must begin a strip, unless only one row is taken.</summary>
    public PackedView Slice(int firstRow, int rows, int firstColumn, int columns)
    {
        int start = (firstRow / StripRows * StripStride) + (firstColumn * StripRows) + (firstRow % StripRows);
        return new PackedView(_values[start..], rows, columns, StripRows, _depth);
    }
}

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
