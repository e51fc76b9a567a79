using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

public class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(301, 200)]
    public void Write_AnyPixels_AreReadBackAsTheyWere(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(width).NextBytes(pixels);
        using ImageDecoder decoder = new(long.MaxValue);

        RgbImage read = decoder.Decode(PngFile.Write(pixels, width, height), "written");

        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(pixels, read.Pixels);
    }
}
