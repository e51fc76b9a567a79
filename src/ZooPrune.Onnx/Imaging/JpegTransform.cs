namespace ZooPrune.Onnx;

/// <summary>
/// The inverse cosine transform of 8 x 8 coefficients in whole numbers (Loeffler, Ligtenberg and Moschytz 1989, with 13 bits after the
/// point), rounded where the reference decoder's accurate transform rounds, so that the samples are the same.
/// </summary>
internal static class JpegTransform
{
    private const int Bits = 13;
    private const int FirstBits = 2;

    /// <param name="block">[64], natural order.</param>
    /// <param name="quantization">[64], natural order.</param>
    /// <param name="samples">Where the 8 rows go.</param>
    /// <param name="stride">From row to row.</param>
    public static void Inverse(ReadOnlySpan<short> block, ReadOnlySpan<int> quantization, Span<byte> samples, int stride)
    {
        Span<int> work = stackalloc int[64];
        for (int i = 0; i < 64; i++)
        {
            work[i] = block[i] * quantization[i];
        }

        for (int column = 0; column < 8; column++)
        {
            Pass(work[column..], 8, Bits - FirstBits);
        }

        for (int row = 0; row < 8; row++)
        {
            Span<int> line = work.Slice(8 * row, 8);
            Pass(line, 1, Bits + FirstBits + 3);
            for (int x = 0; x < 8; x++)
            {
                samples[(row * stride) + x] = (byte)Math.Clamp(line[x] + 128, 0, 255);
            }
        }
    }

    private static void Pass(Span<int> v, int step, int shift)
    {
        int i2 = v[2 * step];
        int i6 = v[6 * step];
        int turn = (i2 + i6) * 4433;
        int even2 = turn - (i6 * 15137);
        int even3 = turn + (i2 * 6270);
        int even0 = (v[0] + v[4 * step]) << Bits;
        int even1 = (v[0] - v[4 * step]) << Bits;
        (int sum0, int sum3) = (even0 + even3, even0 - even3);
        (int sum1, int sum2) = (even1 + even2, even1 - even2);

        (int odd0, int odd1, int odd2, int odd3) = (v[7 * step], v[5 * step], v[3 * step], v[step]);
        int z5 = (odd0 + odd2 + odd1 + odd3) * 9633;
        int z1 = (odd0 + odd3) * -7373;
        int z2 = (odd1 + odd2) * -20995;
        int z3 = ((odd0 + odd2) * -16069) + z5;
        int z4 = ((odd1 + odd3) * -3196) + z5;
        odd0 = (odd0 * 2446) + z1 + z3;
        odd1 = (odd1 * 16819) + z2 + z4;
        odd2 = (odd2 * 25172) + z2 + z3;
        odd3 = (odd3 * 12299) + z1 + z4;

        int half = 1 << (shift - 1);
        v[0] = (sum0 + odd3 + half) >> shift;
        v[7 * step] = (sum0 - odd3 + half) >> shift;
        v[step] = (sum1 + odd2 + half) >> shift;
        v[6 * step] = (sum1 - odd2 + half) >> shift;
        v[2 * step] = (sum2 + odd1 + half) >> shift;
        v[5 * step] = (sum2 - odd1 + half) >> shift;
        v[3 * step] = (sum3 + odd0 + half) >> shift;
        v[4 * step] = (sum3 - odd0 + half) >> shift;
    }
}
