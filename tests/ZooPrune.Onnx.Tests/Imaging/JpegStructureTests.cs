namespace ZooPrune.Onnx.Tests;

/// <summary>Broken segments that would end the process inside libjpeg.</summary>
public sealed class JpegStructureTests
{
    private const byte Dqt = 0xDB;
    private const byte Dht = 0xC4;
    private const byte Sof = 0xC0;
    private const byte Sos = 0xDA;

    [Fact]
    public void Read_HuffmanCodesThatDoNotExist_IsAnError() =>
        AssertBroken(Dht, 1, 3, "its Huffman table 0 has too many codes of 1 bits");

    [Fact]
    public void Read_HuffmanTableNumber_IsAnError() => AssertBroken(Dht, 0, 0x04, "its Huffman table 4 is malformed");

    [Fact]
    public void Read_HuffmanDcCategory_IsAnError() => AssertBroken(Dht, 17, 16, "its Huffman table 0 is malformed");

    [Fact]
    public void Read_QuantizationTableNumber_IsAnError() => AssertBroken(Dqt, 0, 0x07, "its quantization table 7 is malformed");

    [Fact]
    public void Read_Precision_IsAnError() => AssertBroken(Sof, 0, 12, "its header says 17 x 11 pixels of 12 bits");

    [Fact]
    public void Read_SamplingFactor_IsAnError() => AssertBroken(Sof, 7, 0x51, "its components have the sampling factors 5x1, 1x1, 1x1");

    [Fact]
    public void Read_UnknownQuantizationTable_IsAnError() => AssertBroken(Sof, 8, 3, "a scan needs a table that is not there (component 1)");

    [Fact]
    public void Read_ScanOfUnknownComponent_IsAnError() => AssertBroken(Sos, 1, 77, "a scan names the component 77");

    [Fact]
    public void Read_ScanWithUnknownHuffmanTable_IsAnError() => AssertBroken(Sos, 2, 0x22, "a scan needs a table that is not there (component 1)");

    [Fact]
    public void Read_CoefficientsOfAScan_IsAnError() => AssertBroken(Sos, 8, 5, "a scan has the coefficients 0 to 5, bits 0 to 0");

    [Theory]
    [InlineData(0xC3, "it is of a kind that is not supported (marker C3; baseline, extended and progressive are)")]
    [InlineData(0xC9, "it is of a kind that is not supported (marker C9; baseline, extended and progressive are)")]
    [InlineData(0xFE, "a scan comes before the frame header")]
    public void Read_OtherFrameMarker_IsAnError(byte marker, string problem)
    {
        byte[] file = ImageHeaderTests.Load("full_chroma.jpg");
        file[Find(file, Sof) + 1] = marker;

        AssertMessage(file, problem);
    }

    [Theory]
    [InlineData("full_chroma.jpg")]
    [InlineData("half_chroma.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("grey.jpg")]
    public void Read_FlippedHeaderBytes_NeverReachTheDecoderUnchecked(string name)
    {
        // If one did, this process would be gone: libjpeg calls exit().
        using var decoder = new ImageDecoder(1_000_000);
        byte[] file = ImageHeaderTests.Load(name);
        var random = new Random(11);
        int refused = 0;
        for (int attempt = 0; attempt < 400; attempt++)
        {
            byte[] broken = [.. file];
            broken[random.Next(2, broken.Length)] = (byte)random.Next(256);
            try
            {
                decoder.Decode(broken, name);
            }
            catch (ZooPruneException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 20, 400);
    }

    private static void AssertBroken(byte marker, int offset, byte value, string problem)
    {
        byte[] file = ImageHeaderTests.Load("full_chroma.jpg");
        file[Find(file, marker) + 4 + offset] = value;
        AssertMessage(file, problem);
    }

    private static void AssertMessage(byte[] file, string problem)
    {
        var exception = Assert.Throws<ZooPruneException>(() => ImageHeader.Read(file, "a.jpg", 1_000_000));
        Assert.Equal(
            $"Image 'a.jpg': the JPEG file is broken, {problem}. Expected a file that follows the format; copy, download or export it again.",
            exception.Message);
    }

    private static int Find(byte[] file, byte marker) => file.AsSpan().IndexOf(new byte[] { 0xFF, marker });
}
