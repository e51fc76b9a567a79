namespace ZooPrune.Tests;

/// <summary>The one tolerance of these tests: |actual - expected| at most absolute + relative |expected|.</summary>
internal static class Near
{
    public static void Equal(double expected, double actual, double relative, double absolute, string what = "value")
    {
        double allowed = absolute + (relative * Math.Abs(expected));
        Assert.True(
            Math.Abs(actual - expected) <= allowed,
            $"{what}: expected {expected:G9}, got {actual:G9}, off by {Math.Abs(actual - expected):G3}, allowed {allowed:G3}");
    }

    public static void Equal(
        ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double relative, double absolute, string what = "value")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Equal(expected[i], actual[i], relative, absolute, $"{what} [{i}]");
        }
    }
}
