using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZooPrune;

/// <summary>
/// P += X Y^T in registers. A register holds products of one row of X with the rows of one strip of Y; a block of them, some rows by
/// some strips, is filled while one slice of the depth streams by, packed, through the first-level cache.
/// </summary>
/// <remarks>
/// Every product is a chain of multiply-adds over a slice of <see cref="Depth"/>, one term after the other, and the slices are added
/// up in order. Blocks, strips and threads change which products are made together, never a bit of one; nor does the width of the
/// registers, where the machine has a fused multiply-add.
/// </remarks>
internal static class SimdProducts<TVector, TWidth>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    // A block's strips of this depth stay in the first-level cache (32 KB with 512-bit registers) while rows of X pass; measured
    // a little faster than half of it, and short chains round less than longer ones would.
    private const int Depth = 256;

    // A slice of so many rows of X stays in the second-level cache while Y passes, and so do the products with so many rows of Y.
    private const int MostRows = 96;
    private const int MostColumns = 960;

    // Rows of Y packed at a time where Y comes as rows: whole blocks of every width.
    private const int PackedColumns = 96;

    [ThreadStatic]
    private static FloatBuffer? _buffer;

    // What is packed on the way; a call uses it alone, since nothing below it calls back.
    private static FloatBuffer Buffer => _buffer ??= new FloatBuffer();

    public static void Add(in PackedView x, in PackedView y, Span<float> product, int stride)
    {
        for (int from = 0; from < x.Columns; from += Depth)
        {
            int depth = Math.Min(Depth, x.Columns - from);
            AddSlice(x.Slice(0, x.Rows, from, depth), y.Slice(0, y.Rows, from, depth), product, stride);
        }
    }

    public static void Add(in MatrixView x, in PackedView y, Span<float> product, int stride)
    {
        Span<float> memory = Buffer.Floats(MostRows * Depth);
        for (int row = 0; row < x.Rows; row += MostRows)
        {
            int rows = Math.Min(MostRows, x.Rows - row);
            for (int column = 0; column < y.Rows; column += MostColumns)
            {
                int columns = Math.Min(MostColumns, y.Rows - column);
                Span<float> part = product[((row * stride) + column)..];
                for (int from = 0; from < x.Columns; from += Depth)
                {
                    int depth = Math.Min(Depth, x.Columns - from);
                    AddSlice(Pack(x.Slice(row, rows, from, depth), memory), y.Slice(column, columns, from, depth), part, stride);
                }
            }
        }
    }

    public static void Add(in MatrixView x, in MatrixView y, Span<float> product, int stride)
    {
        Span<float> memory = Buffer.Floats((MostRows + PackedColumns) * Depth);
        Span<float> leftMemory = memory[..(MostRows * Depth)];
        Span<float> rightMemory = memory[(MostRows * Depth)..];
        for (int row = 0; row < x.Rows; row += MostRows)
        {
            int rows = Math.Min(MostRows, x.Rows - row);
            for (int from = 0; from < x.Columns; from += Depth)
            {
                int depth = Math.Min(Depth, x.Columns - from);
                PackedView left = Pack(x.Slice(row, rows, from, depth), leftMemory);
                for (int column = 0; column < y.Rows; column += PackedColumns)
                {
                    int columns = Math.Min(PackedColumns, y.Rows - column);
                    PackedView right = Pack(y.Slice(column, columns, from, depth), rightMemory);
                    AddSlice(left, right, product[((row * stride) + column)..], stride);
                }
            }
        }
    }

    private static PackedView Pack(in MatrixView rows, Span<float> strips)
    {
        Interleave.Rows(rows, TWidth.Count, strips);
        return new PackedView(strips, rows.Rows, rows.Columns, TWidth.Count);
    }

    private static void AddSlice(in PackedView x, in PackedView y, Span<float> product, int stride)
    {
        if (x.Rows == 0 || y.Rows == 0)
        {
            return;
        }

        // The blocks index without bounds: the last values are touched here once, checked.
        _ = product[((x.Rows - 1) * stride) + y.Rows - 1];
        _ = x[x.Rows - 1, x.Columns - 1];
        _ = y[y.Rows - 1, y.Columns - 1];
        if (x.Rows == 1)
        {
            AddBlocks<SimdProductBlocks<TVector, TWidth>.Block1x3>(x, y, product, stride);
        }
        else if (TWidth.HasManyRegisters)
        {
            AddBlocks<SimdProductBlocks<TVector, TWidth>.Block8x2>(x, y, product, stride);
        }
        else
        {
            AddBlocks<SimdProductBlocks<TVector, TWidth>.Block4x3>(x, y, product, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlocks<TBlock>(in PackedView x, in PackedView y, Span<float> product, int stride)
        where TBlock : struct, IProductBlock
    {
        ref float xStart = ref MemoryMarshal.GetReference(x.Values);
        ref float yStart = ref MemoryMarshal.GetReference(y.Values);
        ref float target = ref MemoryMarshal.GetReference(product);
        int blockColumns = TBlock.Strips * TWidth.Count;
        Span<float> edge = stackalloc float[TBlock.Rows * blockColumns];
        int lastStrip = (y.Rows - 1) / TWidth.Count;
        for (int strip = 0; strip <= lastStrip; strip += TBlock.Strips)
        {
            // Where strips are missing the last one stands in; what it gives there goes nowhere.
            ref float yStrip = ref Unsafe.Add(ref yStart, (nint)strip * y.StripStride);
            nint second = (nint)(Math.Min(strip + 1, lastStrip) - strip) * y.StripStride;
            nint third = (nint)(Math.Min(strip + 2, lastStrip) - strip) * y.StripStride;
            int column = strip * TWidth.Count;
            int columns = Math.Min(blockColumns, y.Rows - column);
            for (int i = 0; i < x.Rows; i += TBlock.Rows)
            {
                ref float xRows = ref Unsafe.Add(ref xStart, ((nint)(i / TWidth.Count) * x.StripStride) + (i % TWidth.Count));
                ref float block = ref Unsafe.Add(ref target, ((nint)i * stride) + column);
                int rows = Math.Min(TBlock.Rows, x.Rows - i);
                if (rows == TBlock.Rows && columns == blockColumns)
                {
                    TBlock.Add(ref xRows, ref yStrip, second, third, x.Columns, ref block, stride);
                    continue;
                }

                edge.Clear();
                TBlock.Add(ref xRows, ref yStrip, second, third, x.Columns, ref MemoryMarshal.GetReference(edge), blockColumns);
                for (int row = 0; row < rows; row++)
                {
                    AddRow(edge.Slice(row * blockColumns, columns), ref Unsafe.Add(ref block, (nint)row * stride));
                }
            }
        }
    }

    private static void AddRow(ReadOnlySpan<float> sums, ref float product)
    {
        int j = 0;
        for (; j + TWidth.Count <= sums.Length; j += TWidth.Count)
        {
            TVector sum = TWidth.Load(in MemoryMarshal.GetReference(sums), (nuint)j);
            TWidth.Store(TWidth.Add(TWidth.Load(in product, (nuint)j), sum), ref product, (nuint)j);
        }

        for (; j < sums.Length; j++)
        {
            Unsafe.Add(ref product, j) += sums[j];
        }
    }
}
