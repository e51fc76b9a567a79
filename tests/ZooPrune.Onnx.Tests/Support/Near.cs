namespace ZooPrune.Onnx.Tests;

/// <summary>Comparison of floats: |got - expected| at most absolute + relative |expected|.</summary>
internal static class Near
{
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> got, double absolute, double relative = 0)
    {
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = absolute + (relative * Math.Abs(expected[i]));
            if (!(Math.Abs((double)got[i] - expected[i]) <= allowed))
            {
                Assert.Fail($"Value {i}: expected {expected[i]:R}, got {got[i]:R}, allowed difference {allowed}.");
            }
        }
    }

    public static float[] Random(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = scale * ((2 * random.NextSingle()) - 1);
        }

        return values;
    }
}
