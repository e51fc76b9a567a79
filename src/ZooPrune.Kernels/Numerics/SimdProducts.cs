using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZooPrune;

/// <summary>P += X Y^T in registers: blocks of three rows of X and four of Y, so that each value loaded is used several times.</summary>
/// <remarks>
/// Every product is one chain of multiply-adds over the depth, a register wide, cut into slices of <see cref="Depth"/>; then the
/// register is summed and the odd values at the end are added. The chain is the same in a block of 3 x 4 and in a single product:
/// blocks change the speed, never a bit.
/// </remarks>
internal static class SimdProducts<TVector, TWidth>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    // A slice of four rows of Y fits the first-level cache beside three of X; a multiple of every register width.
    private const int Depth = 1024;

    public static void Add(in MatrixView x, in MatrixView y, Span<float> product, int stride)
    {
        if (x.Rows == 0 || y.Rows == 0)
        {
            return;
        }

        // The blocks below index without bounds: the last product is touched here once, checked.
        _ = product[((x.Rows - 1) * stride) + y.Rows - 1];
        for (int from = 0; from < x.Columns; from += Depth)
        {
            int depth = Math.Min(Depth, x.Columns - from);
            AddSlice(x.Slice(0, x.Rows, from, depth), y.Slice(0, y.Rows, from, depth), product, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSlice(in MatrixView x, in MatrixView y, Span<float> product, int stride)
    {
        int j = 0;
        for (; j + 4 <= y.Rows; j += 4)
        {
            ref readonly float yRows = ref MemoryMarshal.GetReference(y[j]);
            int i = 0;
            for (; i + 3 <= x.Rows; i += 3)
            {
                Add3x4(in MemoryMarshal.GetReference(x[i]), x.Stride, in yRows, y.Stride, x.Columns, ref product[(i * stride) + j], stride);
            }

            for (; i < x.Rows; i++)
            {
                Add1x4(in MemoryMarshal.GetReference(x[i]), in yRows, y.Stride, x.Columns, ref product[(i * stride) + j]);
            }
        }

        for (; j < y.Rows; j++)
        {
            for (int i = 0; i < x.Rows; i++)
            {
                product[(i * stride) + j] += Product(in MemoryMarshal.GetReference(x[i]), in MemoryMarshal.GetReference(y[j]), x.Columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add3x4(
        ref readonly float x, int xStride, ref readonly float y, int yStride, int depth, ref float product, int stride)
    {
        ref float x0 = ref Unsafe.AsRef(in x);
        ref float x1 = ref Unsafe.Add(ref x0, xStride);
        ref float x2 = ref Unsafe.Add(ref x1, xStride);
        ref float y0 = ref Unsafe.AsRef(in y);
        ref float y1 = ref Unsafe.Add(ref y0, yStride);
        ref float y2 = ref Unsafe.Add(ref y1, yStride);
        ref float y3 = ref Unsafe.Add(ref y2, yStride);
        TVector s00 = TWidth.Zero, s01 = TWidth.Zero, s02 = TWidth.Zero, s03 = TWidth.Zero;
        TVector s10 = TWidth.Zero, s11 = TWidth.Zero, s12 = TWidth.Zero, s13 = TWidth.Zero;
        TVector s20 = TWidth.Zero, s21 = TWidth.Zero, s22 = TWidth.Zero, s23 = TWidth.Zero;

        nuint vectorized = (nuint)(depth - (depth % TWidth.Count));
        for (nuint k = 0; k < vectorized; k += (nuint)TWidth.Count)
        {
            TVector a = TWidth.Load(in x0, k);
            TVector b = TWidth.Load(in x1, k);
            TVector c = TWidth.Load(in x2, k);
            TVector column = TWidth.Load(in y0, k);
            s00 = TWidth.MultiplyAdd(a, column, s00);
            s10 = TWidth.MultiplyAdd(b, column, s10);
            s20 = TWidth.MultiplyAdd(c, column, s20);
            column = TWidth.Load(in y1, k);
            s01 = TWidth.MultiplyAdd(a, column, s01);
            s11 = TWidth.MultiplyAdd(b, column, s11);
            s21 = TWidth.MultiplyAdd(c, column, s21);
            column = TWidth.Load(in y2, k);
            s02 = TWidth.MultiplyAdd(a, column, s02);
            s12 = TWidth.MultiplyAdd(b, column, s12);
            s22 = TWidth.MultiplyAdd(c, column, s22);
            column = TWidth.Load(in y3, k);
            s03 = TWidth.MultiplyAdd(a, column, s03);
            s13 = TWidth.MultiplyAdd(b, column, s13);
            s23 = TWidth.MultiplyAdd(c, column, s23);
        }

        int from = (int)vectorized;
        product += Finish(s00, in x0, in y0, from, depth);
        Unsafe.Add(ref product, 1) += Finish(s01, in x0, in y1, from, depth);
        Unsafe.Add(ref product, 2) += Finish(s02, in x0, in y2, from, depth);
        Unsafe.Add(ref product, 3) += Finish(s03, in x0, in y3, from, depth);
        Unsafe.Add(ref product, stride) += Finish(s10, in x1, in y0, from, depth);
        Unsafe.Add(ref product, stride + 1) += Finish(s11, in x1, in y1, from, depth);
        Unsafe.Add(ref product, stride + 2) += Finish(s12, in x1, in y2, from, depth);
        Unsafe.Add(ref product, stride + 3) += Finish(s13, in x1, in y3, from, depth);
        Unsafe.Add(ref product, 2 * stride) += Finish(s20, in x2, in y0, from, depth);
        Unsafe.Add(ref product, (2 * stride) + 1) += Finish(s21, in x2, in y1, from, depth);
        Unsafe.Add(ref product, (2 * stride) + 2) += Finish(s22, in x2, in y2, from, depth);
        Unsafe.Add(ref product, (2 * stride) + 3) += Finish(s23, in x2, in y3, from, depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add1x4(ref readonly float x, ref readonly float y, int yStride, int depth, ref float product)
    {
        ref float y0 = ref Unsafe.AsRef(in y);
        ref float y1 = ref Unsafe.Add(ref y0, yStride);
        ref float y2 = ref Unsafe.Add(ref y1, yStride);
        ref float y3 = ref Unsafe.Add(ref y2, yStride);
        TVector s0 = TWidth.Zero, s1 = TWidth.Zero, s2 = TWidth.Zero, s3 = TWidth.Zero;

        nuint vectorized = (nuint)(depth - (depth % TWidth.Count));
        for (nuint k = 0; k < vectorized; k += (nuint)TWidth.Count)
        {
            TVector a = TWidth.Load(in x, k);
            s0 = TWidth.MultiplyAdd(a, TWidth.Load(in y0, k), s0);
            s1 = TWidth.MultiplyAdd(a, TWidth.Load(in y1, k), s1);
            s2 = TWidth.MultiplyAdd(a, TWidth.Load(in y2, k), s2);
            s3 = TWidth.MultiplyAdd(a, TWidth.Load(in y3, k), s3);
        }

        int from = (int)vectorized;
        product += Finish(s0, in x, in y0, from, depth);
        Unsafe.Add(ref product, 1) += Finish(s1, in x, in y1, from, depth);
        Unsafe.Add(ref product, 2) += Finish(s2, in x, in y2, from, depth);
        Unsafe.Add(ref product, 3) += Finish(s3, in x, in y3, from, depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Product(ref readonly float x, ref readonly float y, int depth)
    {
        TVector sum = TWidth.Zero;
        nuint vectorized = (nuint)(depth - (depth % TWidth.Count));
        for (nuint k = 0; k < vectorized; k += (nuint)TWidth.Count)
        {
            sum = TWidth.MultiplyAdd(TWidth.Load(in x, k), TWidth.Load(in y, k), sum);
        }

        return Finish(sum, in x, in y, (int)vectorized, depth);
    }

    /// <summary>The sum of a register, plus the products from <paramref name="from"/> on that filled no register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish(TVector sums, ref readonly float x, ref readonly float y, int from, int depth)
    {
        float sum = TWidth.Sum(sums);
        for (int k = from; k < depth; k++)
        {
            sum += Unsafe.Add(ref Unsafe.AsRef(in x), k) * Unsafe.Add(ref Unsafe.AsRef(in y), k);
        }

        return sum;
    }
}
