using System.Buffers.Binary;

namespace ZooPrune.Onnx.Tests;

public sealed class ImageHeaderTests
{
    private const long Limit = 64_000_000;

    [Theory]
    [InlineData("rgb.png", "Png", 17, 11)]
    [InlineData("full_chroma.jpg", "Jpeg", 17, 11)]
    [InlineData("progressive.jpg", "Jpeg", 17, 11)]
    [InlineData("turned.jpg", "Jpeg", 17, 11)]
    [InlineData("half_chroma.jpg", "Jpeg", 32, 32)]
    public void Read_GoodFile_GivesFormatAndSize(string file, string format, int width, int height) =>
        Assert.Equal(new ImageHeader(Enum.Parse<ImageFormat>(format), width, height), ImageHeader.Read(Load(file), file, Limit));

    [Theory]
    [InlineData("rgb.png", "PNG", "IEND chunk")]
    [InlineData("full_chroma.jpg", "JPEG", "end-of-image marker")]
    [InlineData("progressive.jpg", "JPEG", "end-of-image marker")]
    [InlineData("turned.jpg", "JPEG", "end-of-image marker")]
    public void Read_CutOffAnywhere_IsAnError(string file, string format, string missing)
    {
        byte[] whole = Load(file);
        for (int length = 8; length < whole.Length; length++)
        {
            var exception = Assert.Throws<ZooPruneException>(() => ImageHeader.Read(whole.AsSpan(0, length), "a.png", Limit));
            Assert.Equal(
                $"Image 'a.png': the {format} file stops after {length:N0} bytes without its {missing}. Expected a complete file; copy or download it again.",
                exception.Message);
        }
    }

    [Fact]
    public void Read_NoBytes_IsAnError() => AssertMessage(
        "Image 'a.png': the file has 0 bytes. Expected a PNG or JPEG file; copy or download it again.",
        []);

    [Theory]
    [InlineData("474946383961", "47 49 46 38", "a GIF file")]
    [InlineData("424D36000000", "42 4D 36 00", "a BMP file")]
    [InlineData("49492A000800", "49 49 2A 00", "a TIFF file")]
    [InlineData("524946460000000057454250", "52 49 46 46", "a WebP file")]
    [InlineData("000000206674797061766966", "00 00 00 20", "an AVIF, HEIC or video file")]
    [InlineData("255044462D", "25 50 44 46", "a PDF file")]
    [InlineData("6869", "68 69", "no image format that is known here")]
    public void Read_OtherFormat_NamesIt(string hex, string start, string kind) => AssertMessage(
        $"Image 'a.png': it starts with the bytes {start}, which is {kind}. Expected PNG (89 50 4E 47) or JPEG (FF D8 FF); convert the file, its extension is not looked at.",
        Convert.FromHexString(hex));

    [Fact]
    public void Read_Bomb_IsRefusedWithoutAllocating()
    {
        byte[] file = Load("rgb.png");
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), 20_000);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), 20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        AssertMessage(
            "Image 'a.png': it has 20,000 x 20,000 = 400,000,000 pixels. At most 64,000,000 are decoded; make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels.",
            file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Read_JpegBomb_IsRefused()
    {
        byte[] file = Load("full_chroma.jpg");
        int frame = file.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0, 0x00, 0x11 });
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), 60_000);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), 50_000);

        AssertMessage(
            "Image 'a.png': it has 50,000 x 60,000 = 3,000,000,000 pixels. At most 64,000,000 are decoded; make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels.",
            file);
    }

    [Fact]
    public void Read_AtTheLimit_IsAccepted()
    {
        Assert.Equal(17, ImageHeader.Read(Load("rgb.png"), "a.png", 17 * 11).Width);
        Assert.Throws<ZooPruneException>(() => ImageHeader.Read(Load("rgb.png"), "a.png", (17 * 11) - 1));
    }

    [Fact]
    public void Read_ZeroWidth_IsAnError()
    {
        byte[] file = Load("rgb.png");
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), 0);

        AssertMessage(
            "Image 'a.png': the PNG file is broken, its header says 0 x 11 pixels. Expected a file that follows the format; copy, download or export it again.",
            file);
    }

    [Fact]
    public void Read_PngThatStartsWithAnotherChunk_IsAnError()
    {
        byte[] file = Load("rgb.png");
        "XHDR"u8.CopyTo(file.AsSpan(12));

        AssertMessage(
            "Image 'a.png': the PNG file is broken, it does not start with an IHDR chunk. Expected a file that follows the format; copy, download or export it again.",
            file);
    }

    [Fact]
    public void Read_Cmyk_IsAnError() => AssertMessage(
        "Image 'a.png': the JPEG file has 4 colour components (CMYK). Expected 1 (grey) or 3 (colour); convert the file to RGB.",
        Load("cmyk.jpg"));

    [Fact]
    public void Read_FlippedBytes_IsAnErrorOrAHeader()
    {
        var random = new Random(3);
        foreach (string name in (string[])["rgb.png", "progressive.jpg"])
        {
            byte[] file = Load(name);
            for (int attempt = 0; attempt < 2000; attempt++)
            {
                byte[] broken = [.. file];
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
                try
                {
                    ImageHeader header = ImageHeader.Read(broken, name, Limit);
                    Assert.InRange((long)header.Width * header.Height, 1, Limit);
                }
                catch (ZooPruneException)
                {
                    // Said clearly that the file is broken.
                }
            }
        }
    }

    internal static byte[] Load(string file) => File.ReadAllBytes(TestPaths.Data("images", file));

    private static void AssertMessage(string message, byte[] file)
    {
        var exception = Assert.Throws<ZooPruneException>(() => ImageHeader.Read(file, "a.png", Limit));
        Assert.Equal(message, exception.Message);
    }
}
