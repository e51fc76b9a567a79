namespace ZooPrune.Onnx.Tests;

public sealed class PreparedImageTests
{
    [Fact]
    public void Constructor_Good_KeepsWhatItGot()
    {
        float[] values = new float[12];

        var image = new PreparedImage(values, [3, 2, 2], 20, 10, [1, 2, 2]);

        Assert.True(image.PixelValues.Span == values);
        Assert.Equal([3, 2, 2], image.Shape);
        Assert.Equal((20, 10), (image.OriginalHeight, image.OriginalWidth));
        Assert.Equal([1, 2, 2], image.GridThw);
    }

    [Fact]
    public void Constructor_OtherNumberOfValues_IsAnError()
    {
        var exception = Assert.Throws<ArgumentException>(() => new PreparedImage(new float[11], [3, 2, 2], 1, 1));
        Assert.Equal(
            "PreparedImage: there are 11 pixel values for the shape [3, 2, 2]. Expected 12; check the shape and that the values are "
            + "row-major. (Parameter 'pixelValues')",
            exception.Message);
    }

    [Theory]
    [InlineData(0, 1, 2, "original height: it is 0")]
    [InlineData(1, -1, 2, "original width: it is -1")]
    [InlineData(1, 1, 0, "shape: it is 0")]
    public void Constructor_NotPositive_IsAnError(int height, int width, int dimension, string problem)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            () => new PreparedImage(new float[12], [3, dimension, 2], height, width));
        Assert.StartsWith($"PreparedImage, {problem}. It must be 1 or more; check where the number comes from.", exception.Message);
    }
}
