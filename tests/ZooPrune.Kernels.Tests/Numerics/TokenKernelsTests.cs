namespace ZooPrune.Tests;

/// <summary>One battery over every kernel set of the machine, against plain doubles; lengths 0 to 257 and real ones.</summary>
public sealed class TokenKernelsTests
{
    // Float accumulators over 4,096 terms of size 1: eps * sqrt(terms) with room; the reference set stays far below.
    private const double SumTolerance = 3e-6;

    // A value near 0 that comes from numbers near 1 carries their rounding.
    private const double ValueTolerance = 5e-7;

    public static TheoryData<string> Sets => KernelSets.All;

    public static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 258), 576, 1024, 1025, 2047, 4096];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Distance_EveryLength_IsTheNormOfTheDifference(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int length in Lengths)
        {
            float[] x = TestData.Uniform(3, length);
            float[] y = TestData.Uniform(4, length);
            double expected = Math.Sqrt(x.Zip(y, (a, b) => Math.Pow((double)a - b, 2)).Sum());
            Near.Equal(expected, kernels.Distance(x, y), SumTolerance, 0, $"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void WeightedSquares_EveryLength_IsTheWeightedSum(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int length in Lengths)
        {
            float[] x = TestData.Uniform(31, length);
            float[] w = [.. TestData.Uniform(32, length).Select(MathF.Abs)];
            double expected = x.Zip(w, (a, b) => (double)a * a * b).Sum();
            Near.Equal(expected, kernels.WeightedSquares(x, w), SumTolerance, 0, $"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddScaled_EveryLength_AddsInPlaceToo(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int length in Lengths)
        {
            float[] x = TestData.Uniform(5, length);
            float[] y = TestData.Uniform(6, length);
            Poisoned result = new(length);
            kernels.AddScaled(x, -0.3f, y, result.Span);
            result.AssertUntouchedOutside();
            float[] inPlace = [.. x];
            kernels.AddScaled(inPlace, -0.3f, y, inPlace);
            Assert.Equal(result.Span.ToArray(), inPlace);
            for (int i = 0; i < length; i++)
            {
                Near.Equal(x[i] + ((double)-0.3f * y[i]), result.Span[i], ValueTolerance, 1e-7, $"length {length} [{i}]");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void ElementwiseLoops_EveryLength_StayInsideAndDoNotDependOnPlace(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        float[] all = TestData.Uniform(11, 300, 4);
        float[] directions = TestData.Uniform(12, 300);
        foreach (int length in Enumerable.Range(0, 258))
        {
            Poisoned gelu = new(length);
            Poisoned slope = new(length);
            Poisoned difference = new(length);
            kernels.Gelu(all.AsSpan(0, length), gelu.Span);
            kernels.GeluDerivative(all.AsSpan(0, length), slope.Span);
            kernels.GeluDifference(all.AsSpan(0, length), directions.AsSpan(0, length), 0.125f, difference.Span);
            for (int i = Math.Max(0, length - 20); i < length; i++)
            {
                float[] one = new float[3];
                kernels.Gelu(all.AsSpan(i, 1), one.AsSpan(0, 1));
                kernels.GeluDerivative(all.AsSpan(i, 1), one.AsSpan(1, 1));
                kernels.GeluDifference(all.AsSpan(i, 1), directions.AsSpan(i, 1), 0.125f, one.AsSpan(2, 1));
                Assert.Equal([gelu.Span[i], slope.Span[i], difference.Span[i]], one);
            }

            gelu.AssertUntouchedOutside();
            slope.AssertUntouchedOutside();
            difference.AssertUntouchedOutside();
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PickNext_EveryLength_AgreesWithTheReference(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int length in Lengths)
        {
            float[] weights = [.. TestData.Uniform(15, length).Select((value, i) => i % 5 == 3 ? float.NaN : Math.Abs(value))];
            float[] newest = TestData.Uniform(16, length);
            float[] expected = TestData.Uniform(17, length);
            Poisoned closest = new(length);
            expected.CopyTo(closest.Span);
            int pick = kernels.PickNext(weights, newest, closest.Span);
            Assert.Equal(TokenKernels.Reference.PickNext(weights, newest, expected), pick);
            Assert.Equal(expected, closest.Span.ToArray());
            closest.AssertUntouchedOutside();
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PickNext_Ties_TakesTheLowestIndex(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int length in (int[])[2, 8, 9, 31, 64, 100])
        {
            for (int lowest = 0; lowest < length; lowest++)
            {
                float[] weights = [.. Enumerable.Range(0, length).Select(i => i >= lowest ? 1f : 0.5f)];
                Assert.Equal(lowest, kernels.PickNext(weights, new float[length], new float[length]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PickNext_EverythingTaken_IsMinusOne(string set)
    {
        foreach (int length in (int[])[0, 1, 7, 8, 40])
        {
            float[] weights = [.. Enumerable.Repeat(float.NaN, length)];
            Assert.Equal(-1, TokenKernels.Find(set).PickNext(weights, new float[length], new float[length]));
        }
    }

    [KernelSetFact("simd128")]
    public void Available_Simd128_IsAmongTheSets() => AssertCovers("simd128");

    [KernelSetFact("simd256")]
    public void Available_Simd256_IsAmongTheSets() => AssertCovers("simd256");

    [KernelSetFact("simd512")]
    public void Available_Simd512_IsAmongTheSets() => AssertCovers("simd512");

    [Fact]
    public void Available_FirstAndLast_AreReferenceAndFastest()
    {
        Assert.Same(TokenKernels.Reference, TokenKernels.Available[0]);
        Assert.Same(TokenKernels.Available[^1], TokenKernels.Find(null));
        Assert.Same(TokenKernels.Available[^1], TokenKernels.Find(""));
        Assert.Same(TokenKernels.Reference, TokenKernels.Find("Reference"));
    }

    [Fact]
    public void Find_UnknownName_NamesWhatIsAvailable()
    {
        ZooPruneException error = Assert.Throws<ZooPruneException>(() => TokenKernels.Find("avx1024"));
        string names = string.Join(", ", TokenKernels.Available.Select(set => set.Name));
        Assert.Equal(
            "Environment variable ZOOPRUNE_KERNELS: 'avx1024' is no kernel set of this machine. "
            + $"Available are {names}; use one of them or unset the variable.",
            error.Message);
    }

    private static void AssertCovers(string name)
    {
        Assert.Contains(TokenKernels.Available, set => set.Name == name);
        Assert.Equal(name, TokenKernels.Find(name).Name);
    }
}
