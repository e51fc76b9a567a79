namespace ZooPrune;

/// <summary>
/// The directions along which tokens are nudged: m rows of width D, each of length 1, shared by all tokens (ZOO-Prune, eq. 2).
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed class DirectionBank
{
    private readonly float[] _rows;

    private DirectionBank(float[] rows, int count, int width)
    {
        _rows = rows;
        Count = count;
        Width = width;
    }

    /// <summary>m, the number of directions.</summary>
    public int Count { get; }

    /// <summary>D, the width of a direction.</summary>
    public int Width { get; }

    /// <summary>One direction, [D], of length 1 up to rounding.</summary>
    /// <param name="index">0 to m - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such direction.</exception>
    public ReadOnlySpan<float> this[int index] =>
        (uint)index < (uint)Count ? _rows.AsSpan(index * Width, Width) : throw Throw.NoSuchDirection(index, Count, nameof(index));

    /// <summary>Random directions: u ~ N(0, I), divided by its own length.</summary>
    /// <remarks>
    /// The value at (seed, direction, element) depends on these three alone: a larger bank begins with the smaller one, and
    /// every machine gets the same numbers (to the last bits of its logarithm and cosine).
    /// </remarks>
    /// <param name="count">m; at least 1.</param>
    /// <param name="width">D; at least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The bank.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count or the width is below 1.</exception>
    /// <exception cref="ArgumentException">The bank would not fit into one array.</exception>
    public static DirectionBank Gaussian(int count, int width, int seed)
    {
        CheckShape(count, width);
        float[] rows = new float[count * width];
        for (int direction = 0; direction < count; direction++)
        {
            Span<float> row = rows.AsSpan(direction * width, width);
            ulong stream = CounterHash.Stream(seed, direction);
            for (int element = 0; element < row.Length; element++)
            {
                row[element] = Gaussian(CounterHash.Bits(stream, element));
            }

            Normalize(row);
        }

        return new DirectionBank(rows, count, width);
    }

    /// <summary>Given directions. Each row is divided by its own length, so rows of any length above 0 may be passed.</summary>
    /// <param name="rows">Row-major [m, D]; copied.</param>
    /// <param name="count">m; at least 1.</param>
    /// <param name="width">D; at least 1.</param>
    /// <returns>The bank.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count or the width is below 1.</exception>
    /// <exception cref="ArgumentException">The rows have another size, hold NaN or infinity, or one of them is all zeros.</exception>
    public static DirectionBank FromRows(ReadOnlySpan<float> rows, int count, int width)
    {
        CheckShape(count, width);
        if (rows.Length != count * width)
        {
            throw Throw.WrongLength("Directions", rows.Length, "m x D", count * width, nameof(rows));
        }

        int bad = FiniteCheck.FirstNotFinite(rows);
        if (bad >= 0)
        {
            throw Throw.DirectionNotFinite(bad / width, bad % width, rows[bad], nameof(rows));
        }

        float[] copy = rows.ToArray();
        for (int direction = 0; direction < count; direction++)
        {
            if (!Normalize(copy.AsSpan(direction * width, width)))
            {
                throw Throw.DirectionZero(direction, nameof(rows));
            }
        }

        return new DirectionBank(copy, count, width);
    }

    /// <summary>A normal deviate from 64 random bits (Box and Muller 1958): two uniforms of 32 bits each.</summary>
    private static float Gaussian(ulong bits)
    {
        const double Unit = 1.0 / (1L << 32);
        double radius = ((bits >> 32) + 0.5) * Unit;
        double turn = (uint)bits * Unit;
        return (float)(Math.Sqrt(-2 * Math.Log(radius)) * Math.Cos(2 * Math.PI * turn));
    }

    private static bool Normalize(Span<float> row)
    {
        double length = Math.Sqrt(DoubleSums.SumOfSquares(row));
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = (float)(row[i] / length);
        }

        return length > 0;
    }

    private static void CheckShape(int count, int width)
    {
        if (count < 1)
        {
            throw Throw.SizeBelowOne("Directions", count, nameof(count));
        }

        if (width < 1)
        {
            throw Throw.SizeBelowOne("Directions", width, nameof(width));
        }

        if ((long)count * width > Array.MaxLength)
        {
            throw Throw.SizeTooLarge("Directions", (long)count * width, nameof(count));
        }
    }
}
