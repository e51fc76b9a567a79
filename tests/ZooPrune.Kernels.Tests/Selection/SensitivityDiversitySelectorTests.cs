namespace ZooPrune.Tests;

public sealed class SensitivityDiversitySelectorTests
{
    [Fact]
    public void Scale_NoSharpness_IsMinMaxWithItsFloor()
    {
        // (S - min) / (max - min + 1e-8): the floor halves a range as small as itself.
        Assert.Equal([0, 0.25f, 0.5f], Scale([0, 0.5e-8f, 1e-8f], null));
        Near.Equal([1, 0, 0.25f], Scale([6, 2, 3], null), 0, 1e-7, "S_hat");
    }

    [Fact]
    public void Scale_Sharpness_IsAPowerOfTheShareOfTheLargest()
    {
        Near.Equal([1, 0.0625f, 0.25f], Scale([8, 2, 4], 2), 0, 1e-7, "S_hat");
        Assert.Equal([1, 1, 1], Scale([8, 2, 4], 0));
    }

    [Fact]
    public void Scale_AllEqual_IsOne()
    {
        Assert.Equal([1, 1], Scale([0, 0], null));
        Assert.Equal([1, 1], Scale([7, 7], 2));
    }

    private static float[] Scale(float[] sensitivity, float? sharpness)
    {
        float[] scaled = new float[sensitivity.Length];
        SensitivityDiversitySelector.Scale(sensitivity, sharpness, scaled);
        return scaled;
    }
}
