using System.Buffers.Binary;
using System.Diagnostics;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>Files that are cut off, broken, too large, of other formats, or no files.</summary>
public sealed class DamagedImageTests
{
    private const string Formats = "PNG, JPEG, WebP, GIF or BMP";

    private readonly ImageDecoder _decoder = new(64_000_000);

    public static TheoryData<string> OneOfEachKind => new(
        "rgb.png", "palette.png", "full_chroma.jpg", "progressive.jpg", "turned.jpg", "grey.jpg", "cmyk.jpg",
        "matrix/png_rgb16_interlaced.png", "matrix/webp_lossy.webp", "matrix/webp_lossless.webp", "matrix/webp_alpha.webp",
        "matrix/turned_5.webp", "matrix/webp_animated.webp", "matrix/gif.gif", "matrix/gif_animated.gif", "matrix/bmp_rgb.bmp",
        "matrix/bmp_palette.bmp", "matrix/bmp_bilevel.bmp", "field/arithmetic.jpg", "field/photo.webp");

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Decode_CutOffAnywhere_IsAnError(string file)
    {
        byte[] whole = ImageDecoderTests.Load(file);
        int[] lengths =
        [
            .. Enumerable.Range(1, 30).Select(i => whole.Length * i / 31),
            .. Enumerable.Range(1, Math.Min(30, whole.Length - 13)).Select(i => whole.Length - i),
        ];
        foreach (int length in lengths)
        {
            var exception = Assert.Throws<ZooPruneException>(() => _decoder.Decode(whole.AsSpan(0, length), "a"));
            Assert.Matches("stops after .* without its|cannot be decoded|starts with the bytes", exception.Message);
        }
    }

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Check_CutOffAnywhere_IsAnError(string file)
    {
        using var folder = new TestFolder();
        byte[] whole = ImageDecoderTests.Load(file);
        for (int i = 1; i <= 30; i++)
        {
            // From 30 % on, where the first bytes still name the format.
            string path = folder.Write("a", whole.AsSpan(0, (int)(whole.Length * (0.3 + (0.69 * i / 30)))).ToArray());
            Assert.Throws<ZooPruneException>(() => _decoder.Check(path));
        }

        _decoder.Check(folder.Write("whole", whole));
    }

    [Theory]
    [InlineData("rgb.png", "PNG", "IEND chunk")]
    [InlineData("full_chroma.jpg", "JPEG", "end-of-image marker")]
    [InlineData("progressive.jpg", "JPEG", "end-of-image marker")]
    [InlineData("turned.jpg", "JPEG", "end-of-image marker")]
    [InlineData("matrix/webp_lossy.webp", "WebP", "end")]
    [InlineData("matrix/gif.gif", "GIF", "trailer")]
    [InlineData("matrix/bmp_rgb.bmp", "BMP", "last rows")]
    public void Decode_CutOffAnywhere_SaysWhatIsMissing(string file, string format, string missing)
    {
        byte[] whole = ImageDecoderTests.Load(file);
        for (int length = 60; length < whole.Length; length++)
        {
            AssertMessage(
                $"Image 'a.png': the {format} file stops after {length:N0} bytes without its {missing}. Expected a complete file; copy or download it again.",
                whole[..length]);
        }
    }

    [Fact]
    public void Decode_NoBytes_IsAnError() => AssertMessage(
        $"Image 'a.png': the file has 0 bytes. Expected a {Formats} file; copy or download it again.",
        []);

