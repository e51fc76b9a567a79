namespace ZooPrune;

/// <summary>
/// Rows of a caller's span that is held in place by <c>fixed</c>, so that several threads can write their own rows of it.
/// </summary>
internal readonly unsafe struct PinnedRows
{
    private readonly float* _start;
    private readonly int _width;

    /// <summary>Rows of <paramref name="width"/> values from <paramref name="start"/> on, valid as long as the memory is held.</summary>
    public PinnedRows(float* start, int width)
    {
        _start = start;
        _width = width;
    }

    /// <summary><paramref name="count"/> rows from <paramref name="first"/> on.</summary>
    public Span<float> Rows(int first, int count) => new(_start + ((nint)first * _width), count * _width);
}
