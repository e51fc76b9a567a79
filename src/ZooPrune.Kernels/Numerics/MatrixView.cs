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