    [Theory]
    [InlineData("49492A000800", "49 49 2A 00", "a TIFF file (or a camera's raw file)")]
    [InlineData("4D4D002A00000008", "4D 4D 00 2A", "a TIFF file (or a camera's raw file)")]
    [InlineData("000000206674797061766966", "00 00 00 20", "an AVIF file")]
    [InlineData("000000186674797068656963", "00 00 00 18", "a HEIC file")]
    [InlineData("00000018667479706D696631", "00 00 00 18", "a HEIC file")]
    [InlineData("000000206674797069736F6D", "00 00 00 20", "a video, AVIF or HEIC file")]
    [InlineData("0000000C6A5020200D0A870A", "00 00 00 0C", "a JPEG 2000 file")]
    [InlineData("FF4FFF51002F", "FF 4F FF 51", "a JPEG 2000 file")]
    [InlineData("0000000C4A584C200D0A870A", "00 00 00 0C", "a JPEG XL file")]
    [InlineData("FF0AFA", "FF 0A FA", "a JPEG XL file")]
    [InlineData("255044462D", "25 50 44 46", "a PDF file")]
    [InlineData("252150532D", "25 21 50 53", "a PostScript file")]
    [InlineData("384250530001", "38 42 50 53", "a Photoshop (PSD) file")]
    [InlineData("000001000100", "00 00 01 00", "an icon (ICO) file")]
    [InlineData("504B0304", "50 4B 03 04", "a ZIP archive")]
    [InlineData("3C73766720786D6C6E733D22", "3C 73 76 67", "an SVG file")]
    [InlineData("3C3F786D6C3F3E3C7376673E", "3C 3F 78 6D", "an SVG file")]
    [InlineData("3C21444F43545950452068746D6C3E", "3C 21 44 4F", "a web page (HTML)")]
    [InlineData("6869", "68 69", "no image format that is known here")]
    public void Decode_OtherFormat_NamesIt(string hex, string start, string kind) => AssertMessage(
        $"Image 'a.png': it starts with the bytes {start}, which is {kind}. Expected {Formats}; save it as PNG or JPEG, its extension is not looked at.",
        Convert.FromHexString(hex));

    [Theory]
    [InlineData("grey16.png", "the PNG file has 16-bit grey samples without alpha. Expected samples of 8 bits, or 16-bit colour; convert the file, so that it is you who says which levels become black and white.")]
    [InlineData("bomb.png", "it has 20,000 x 20,000 = 400,000,000 pixels. At most 64,000,000 are decoded; make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).")]
    [InlineData("no_width.png", "the PNG file cannot be decoded (Skia says InvalidInput). Expected a file that is intact; copy, download or export it again.")]
    [InlineData("broken_pixels.png", "the PNG file cannot be decoded (Skia says ErrorInInput). Expected a file that is intact; copy, download or export it again.")]
    [InlineData("too_few_rows.png", "the PNG file stops after 3,527 bytes without its last pixels. Expected a complete file; copy or download it again.")]
    public void Decode_RefusedFile_SaysWhy(string file, string message) =>
        AssertMessage($"Image 'a.png': {message}", ImageDecoderTests.Load("refused", file));

