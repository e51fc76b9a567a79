namespace ZooPrune.Tests;

/// <summary>Rows packed and made unit length, by every kernel set, against plain doubles.</summary>
public sealed class UnitRowsTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void PackUnitRows_EveryWidth_HasLengthOneAndTheSameDirection(string set)
    {
        foreach (int width in TokenKernelsTests.Lengths.Skip(1))
        {
            int count = 1 + (width % 21);
            float[] rows = TestData.Uniform(7, count * width);
            Check(set, rows, [], count, width);
            Check(set, rows, TestData.Uniform(8, width), count, width);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PackUnitRows_OneRowOrMany_GiveTheSameBits(string set)
    {
        const int Count = 37;
        const int Width = 261;
        float[] rows = TestData.Uniform(9, Count * Width);
        float[] offset = TestData.Uniform(10, Width);
        float[] all = Pack(set, rows, offset, Count, Width);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(all[(i * Width)..((i + 1) * Width)], Pack(set, rows[(i * Width)..((i + 1) * Width)], offset, 1, Width));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PackUnitRows_ZeroRow_GivesZerosAndLeavesItsNeighbours(string set)
    {
        foreach (int width in (int[])[1, 16, 33])
        {
            float[] rows = TestData.Uniform(11, 3 * width);
            float[] offset = rows[width..(2 * width)];
            float[] unit = Pack(set, rows, offset, 3, width);
            Assert.All(unit[width..(2 * width)], value => Assert.Equal(0, value));
            Assert.Equal(Pack(set, rows[..width], offset, 1, width), unit[..width]);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PackUnitRows_HugeTinyAndDenormalRows_NeitherOverflowNorVanish(string set)
    {
        float[] row = [.. TestData.Uniform(12, 70).Select(value => (float)Math.Round(value * 1024))];
        float[] expected = new float[70];
        TokenKernels.Reference.PackUnitRows(new MatrixView(row, 1, 70), [], expected);
        foreach (float scale in (float[])[1e35f, 1e18f, 1e-18f, 1e-30f, float.Epsilon])
        {
            float[] unit = Pack(set, [.. row.Select(value => value * scale)], [], 1, 70);
            Near.Equal(expected, unit, 2e-6, 1e-7, $"scale {scale}");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PackUnitRows_NotFinite_StaysInItsRow(string set)
    {
        const int Width = 40;
        float[] rows = TestData.Uniform(13, 3 * Width);
        float[] good = Pack(set, rows, [], 3, Width);
        rows[5] = float.NaN;
        rows[Width + 7] = float.NegativeInfinity;
        float[] unit = Pack(set, rows, [], 3, Width);
        Assert.All(unit[..Width], value => Assert.Equal(float.NaN, value));
        Assert.All(unit[Width..(2 * Width)].Where((_, k) => k != 7), value => Assert.Equal(0, value));
        Assert.Equal(float.NaN, unit[Width + 7]);
        Assert.Equal(good[(2 * Width)..], unit[(2 * Width)..]);
    }

    private static void Check(string set, float[] rows, float[] offset, int count, int width)
    {
        float[] unit = Pack(set, rows, offset, count, width);
        for (int i = 0; i < count; i++)
        {
            double[] moved =
                [.. rows.Skip(i * width).Take(width).Select((value, k) => (double)value - (offset.Length > 0 ? offset[k] : 0))];
            double length = Math.Sqrt(moved.Sum(value => value * value));
            for (int k = 0; k < width; k++)
            {
                Near.Equal(moved[k] / length, unit[(i * width) + k], 2e-6, 1e-7, $"{count} x {width} [{i}, {k}]");
            }
        }
    }

    /// <summary>The unit rows, unpacked again.</summary>
    private static float[] Pack(string set, float[] rows, float[] offset, int count, int width)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        Poisoned strips = new((int)PackedView.Length(count, width, kernels.StripRows));
        kernels.PackUnitRows(new MatrixView(rows, count, width), offset, strips.Span);
        strips.AssertUntouchedOutside();
        PackedView packed = new(strips.Span, count, width, kernels.StripRows);
        float[] unit = new float[count * width];
        for (int i = 0; i < unit.Length; i++)
        {
            unit[i] = packed[i / width, i % width];
        }

        return unit;
    }
}
