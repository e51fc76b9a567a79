using System.Runtime.CompilerServices;

namespace ZooPrune;

/// <summary>
/// A block of products that fits the registers: some rows of one strip of X with some strips of Y, over a slice of the depth.
/// </summary>
internal interface IProductBlock
{
    /// <summary>Rows of X; divides the rows of a strip.</summary>
    static abstract int Rows { get; }

    /// <summary>Strips of Y.</summary>
    static abstract int Strips { get; }

    /// <summary>Effectively computes product[i, j] += x_i . y_j, each product one chain of multiply-adds.</summary>
    /// <param name="x">The first value of the first row; the next row follows it.</param>
    /// <param name="y">The first strip.</param>
    /// <param name="second">Where the second strip begins, counted from the first.</param>
    /// <param name="third">Where the third strip begins, for blocks of three.</param>
    /// <param name="depth">Length of the chains.</param>
    /// <param name="product">Where the products are added, a row every <paramref name="stride"/> values.</param>
    /// <param name="stride">Distance between the starts of two rows of products.</param>
    static abstract void Add(ref float x, ref float y, nint second, nint third, int depth, ref float product, nint stride);
}

/// <summary>The blocks of <see cref="SimdProducts{TVector, TWidth}"/>.</summary>
internal static class SimdProductBlocks<TVector, TWidth>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    /// <summary>Twelve registers of sums: for machines with sixteen.</summary>
    public readonly struct Block4x3 : IProductBlock
    {
        public static int Rows => 4;

        public static int Strips => 3;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Add(ref float x, ref float y, nint second, nint third, int depth, ref float product, nint stride)
        {
            ref float y1 = ref Unsafe.Add(ref y, second);
            ref float y2 = ref Unsafe.Add(ref y, third);
            TVector s00 = TWidth.Zero, s01 = TWidth.Zero, s02 = TWidth.Zero;
            TVector s10 = TWidth.Zero, s11 = TWidth.Zero, s12 = TWidth.Zero;
            TVector s20 = TWidth.Zero, s21 = TWidth.Zero, s22 = TWidth.Zero;
            TVector s30 = TWidth.Zero, s31 = TWidth.Zero, s32 = TWidth.Zero;
            nuint end = (nuint)(depth * TWidth.Count);
            for (nuint k = 0; k < end; k += (nuint)TWidth.Count)
            {
                TVector a = TWidth.Load(in y, k);
                TVector b = TWidth.Load(in y1, k);
                TVector c = TWidth.Load(in y2, k);
                TVector x0 = TWidth.Create(Unsafe.Add(ref x, k));
                s00 = TWidth.MultiplyAdd(x0, a, s00);
                s01 = TWidth.MultiplyAdd(x0, b, s01);
                s02 = TWidth.MultiplyAdd(x0, c, s02);
                TVector x1 = TWidth.Create(Unsafe.Add(ref x, k + 1));
                s10 = TWidth.MultiplyAdd(x1, a, s10);
                s11 = TWidth.MultiplyAdd(x1, b, s11);
                s12 = TWidth.MultiplyAdd(x1, c, s12);
                TVector x2 = TWidth.Create(Unsafe.Add(ref x, k + 2));
                s20 = TWidth.MultiplyAdd(x2, a, s20);
                s21 = TWidth.MultiplyAdd(x2, b, s21);
                s22 = TWidth.MultiplyAdd(x2, c, s22);
                TVector x3 = TWidth.Create(Unsafe.Add(ref x, k + 3));
                s30 = TWidth.MultiplyAdd(x3, a, s30);
                s31 = TWidth.MultiplyAdd(x3, b, s31);
                s32 = TWidth.MultiplyAdd(x3, c, s32);
            }

            AddRow(s00, s01, s02, ref product);
            AddRow(s10, s11, s12, ref Unsafe.Add(ref product, stride));
            AddRow(s20, s21, s22, ref Unsafe.Add(ref product, 2 * stride));
            AddRow(s30, s31, s32, ref Unsafe.Add(ref product, 3 * stride));
        }
    }

    /// <summary>Sixteen registers of sums: for machines with thirty-two.</summary>
    public readonly struct Block8x2 : IProductBlock
    {
        public static int Rows => 8;

        public static int Strips => 2;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Add(ref float x, ref float y, nint second, nint third, int depth, ref float product, nint stride)
        {
            ref float y1 = ref Unsafe.Add(ref y, second);
            TVector s00 = TWidth.Zero, s01 = TWidth.Zero;
            TVector s10 = TWidth.Zero, s11 = TWidth.Zero;
            TVector s20 = TWidth.Zero, s21 = TWidth.Zero;
            TVector s30 = TWidth.Zero, s31 = TWidth.Zero;
            TVector s40 = TWidth.Zero, s41 = TWidth.Zero;
            TVector s50 = TWidth.Zero, s51 = TWidth.Zero;
            TVector s60 = TWidth.Zero, s61 = TWidth.Zero;
            TVector s70 = TWidth.Zero, s71 = TWidth.Zero;
            nuint end = (nuint)(depth * TWidth.Count);
            for (nuint k = 0; k < end; k += (nuint)TWidth.Count)
            {
                TVector a = TWidth.Load(in y, k);
                TVector b = TWidth.Load(in y1, k);
                TVector x0 = TWidth.Create(Unsafe.Add(ref x, k));
                s00 = TWidth.MultiplyAdd(x0, a, s00);
                s01 = TWidth.MultiplyAdd(x0, b, s01);
                TVector x1 = TWidth.Create(Unsafe.Add(ref x, k + 1));
                s10 = TWidth.MultiplyAdd(x1, a, s10);
                s11 = TWidth.MultiplyAdd(x1, b, s11);
                TVector x2 = TWidth.Create(Unsafe.Add(ref x, k + 2));
                s20 = TWidth.MultiplyAdd(x2, a, s20);
                s21 = TWidth.MultiplyAdd(x2, b, s21);
                TVector x3 = TWidth.Create(Unsafe.Add(ref x, k + 3));
                s30 = TWidth.MultiplyAdd(x3, a, s30);
                s31 = TWidth.MultiplyAdd(x3, b, s31);
                TVector x4 = TWidth.Create(Unsafe.Add(ref x, k + 4));
                s40 = TWidth.MultiplyAdd(x4, a, s40);
                s41 = TWidth.MultiplyAdd(x4, b, s41);
                TVector x5 = TWidth.Create(Unsafe.Add(ref x, k + 5));
                s50 = TWidth.MultiplyAdd(x5, a, s50);
                s51 = TWidth.MultiplyAdd(x5, b, s51);
                TVector x6 = TWidth.Create(Unsafe.Add(ref x, k + 6));
                s60 = TWidth.MultiplyAdd(x6, a, s60);
                s61 = TWidth.MultiplyAdd(x6, b, s61);
                TVector x7 = TWidth.Create(Unsafe.Add(ref x, k + 7));
                s70 = TWidth.MultiplyAdd(x7, a, s70);
                s71 = TWidth.MultiplyAdd(x7, b, s71);
            }

            AddRow(s00, s01, ref product);
            AddRow(s10, s11, ref Unsafe.Add(ref product, stride));
            AddRow(s20, s21, ref Unsafe.Add(ref product, 2 * stride));
            AddRow(s30, s31, ref Unsafe.Add(ref product, 3 * stride));
            AddRow(s40, s41, ref Unsafe.Add(ref product, 4 * stride));
            AddRow(s50, s51, ref Unsafe.Add(ref product, 5 * stride));
            AddRow(s60, s61, ref Unsafe.Add(ref product, 6 * stride));
            AddRow(s70, s71, ref Unsafe.Add(ref product, 7 * stride));
        }
    }

    /// <summary>A single row.</summary>
    public readonly struct Block1x3 : IProductBlock
    {
        public static int Rows => 1;

        public static int Strips => 3;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Add(ref float x, ref float y, nint second, nint third, int depth, ref float product, nint stride)
        {
            ref float y1 = ref Unsafe.Add(ref y, second);
            ref float y2 = ref Unsafe.Add(ref y, third);
            TVector s00 = TWidth.Zero, s01 = TWidth.Zero, s02 = TWidth.Zero;
            nuint end = (nuint)(depth * TWidth.Count);
            for (nuint k = 0; k < end; k += (nuint)TWidth.Count)
            {
                TVector a = TWidth.Load(in y, k);
                TVector b = TWidth.Load(in y1, k);
                TVector c = TWidth.Load(in y2, k);
                TVector x0 = TWidth.Create(Unsafe.Add(ref x, k));
                s00 = TWidth.MultiplyAdd(x0, a, s00);
                s01 = TWidth.MultiplyAdd(x0, b, s01);
                s02 = TWidth.MultiplyAdd(x0, c, s02);
            }

            AddRow(s00, s01, s02, ref product);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(TVector a, TVector b, ref float product)
    {
        TWidth.Store(TWidth.Add(TWidth.Load(in product, 0), a), ref product, 0);
        TWidth.Store(TWidth.Add(TWidth.Load(in product, (nuint)TWidth.Count), b), ref product, (nuint)TWidth.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(TVector a, TVector b, TVector c, ref float product)
    {
        AddRow(a, b, ref product);
        TWidth.Store(TWidth.Add(TWidth.Load(in product, (nuint)(2 * TWidth.Count)), c), ref product, (nuint)(2 * TWidth.Count));
    }
}
