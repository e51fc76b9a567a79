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

    // Hand-computed: tanh(0.797884561 * 1.044715) = 0.682383..., sigmoid(1.702) = 0.845795..., Phi(1) = 0.841344746.
    [Theory]
    [InlineData(GeluKind.Exact, 1, 0.841344746, 1.083315470)]
    [InlineData(GeluKind.Tanh, 1, 0.841191991, 1.082964084)]
    [InlineData(GeluKind.Quick, 1, 0.845795766, 1.067779607)]
    [InlineData(GeluKind.Exact, 0, 0, 0.5)]
    [InlineData(GeluKind.Tanh, 0, 0, 0.5)]
    [InlineData(GeluKind.Quick, 0, 0, 0.5)]
    public void Gelu_HandSizedCases_AreTheFormulas(GeluKind kind, double x, double value, double slope)
    {
        Near.Equal(value, GeluFunction.Value(kind, x), 1e-8, 0);
        Near.Equal(slope, GeluFunction.Slope(kind, x), 1e-8, 0);
        foreach (ITokenKernels kernels in TokenKernels.Available)
        {
            float[] got = new float[2];
            kernels.Gelu([(float)x], got.AsSpan(0, 1), kind);
            kernels.GeluDerivative([(float)x], got.AsSpan(1, 1), kind);
            Near.Equal(value, got[0], ValueTolerance, 1e-7, kernels.Name);
            Near.Equal(slope, got[1], ValueTolerance, 1e-7, kernels.Name);
        }
    }

    [Theory]
    [InlineData(GeluKind.Exact)]
    [InlineData(GeluKind.Tanh)]
    [InlineData(GeluKind.Quick)]
    public void Slope_EveryKind_IsTheDerivativeOfTheValue(GeluKind kind)
    {
        for (double x = -9; x <= 9; x += 0.125)
        {
            double numeric = (GeluFunction.Value(kind, x + 1e-4) - GeluFunction.Value(kind, x - 1e-4)) / 2e-4;

            // A sixth of h^2 times the third derivative, h = 1e-4, and the rounding of values near 9 over 2e-4.
            Near.Equal(numeric, GeluFunction.Slope(kind, x), 0, 3e-8, $"{kind}'({x})");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void GeluKinds_WholeRange_AgreeWithDoublePrecision(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        float[] x = [.. Enumerable.Range(-12_000, 24_001).Select(i => i / 1000f)];
        float[] v = TestData.Uniform(18, x.Length);
        foreach (GeluKind kind in (GeluKind[])[GeluKind.Tanh, GeluKind.Quick])
        {
            float[] value = new float[x.Length];
            float[] slope = new float[x.Length];
            float[] difference = new float[x.Length];
            kernels.Gelu(x, value, kind);
            kernels.GeluDerivative(x, slope, kind);
            kernels.GeluDifference(x, v, 1f / 64, difference, kind);
            for (int i = 0; i < x.Length; i++)
            {
                // exp(-p) carries the rounding of p, which is up to 20 where the result still counts.
                Near.Equal(GeluFunction.Value(kind, x[i]), value[i], 2e-6, 3e-7, $"{kind}({x[i]})");
                Near.Equal(GeluFunction.Slope(kind, x[i]), slope[i], 2e-6, 1e-6, $"{kind}'({x[i]})");
                double step = v[i] / 64.0;
                double expected = (GeluFunction.Value(kind, x[i] + step) - GeluFunction.Value(kind, x[i] - step)) * 32;

                // The rounding of g near 12 divided by 2 h = 1/32.
                Near.Equal(expected, difference[i], 1e-5, 8e-5, $"{kind} difference at {x[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void GeluKinds_FarOut_AreTheIdentityOrZero(string set)
    {
        foreach (GeluKind kind in (GeluKind[])[GeluKind.Tanh, GeluKind.Quick])
        {
            float[] x = [1e4f, -1e4f, 1e20f, -1e20f, 3e38f, -3e38f, 0, -0f];
            float[] value = new float[x.Length];
            float[] slope = new float[x.Length];
            TokenKernels.Find(set).Gelu(x, value, kind);
            TokenKernels.Find(set).GeluDerivative(x, slope, kind);
            Assert.Equal([1e4f, 0, 1e20f, 0, 3e38f, 0, 0, 0], value);
            Near.Equal([1f, 0, 1, 0, 1, 0, 0.5f, 0.5f], slope, 2e-7, 0, $"{kind}");
        }
    }
}