    [Fact]
    public void Decode_Bomb_IsRefusedWithoutAllocating()
    {
        byte[] file = ImageDecoderTests.Load("refused", "bomb.png");
        Assert.Throws<ZooPruneException>(() => _decoder.Decode(file, "a.png"));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ZooPruneException>(() => _decoder.Decode(file, "a.png"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Decode_JpegBomb_IsRefused() => AssertMessage(
        "Image 'a.png': it has 50,000 x 60,000 = 3,000,000,000 pixels. At most 64,000,000 are decoded; make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).",
        WithSize("full_chroma.jpg", 0xC0, 50_000, 60_000));

    [Fact]
    public void Decode_JpegThatIsTooShortForItsPixels_IsRefused()
    {
        byte[] file = WithSize("progressive.jpg", 0xC2, 8_000, 8_000);

        AssertMessage(
            $"Image 'a.png': the JPEG file is broken, its {file.Length:N0} bytes cannot hold 64,000,000 pixels. Expected a file that follows the format; copy, download or export it again.",
            file);
    }

    [Fact]
    public void Decode_ManyScans_IsRefusedBeforeItIsDecoded()
    {
        byte[] file = ImageDecoderTests.Load("field", "many-scans-16M.jpg");
        AssertMessage(
            $"Image 'a.png': the JPEG file is broken, its {file.Length:N0} bytes cannot hold 16,000,000 pixels. Expected a file that follows the format; copy, download or export it again.",
            file);

        // The same with as many bytes as its pixels need.
        byte[] comment = [0xFF, 0xFE, 0xFF, 0xFF, .. new byte[0xFFFD]];
        AssertMessage(
            "Image 'a.png': the JPEG file goes over its 16,000,000 pixels more than 16 times. Expected about ten scans, as encoders write them; save the image again.",
            [.. file[..2], .. comment, .. file[2..]]);
    }

    [Fact]
    public void Decode_AtTheLimit_IsAccepted()
    {
        byte[] file = ImageDecoderTests.Load("rgb.png");

        Assert.Equal(17, new ImageDecoder(17 * 11).Decode(file, "a.png").Width);
        Assert.Throws<ZooPruneException>(() => new ImageDecoder((17 * 11) - 1).Decode(file, "a.png"));
    }

    [Fact]
    public void Read_MissingFile_SaysWhereItLooked()
    {
        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Read("no/such.png"));
        Assert.Equal(
            $"Image 'no/such.png': there is no such file. Expected a {Formats} file; check the path (relative ones start at '{Directory.GetCurrentDirectory()}').",
            exception.Message);
    }

    [Fact]
    public void Read_Folder_IsAnError()
    {
        using var folder = new TestFolder();

        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Read(folder.Root));
        Assert.Equal($"Image '{folder.Root}': it is a folder. Expected a {Formats} file; name a file in it.", exception.Message);
    }

    [UnixFact]
    public void Read_NoRegularFile_IsAnErrorAtOnce()
    {
        using var folder = new TestFolder();
        string pipe = Path.Combine(folder.Root, "pipe.png");
        using Process make = Process.Start("mkfifo", [pipe]);
        make.WaitForExit();
        string link = Path.Combine(folder.Root, "link.png");
        File.CreateSymbolicLink(link, pipe);
        string dangling = Path.Combine(folder.Root, "dangling.png");
        File.CreateSymbolicLink(dangling, Path.Combine(folder.Root, "nowhere.png"));

        foreach (string path in (string[])[pipe, link, "/dev/zero", "/dev/null", folder.Write("empty.png", "")])
        {
            var exception = Assert.Throws<ZooPruneException>(() => _decoder.Read(path));
            Assert.StartsWith($"Image '{path}': the file has 0 bytes. Expected", exception.Message);
        }

        Assert.Contains("there is no such file", Assert.Throws<ZooPruneException>(() => _decoder.Read(dangling)).Message);
    }

    [Fact]
    public void Read_LinkToAFile_IsRead()
    {
        using var folder = new TestFolder();
        string link = Path.Combine(folder.Root, "link.png");
        File.CreateSymbolicLink(link, TestPaths.Data("images", "rgb.png"));

        Assert.Equal(17, _decoder.Read(link).Width);
    }

    [Fact]
    public void Read_FileOfTwoGigabytes_IsRefusedBeforeItIsRead()
    {
        using var folder = new TestFolder();
        string path = Path.Combine(folder.Root, "large.png");
        using (FileStream file = File.Create(path))
        {
            file.Write(ImageDecoderTests.Load("rgb.png"));
            file.SetLength(1_900_000_000);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Read(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal(
            $"Image '{path}': the file has 1,900,000,000 bytes. At most 272,777,216 are read where 64,000,000 pixels are decoded; make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).",
            exception.Message);
    }

    [Fact]
    public void Check_FormatThatIsNotDecoded_Passes()
    {
        using var folder = new TestFolder();

        _decoder.Check(folder.Write("a.tif", "II*\0"));
    }

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Decode_FlippedBytes_IsAnErrorOrAnImageOfTheHeadersSize(string name)
    {
        // If Skia ended the process, this test would be gone.
        var decoder = new ImageDecoder(1_000_000);
        byte[] file = ImageDecoderTests.Load(name);
        var random = new Random(11);
        int refused = 0;
        for (int attempt = 0; attempt < 200; attempt++)
        {
            byte[] broken = [.. file];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                broken[random.Next(2, Math.Min(broken.Length, 600))] = (byte)random.Next(256);
            }

            try
            {
                RgbImage image = decoder.Decode(broken, name);
                Assert.Equal(3 * image.Width * image.Height, image.Pixels.Length);
            }
            catch (ZooPruneException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 200);
    }

    private static byte[] WithSize(string name, byte frame, ushort width, ushort height)
    {
        byte[] file = ImageDecoderTests.Load(name);
        int place = file.AsSpan().IndexOf(new byte[] { 0xFF, frame, 0x00, 0x11 });
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(place + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(place + 7), width);
        return file;
    }

    private void AssertMessage(string message, byte[] file)
    {
        var exception = Assert.Throws<ZooPruneException>(() => _decoder.Decode(file, "a.png"));
        Assert.Equal(message, exception.Message);
    }
}
