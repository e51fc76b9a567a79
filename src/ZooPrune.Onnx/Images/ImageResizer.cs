using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ZooPrune.Onnx.Images;

/// <summary>
/// Resizes RGB bytes to the byte as PIL does: one pass along rows and one along columns with weights of 22 bits, rounded to bytes
/// after each. Stateless; the same bytes with registers of any width.
/// </summary>
internal static class ImageResizer
{
    private const int Channels = 3;
    private const int Half = 1 << (ResamplingWeights.Bits - 1);

    // By how much the height must shrink more than the width, where both do, before columns go first. Measured: at 1.56 PIL 13 takes
    // columns first; where the factors are the same, rows. Anything in between is a guess, and costs a level or two where it is wrong.
    private const double MuchMore = 1.2;

    /// <param name="source">The picture.</param>
    /// <param name="width">Columns of the whole resized picture.</param>
    /// <param name="height">Rows of the whole resized picture.</param>
    /// <param name="window">The part of it that is wanted.</param>
    /// <param name="filter">Filter.</param>
    /// <returns>The window.</returns>
    public static RgbImage Resize(RgbView source, long width, long height, PixelWindow window, Resampling filter)
    {
        var across = new ResamplingWeights(source.Width, width, window.Left, window.Width, filter);
        var down = new ResamplingWeights(source.Height, height, window.Top, window.Height, filter);

        // As PIL: a direction that keeps its size is not filtered.
        bool isAcross = width != source.Width;
        bool isDown = height != source.Height;
        if (isDown && isAcross && ColumnsFirst(source, width, height))
        {
            // [wanted rows, source columns that are needed]
            int columns = across.SourceEnd - across.SourceStart;
            var strip = new RgbImage(new byte[ByteCount(window.Height, columns)], columns, window.Height);
            Down(source, across.SourceStart, 0, down, strip);
            return Across(strip.View, 0, across, across.SourceStart, window);
        }

        int top = isDown ? down.SourceStart : (int)window.Top;
        int rows = isDown ? down.SourceEnd - top : window.Height;
        PixelWindow middle = new(0, window.Left, rows, window.Width);
        RgbImage narrowed = isAcross ? Across(source, top, across, 0, middle) : Cut(source, middle with { Top = top });
        if (!isDown)
        {
            return narrowed;
        }

        var result = new RgbImage(new byte[ByteCount(window.Height, window.Width)], window.Width, window.Height);
        Down(narrowed.View, 0, top, down, result);
        return result;
    }

    /// <summary>A part of a picture at its own size.</summary>
    public static RgbImage Cut(RgbView source, PixelWindow window)
    {
        byte[] pixels = new byte[ByteCount(window.Height, window.Width)];
        int length = Channels * window.Width;
        for (int row = 0; row < window.Height; row++)
        {
            source.Row((int)window.Top + row).Slice(Channels * (int)window.Left, length).CopyTo(pixels.AsSpan(row * length));
        }

        return new RgbImage(pixels, window.Width, window.Height);
    }

    /// <summary>
    /// Rows first is PIL's order; since version 13 it takes columns first where that shrinks the picture sooner. The rounding
    /// between the passes makes the two orders differ by a few levels.
    /// </summary>
    private static bool ColumnsFirst(RgbView source, long width, long height) =>
        height < source.Height && (width >= source.Width || (double)source.Height / height >= MuchMore * ((double)source.Width / width));

    /// <summary>Every row by itself: [window.Height, window.Width] from the source rows that start at <paramref name="top"/>.</summary>
    private static RgbImage Across(RgbView source, int top, ResamplingWeights weights, int offset, PixelWindow window)
    {
        byte[] result = new byte[ByteCount(window.Height, window.Width)];

        // A pixel is read as four bytes, so a row is copied to where one byte more may be read.
        byte[] row = new byte[(Channels * source.Width) + 1];
        for (int y = 0; y < window.Height; y++)
        {
            source.Row(top + y).CopyTo(row);
            Span<byte> to = result.AsSpan(y * Channels * window.Width, Channels * window.Width);
            for (int x = 0; x < window.Width; x++)
            {
                Vector128<int> levels = Sum(ref row[Channels * (weights.Start(x) - offset)], weights.Of(x)) >> ResamplingWeights.Bits;
                levels = Vector128.Min(Vector128.Max(levels, Vector128<int>.Zero), Vector128.Create(255));
                to[Channels * x] = (byte)levels[0];
                to[(Channels * x) + 1] = (byte)levels[1];
                to[(Channels * x) + 2] = (byte)levels[2];
            }
        }

        return new RgbImage(result, window.Width, window.Height);
    }

