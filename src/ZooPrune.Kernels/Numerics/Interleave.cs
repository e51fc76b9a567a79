using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ZooPrune;

/// <summary>Copies rows into strips (see <see cref="PackedView"/>) and transposes. Copies only: no bit of a value changes.</summary>
internal static class Interleave
{
    // Columns at a time, so that the piece of a strip that is being filled stays in the first-level cache.
    private const int Columns = 128;

    /// <summary>Copies all rows into strips; what is left of the last strip becomes 0.</summary>
    public static void Rows(in MatrixView rows, int stripRows, Span<float> strips)
    {
        for (int first = 0; first < rows.Rows; first += stripRows)
        {
            MatrixView part = rows.Slice(first, Math.Min(stripRows, rows.Rows - first), 0, rows.Columns);
            Strip(part, stripRows, strips.Slice(first * rows.Columns, stripRows * rows.Columns));
        }
    }

    /// <summary>Copies at most <paramref name="stripRows"/> rows into one strip; rows that are missing become 0.</summary>
    public static void Strip(in MatrixView rows, int stripRows, Span<float> strip)
    {
        if (rows.Rows < stripRows)
        {
            strip[..(stripRows * rows.Columns)].Clear();
        }

        for (int from = 0; from < rows.Columns; from += Columns)
        {
            int columns = Math.Min(Columns, rows.Columns - from);
            Transpose(rows.Slice(0, rows.Rows, from, columns), strip.Slice(from * stripRows, columns * stripRows), stripRows);
        }
    }

    /// <summary>Effectively computes target[k, i] = source[i, k].</summary>
    /// <param name="source">[rows, columns].</param>
    /// <param name="target">[columns, rows]; its row k starts at k * <paramref name="stride"/>.</param>
    /// <param name="stride">Distance between the starts of two rows of the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(in MatrixView source, Span<float> target, int stride)
    {
        if (source.Rows == 0 || source.Columns == 0)
        {
            return;
        }

        // The loops index without bounds: both last values are touched here once, checked.
        _ = source[source.Rows - 1][source.Columns - 1];
        _ = target[((source.Columns - 1) * stride) + source.Rows - 1];
        ref float from = ref MemoryMarshal.GetReference(source[0]);
        ref float to = ref MemoryMarshal.GetReference(target);
        int row = 0;
        for (; row + 4 <= source.Rows; row += 4)
        {
            int column = 0;
            for (; column + 4 <= source.Columns; column += 4)
            {
                Transpose4x4(
                    ref Unsafe.Add(ref from, ((nint)row * source.Stride) + column),
                    source.Stride,
                    ref Unsafe.Add(ref to, ((nint)column * stride) + row),
                    stride);
            }

            Copy(ref from, source.Stride, row, 4, column, source.Columns, ref to, stride);
        }

        Copy(ref from, source.Stride, row, source.Rows - row, 0, source.Columns, ref to, stride);
    }

    private static void Copy(
        ref float from, int fromStride, int firstRow, int rows, int firstColumn, int endColumn, ref float to, int toStride)
    {
        for (int column = firstColumn; column < endColumn; column++)
        {
            for (int row = firstRow; row < firstRow + rows; row++)
            {
                Unsafe.Add(ref to, ((nint)column * toStride) + row) = Unsafe.Add(ref from, ((nint)row * fromStride) + column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x4(ref float from, nint fromStride, ref float to, nint toStride)
    {
        Vector128<float> a = Vector128.LoadUnsafe(ref from);
        Vector128<float> b = Vector128.LoadUnsafe(ref from, (nuint)fromStride);
        Vector128<float> c = Vector128.LoadUnsafe(ref from, (nuint)(2 * fromStride));
        Vector128<float> d = Vector128.LoadUnsafe(ref from, (nuint)(3 * fromStride));

        // a0 c0 a1 c1, a2 c2 a3 c3 and the same of b and d; zipped once more they are the columns.
        Vector128<float> acLow = ZipLow(a, c);
        Vector128<float> acHigh = ZipHigh(a, c);
        Vector128<float> bdLow = ZipLow(b, d);
        Vector128<float> bdHigh = ZipHigh(b, d);
        ZipLow(acLow, bdLow).StoreUnsafe(ref to);
        ZipHigh(acLow, bdLow).StoreUnsafe(ref to, (nuint)toStride);
        ZipLow(acHigh, bdHigh).StoreUnsafe(ref to, (nuint)(2 * toStride));
        ZipHigh(acHigh, bdHigh).StoreUnsafe(ref to, (nuint)(3 * toStride));
    }

    /// <summary>x0 y0 x1 y1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackLow(x, y)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y)
        : Vector128.Create(x[0], y[0], x[1], y[1]);

    /// <summary>x2 y2 x3 y3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackHigh(x, y)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y)
        : Vector128.Create(x[2], y[2], x[3], y[3]);
}
