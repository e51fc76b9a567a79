using System.Text.Json;

namespace ZooPrune.Onnx.Tests;

public sealed class ImageDecoderTests : IDisposable
{
    private static readonly JsonElement Expected =
        JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("images.json"))).RootElement.GetProperty("decode");

    private readonly ImageDecoder _decoder = new(64_000_000);

    public static TheoryData<string> Files => [.. Expected.EnumerateObject().Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_File_IsWhatPillowReads(string file) => AssertPixels(file, tolerance: 0);

    [Fact]
    public void Decode_WithOrientations_TurnsAsPillow()
    {
        JsonElement turned = JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("images.json"))).RootElement.GetProperty("turned");
        byte[] file = ImageHeaderTests.Load("turned.jpg");
        using var turning = new ImageDecoder(64_000_000, turn: true);
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            JsonElement expected = turned[orientation - 1];
            file[expected.GetProperty("place").GetInt32()] = (byte)orientation;

            RgbImage image = turning.Decode(file, "a.jpg");
            Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
            AssertLevels(Convert.FromHexString(expected.GetProperty("rgb").GetString()!), image.Pixels, tolerance: 0);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Decode_UnknownOrientation_LeavesThePictureAsItIs(byte orientation)
    {
        byte[] file = ImageHeaderTests.Load("turned.jpg");
        file[file.AsSpan().IndexOf([(byte)0x01, (byte)0x12, (byte)0, (byte)3]) + 9] = orientation;
        using var turning = new ImageDecoder(64_000_000, turn: true);

        Assert.Equal(_decoder.Decode(file, "a").Pixels, turning.Decode(file, "a").Pixels);
    }

    [Fact]
    public void Decode_Grey16_IsRefused()
    {
        byte[] file = ImageHeaderTests.Load("grey.png");
        file[24] = 16;

        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Decode(file, "a.png"));
        Assert.Equal(
            "Image 'a.png': the PNG file has 16-bit grey samples without alpha. Expected samples of 8 bits, or 16-bit colour; convert the file, so that it is you who says which levels become black and white.",
            exception.Message);
    }

    [Fact]
    public void Read_MissingFile_SaysWhereItLooked()
    {
        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Read("no/such.png"));
        Assert.Equal(
            $"Image 'no/such.png': there is no such file. Expected a PNG or JPEG file; check the path (relative ones start at '{Directory.GetCurrentDirectory()}').",
            exception.Message);
    }

    [Fact]
    public void Read_Folder_IsAnError()
    {
        using var folder = new TestFolder();

        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Read(folder.Root));
        Assert.StartsWith($"Image '{folder.Root}': it cannot be read (", exception.Message);
    }

    [Fact]
    public void Decode_BrokenPixels_IsAnError()
    {
        byte[] file = ImageHeaderTests.Load("rgb.png");
        int data = file.AsSpan().IndexOf("IDAT"u8) + 8;
        file[data] ^= 0xFF;

        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Decode(file, "a.png"));
        Assert.StartsWith("Image 'a.png': the PNG file cannot be decoded (", exception.Message);
        Assert.EndsWith("). Expected a file that is intact; copy, download or export it again.", exception.Message);
    }

    [Fact]
    public void Decode_FlippedBytes_IsAnErrorOrAPictureOfTheHeadersSize()
    {
        var random = new Random(7);
        foreach (string name in (string[])["rgb.png", "palette.png", "full_chroma.jpg", "progressive.jpg"])
        {
            byte[] file = ImageHeaderTests.Load(name);
            for (int attempt = 0; attempt < 100; attempt++)
            {
                byte[] broken = [.. file];
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
                try
                {
                    RgbImage image = _decoder.Decode(broken, name);
                    Assert.Equal(3 * image.Width * image.Height, image.Pixels.Length);
                }
                catch (ZooPruneException)
                {
                    // Said clearly that the file is broken.
                }
            }
        }
    }

    [Fact]
    public void Decode_ManyThreads_GiveTheSamePixels()
    {
        byte[] file = ImageHeaderTests.Load("full_chroma.jpg");
        byte[] expected = _decoder.Decode(file, "a").Pixels;

        Parallel.For(0, 64, _ => Assert.Equal(expected, _decoder.Decode(file, "a").Pixels));
    }

    public void Dispose() => _decoder.Dispose();

    private void AssertPixels(string file, int tolerance)
    {
        RgbImage image = _decoder.Read(TestPaths.Data("images", file));
        JsonElement expected = Expected.GetProperty(file);
        Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
        AssertLevels(Convert.FromHexString(expected.GetProperty("rgb").GetString()!), image.Pixels, tolerance);
    }

    internal static void AssertLevels(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> got, int tolerance)
    {
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(expected[i] - got[i]) > tolerance)
            {
                Assert.Fail($"Byte {i}: expected {expected[i]}, got {got[i]}.");
            }
        }
    }
}
