namespace ZooPrune.Onnx;

/// <summary>Reads the coefficients of single blocks: sequential (T.81, F.2.2) and progressive (G.2), in one scan.</summary>
/// <param name="first">First coefficient of the scan.</param>
/// <param name="last">Last coefficient of the scan.</param>
/// <param name="high">Bits that earlier scans left out; 0 in the first.</param>
/// <param name="low">Bits that this scan leaves out.</param>
internal sealed class JpegBlocks(int first, int last, int high, int low)
{
    private int _emptyBlocks;

    /// <summary>Natural place of the coefficients in the order of a file.</summary>
    public static ReadOnlySpan<byte> Natural =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    public void Restart() => _emptyBlocks = 0;

    public static void ReadSequential(ref JpegBits bits, JpegHuffmanTable dc, JpegHuffmanTable ac, JpegPlane plane, scoped Span<short> block)
    {
        plane.Dc += bits.ReadSigned(dc.Read(ref bits) & 15);
        block[0] = (short)plane.Dc;
        for (int k = 1; k < 64; k++)
        {
            int symbol = ac.Read(ref bits);
            (int run, int size) = (symbol >> 4, symbol & 15);
            if (size == 0)
            {
                if (run != 15)
                {
                    return;
                }

                k += 15;
                continue;
            }

            k += run;
            int value = bits.ReadSigned(size);
            if (k < 64)
            {
                block[Natural[k]] = (short)value;
            }
        }
    }

    public void ReadProgressive(ref JpegBits bits, JpegHuffmanTable? dc, JpegHuffmanTable? ac, JpegPlane plane, Span<short> block)
    {
        if (first == 0)
        {
            if (high != 0)
            {
                block[0] |= (short)(bits.Read(1) << low);
                return;
            }

            plane.Dc += bits.ReadSigned(dc!.Read(ref bits) & 15);
            block[0] = (short)(plane.Dc << low);
        }
        else if (high == 0)
        {
            ReadFirst(ref bits, ac!, block);
        }
        else
        {
            Refine(ref bits, ac!, block);
        }
    }

    private void ReadFirst(ref JpegBits bits, JpegHuffmanTable ac, Span<short> block)
    {
        if (_emptyBlocks > 0)
        {
            _emptyBlocks--;
            return;
        }

        for (int k = first; k <= last; k++)
        {
            int symbol = ac.Read(ref bits);
            (int run, int size) = (symbol >> 4, symbol & 15);
            if (size == 0 && run != 15)
            {
                _emptyBlocks = (1 << run) + bits.Read(run) - 1;
                return;
            }

            k += run;
            int value = bits.ReadSigned(size);
            if (size != 0 && k < 64)
            {
                block[Natural[k]] = (short)(value << low);
            }
        }
    }

    /// <summary>One more bit of what is not zero, and what becomes not zero with this bit.</summary>
    private void Refine(ref JpegBits bits, JpegHuffmanTable ac, Span<short> block)
    {
        int k = first;
        if (_emptyBlocks == 0)
        {
            while (k <= last)
            {
                int symbol = ac.Read(ref bits);
                (int run, int size) = (symbol >> 4, symbol & 15);
                if (size == 0 && run != 15)
                {
                    _emptyBlocks = (1 << run) + bits.Read(run);
                    break;
                }

                int value = size == 0 ? 0 : bits.Read(1) == 1 ? 1 << low : -1 << low;
                k = RefineRun(ref bits, block, k, run);
                if (k <= last && value != 0)
                {
                    block[Natural[k]] = (short)value;
                }

                k++;
            }
        }

        if (_emptyBlocks > 0)
        {
            RefineRun(ref bits, block, k, 64);
            _emptyBlocks--;
        }
    }

    /// <summary>Refines up to the zero after so many zeros, and gives its place.</summary>
    private int RefineRun(ref JpegBits bits, Span<short> block, int k, int zeros)
    {
        for (; k <= last; k++)
        {
            ref short value = ref block[Natural[k]];
            if (value == 0)
            {
                if (zeros-- == 0)
                {
                    break;
                }
            }
            else if (bits.Read(1) == 1 && (value & (1 << low)) == 0)
            {
                value += (short)(value > 0 ? 1 << low : -1 << low);
            }
        }

        return k;
    }
}
