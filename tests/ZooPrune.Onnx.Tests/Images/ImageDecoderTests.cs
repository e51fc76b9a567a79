using System.Security.Cryptography;
using System.Text.Json;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>Pixels of files of every kind against PIL's, to the byte.</summary>
public sealed class ImageDecoderTests
{
    private const long Limit = 64_000_000;

    private static readonly JsonElement Expected = JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("images.json"))).RootElement;

    private static readonly JsonElement Matrix =
        JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("image_matrix.json"))).RootElement.GetProperty("images");

    private readonly ImageDecoder _decoder = new(Limit);
    private readonly ImageDecoder _turning = new(Limit, turn: true);

    public static TheoryData<string> Files => [.. Expected.GetProperty("decode").EnumerateObject().Select(property => property.Name)];

    public static TheoryData<string> MatrixFiles => [.. Matrix.EnumerateObject().Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_File_IsWhatPillowReads(string file)
    {
        RgbImage image = _decoder.Read(TestPaths.Data("images", file));
        JsonElement expected = Expected.GetProperty("decode").GetProperty(file);
        Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
        AssertLevels(Convert.FromHexString(expected.GetProperty("rgb").GetString()!), image.Pixels, tolerance: 0);
    }

    [Theory]
    [MemberData(nameof(MatrixFiles))]
    public void Read_FileOfTheMatrix_IsWhatPillowReads(string file)
    {
        JsonElement expected = Matrix.GetProperty(file);

        AssertDigest(expected, _decoder.Read(TestPaths.Data("images", file)));
    }

    [Theory]
    [MemberData(nameof(MatrixFiles))]
    public void Read_FileOfTheMatrixTurned_IsWhatExifTransposeGives(string file)
    {
        JsonElement expected = Matrix.GetProperty(file);

        AssertDigest(expected.TryGetProperty("turned", out JsonElement turned) ? turned : expected, _turning.Read(TestPaths.Data("images", file)));
    }

    [Fact]
    public void Decode_WithOrientations_TurnsAsPillow()
    {
        byte[] file = Load("turned.jpg");
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            JsonElement expected = Expected.GetProperty("turned")[orientation - 1];
            file[expected.GetProperty("place").GetInt32()] = (byte)orientation;

            RgbImage image = _turning.Decode(file, "a.jpg");
            Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
            AssertLevels(Convert.FromHexString(expected.GetProperty("rgb").GetString()!), image.Pixels, tolerance: 0);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Decode_UnknownOrientation_LeavesTheImageAsItIs(byte orientation)
    {
        byte[] file = Load("turned.jpg");
        file[file.AsSpan().IndexOf([(byte)0x01, (byte)0x12, (byte)0, (byte)3]) + 9] = orientation;

        Assert.Equal(_decoder.Decode(file, "a").Pixels.ToArray(), _turning.Decode(file, "a").Pixels.ToArray());
    }

    [Theory]
    [InlineData("interlaced.png")]
    [InlineData("plain.png")]
    [InlineData("orientation6.jpg")]
    public void Answer_ImageFromTheField_FindsTheRedCircle(string file)
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model, new VisionLanguageModelOptions { ApplyExifOrientation = true });

        Assert.Equal("bottom left", model.Answer(TestPaths.Data("images", "field", file), "Where is the red circle?").Text);
    }

    [Fact]
    public void Decode_ManyThreads_GiveTheSamePixels()
    {
        byte[] file = Load("full_chroma.jpg");
        byte[] expected = _decoder.Decode(file, "a").Pixels.ToArray();

        Parallel.For(0, 64, _ => Assert.Equal(expected, _decoder.Decode(file, "a").Pixels.ToArray()));
    }

    internal static byte[] Load(params string[] file) => File.ReadAllBytes(TestPaths.Data(["images", .. file]));

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

    private static void AssertDigest(JsonElement expected, RgbImage image)
    {
        Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
        Assert.Equal(expected.GetProperty("first").GetString(), Convert.ToHexStringLower(image.Pixels[..12]));
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
    }
}
