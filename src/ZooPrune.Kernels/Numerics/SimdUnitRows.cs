using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZooPrune;

/// <summary>Packs rows and makes them unit length on the way: a register holds one column of a strip, a lane is a row.</summary>
/// <remarks>Lengths are summed in four chains over each slice of columns, whatever the width of the registers.</remarks>
internal static class SimdUnitRows<TVector, TWidth>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    private const int Slice = 128;
    private const int Chains = 4;

    // Within these bounds a sum of float squares has neither overflowed nor lost what underflowed.
    private const float LeastSquares = 1e-24f;
    private const float MostSquares = 1e30f;

    public static void Pack(in MatrixView rows, ReadOnlySpan<float> offset, Span<float> strips)
    {
        Span<float> factors = stackalloc float[2 * TWidth.Count];
        for (int first = 0; first < rows.Rows; first += TWidth.Count)
        {
            MatrixView part = rows.Slice(first, Math.Min(TWidth.Count, rows.Rows - first), 0, rows.Columns);
            Span<float> strip = strips.Slice(first * rows.Columns, TWidth.Count * rows.Columns);
            TVector squares = PackMoved(part, offset, strip);
            TWidth.Store(squares, ref MemoryMarshal.GetReference(factors), 0);
            for (int row = 0; row < TWidth.Count; row++)
            {
                (factors[row], factors[TWidth.Count + row]) = Factors(factors[row], strip, row);
            }

            Scale(strip, in MemoryMarshal.GetReference(factors));
        }
    }

    /// <summary>Packs row - offset and returns the sums of squares.</summary>
    private static TVector PackMoved(in MatrixView rows, ReadOnlySpan<float> offset, Span<float> strip)
    {
        TVector squares = TWidth.Zero;
        for (int from = 0; from < rows.Columns; from += Slice)
        {
            int columns = Math.Min(Slice, rows.Columns - from);
            Span<float> part = strip.Slice(from * TWidth.Count, columns * TWidth.Count);
            Interleave.Strip(rows.Slice(0, rows.Rows, from, columns), TWidth.Count, part);
            if (!offset.IsEmpty)
            {
                Move(part, offset.Slice(from, columns));
            }

            squares = TWidth.Add(squares, Squares(part));
        }

        return squares;
    }

    /// <summary>
    /// Two numbers whose product is 1 / length. The first is a power of two, so that neither a huge nor a tiny row loses anything;
    /// the second is 0 for a row of zeros.
    /// </summary>
    private static (float First, float Second) Factors(float squares, ReadOnlySpan<float> strip, int row)
    {
        if (squares is >= LeastSquares and <= MostSquares)
        {
            return (1, (float)(1 / Math.Sqrt(squares)));
        }

        double exact = 0;
        for (int k = row; k < strip.Length; k += TWidth.Count)
        {
            exact += (double)strip[k] * strip[k];
        }

        double length = Math.Sqrt(exact);
        float first = length > 1 ? MathF.ScaleB(1, -100) : MathF.ScaleB(1, 100);
        return (first, length == 0 ? 0 : (float)(1 / (length * first)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move(Span<float> strip, ReadOnlySpan<float> offset)
    {
        ref float values = ref MemoryMarshal.GetReference(strip);
        for (int k = 0; k < offset.Length; k++)
        {
            nuint place = (nuint)(k * TWidth.Count);
            TWidth.Store(TWidth.Subtract(TWidth.Load(in values, place), TWidth.Create(offset[k])), ref values, place);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TVector Squares(ReadOnlySpan<float> strip)
    {
        ref readonly float values = ref MemoryMarshal.GetReference(strip);
        TVector s0 = TWidth.Zero, s1 = TWidth.Zero, s2 = TWidth.Zero, s3 = TWidth.Zero;
        int k = 0;
        for (; k + (Chains * TWidth.Count) <= strip.Length; k += Chains * TWidth.Count)
        {
            TVector x0 = TWidth.Load(in values, (nuint)k);
            TVector x1 = TWidth.Load(in values, (nuint)(k + TWidth.Count));
            TVector x2 = TWidth.Load(in values, (nuint)(k + (2 * TWidth.Count)));
            TVector x3 = TWidth.Load(in values, (nuint)(k + (3 * TWidth.Count)));
            s0 = TWidth.MultiplyAdd(x0, x0, s0);
            s1 = TWidth.MultiplyAdd(x1, x1, s1);
            s2 = TWidth.MultiplyAdd(x2, x2, s2);
            s3 = TWidth.MultiplyAdd(x3, x3, s3);
        }

        for (; k < strip.Length; k += TWidth.Count)
        {
            TVector x = TWidth.Load(in values, (nuint)k);
            s0 = TWidth.MultiplyAdd(x, x, s0);
        }

        return TWidth.Add(TWidth.Add(s0, s1), TWidth.Add(s2, s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(Span<float> strip, ref readonly float factors)
    {
        ref float values = ref MemoryMarshal.GetReference(strip);
        TVector first = TWidth.Load(in factors, 0);
        TVector second = TWidth.Load(in factors, (nuint)TWidth.Count);
        for (int k = 0; k < strip.Length; k += TWidth.Count)
        {
            TVector x = TWidth.Load(in values, (nuint)k);
            TWidth.Store(TWidth.Multiply(TWidth.Multiply(x, first), second), ref values, (nuint)k);
        }
    }
}
