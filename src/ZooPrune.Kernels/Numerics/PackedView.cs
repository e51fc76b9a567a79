namespace ZooPrune;

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
