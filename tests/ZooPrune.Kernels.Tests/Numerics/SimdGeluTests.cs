namespace ZooPrune.Tests;

/// <summary>The activation and its derivative in every kernel set, against plain doubles.</summary>
public sealed class SimdGeluTests
{
    // A value near 0 that comes from numbers near 1 carries their rounding.
    private const double ValueTolerance = 5e-7;

    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Gelu_WholeRange_AgreesWithDoublePrecision(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        float[] x = [.. Enumerable.Range(-12_000, 24_001).Select(i => i / 1000f)];
        float[] value = new float[x.Length];
        float[] slope = new float[x.Length];
        kernels.Gelu(x, value);
        kernels.GeluDerivative(x, slope);
        for (int i = 0; i < x.Length; i++)
        {
            double area = NormalDistribution.Cumulative(x[i]);
            Near.Equal(x[i] * area, value[i], ValueTolerance, 2e-7, $"gelu({x[i]})");
            Near.Equal(area + (x[i] * NormalDistribution.Density(x[i])), slope[i], ValueTolerance, 4e-7, $"gelu'({x[i]})");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Gelu_FarOut_IsTheIdentityOrZero(string set)
    {
        float[] x = [1e4f, -1e4f, 1e20f, -1e20f, 3e38f, -3e38f, 0, -0f, 1e-40f];
        float[] value = new float[x.Length];
        float[] slope = new float[x.Length];
        TokenKernels.Find(set).Gelu(x, value);
        TokenKernels.Find(set).GeluDerivative(x, slope);
        Assert.Equal([1e4f, 0, 1e20f, 0, 3e38f, 0, 0, 0], value.Take(8));
        Near.Equal([1f, 0, 1, 0, 1, 0, 0.5f, 0.5f, 0.5f], slope, 2e-7, 0);
        Assert.InRange(value[8], 0, 1e-40f);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void GeluDifference_SmallStep_IsTheSlopeTimesTheDirection(string set)
    {
        float[] a = TestData.Uniform(13, 257, 3);
        float[] v = TestData.Uniform(14, 257);
        float[] difference = new float[257];
        TokenKernels.Find(set).GeluDifference(a, v, 1f / 64, difference);
        for (int i = 0; i < a.Length; i++)
        {
            double slope = NormalDistribution.Cumulative(a[i]) + (a[i] * NormalDistribution.Density(a[i]));

            // The rounding of g near 3 divided by 2 h = 1/32, and h^2 g''' / 6 below 5e-5.
            Near.Equal(slope * v[i], difference[i], 0, 8e-5, $"[{i}]");
        }
    }
}