    /// <summary>Red, green, blue and a fourth number that means nothing.</summary>
    private static Vector128<int> Sum(ref byte first, ReadOnlySpan<int> weights)
    {
        Vector128<int> even = Vector128.Create(Half);
        Vector128<int> odd = Vector128<int>.Zero;
        int i = 0;
        for (; i + 1 < weights.Length; i += 2)
        {
            even += Pixel(ref first, i) * weights[i];
            odd += Pixel(ref first, i + 1) * weights[i + 1];
        }

        return i < weights.Length ? even + odd + (Pixel(ref first, i) * weights[i]) : even + odd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Pixel(ref byte first, int index)
    {
        uint bytes = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, Channels * index));
        return Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(bytes).AsByte())).AsInt32();
    }

    /// <summary>Every column by itself, a register of neighbouring bytes at a time.</summary>
    /// <param name="source">Picture; its first row is row <paramref name="top"/> of what the weights were made for.</param>
    /// <param name="left">First column that is wanted.</param>
    /// <param name="top">What to subtract from the weights' rows.</param>
    /// <param name="weights">A wanted row each.</param>
    /// <param name="result">Where the rows go, as wide as is wanted.</param>
    private static void Down(RgbView source, int left, int top, ResamplingWeights weights, RgbImage result)
    {
        int length = Channels * result.Width;
        for (int y = 0; y < result.Height; y++)
        {
            ReadOnlySpan<int> row = weights.Of(y);
            ref byte from = ref Unsafe.AsRef(in source.Row(weights.Start(y) - top)[Channels * left]);
            Span<byte> to = result.Pixels.Slice(y * length, length);
            int x = 0;
            for (; x <= length - Vector<byte>.Count; x += Vector<byte>.Count)
            {
                SumColumns(ref Unsafe.Add(ref from, x), Channels * source.Width, row).CopyTo(to[x..]);
            }

            for (; x < length; x++)
            {
                to[x] = SumColumn(ref Unsafe.Add(ref from, x), Channels * source.Width, row);
            }
        }
    }

    private static Vector<byte> SumColumns(ref byte first, nint stride, ReadOnlySpan<int> weights)
    {
        Vector<int> sum0 = new(Half);
        Vector<int> sum1 = sum0;
        Vector<int> sum2 = sum0;
        Vector<int> sum3 = sum0;
        for (int i = 0; i < weights.Length; i++)
        {
            Vector.Widen(Vector.LoadUnsafe(ref Unsafe.Add(ref first, i * stride)), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> level0, out Vector<uint> level1);
            Vector.Widen(high, out Vector<uint> level2, out Vector<uint> level3);
            sum0 += Vector.AsVectorInt32(level0) * weights[i];
            sum1 += Vector.AsVectorInt32(level1) * weights[i];
            sum2 += Vector.AsVectorInt32(level2) * weights[i];
            sum3 += Vector.AsVectorInt32(level3) * weights[i];
        }

        return Vector.Narrow(Vector.Narrow(Clip(sum0), Clip(sum1)), Vector.Narrow(Clip(sum2), Clip(sum3)));
    }

    private static Vector<uint> Clip(Vector<int> sum) =>
        Vector.AsVectorUInt32(Vector.Min(Vector.Max(sum >> ResamplingWeights.Bits, Vector<int>.Zero), new Vector<int>(255)));

    private static byte SumColumn(ref byte first, nint stride, ReadOnlySpan<int> weights)
    {
        int sum = Half;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += Unsafe.Add(ref first, i * stride) * weights[i];
        }

        return (byte)Math.Clamp(sum >> ResamplingWeights.Bits, 0, 255);
    }

    private static int ByteCount(int height, int width) => checked(Channels * height * width);
}
