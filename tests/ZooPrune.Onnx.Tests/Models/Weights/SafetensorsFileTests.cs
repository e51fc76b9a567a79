using System.Buffers.Binary;
using System.Text;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private const string Broken =
        "Expected a complete safetensors file, whose tensors follow each other from the first byte to the last; copy or download it again.";

    private readonly TestFolder _folder = new();

    [Fact]
    public void Read_FileOfAnotherLibrary_GivesItsValues()
    {
        using SafetensorsFile file = SafetensorsFile.Open(TestPaths.Data("weights", "attention.safetensors"));

        float[] values = file.Read("in.cls_attention");

        Assert.True(file.Has("out.kept"));
        Assert.False(file.Has("kept"));
        Assert.Equal(49, values.Length);
        Assert.Equal(0.00077994569f, values[0]);
        Assert.Equal(0.0010268196f, values[^1]);
    }

    [Fact]
    public void Read_EveryFloatType_GivesTheSameValues()
    {
        // 1.5 and -2, exact in all of them. The header is padded with spaces, as the library pads it, and has a type that is not
        // known here.
        byte[] path = SafetensorsBytes.File(
            """
            {"__metadata__":{"format":"pt"},"single":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
             "half":{"dtype":"F16","shape":[2,1],"data_offsets":[8,12]},
             "brain":{"dtype":"BF16","shape":[1,2],"data_offsets":[12,16]},"double":{"data_offsets":[16,32],"shape":[2],"dtype":"F64"},
             "scalar":{"dtype":"F32","shape":[],"data_offsets":[32,36]},
             "none":{"dtype":"F32","shape":[0,9000000000000000000,7],"data_offsets":[36,36]},
             "new":{"dtype":"F4","shape":[2],"data_offsets":[36,37]}}
            """ + "   ",
            [
                0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, // F32
                0, 0x3E, 0, 0xC0, // F16
                0xC0, 0x3F, 0, 0xC0, // BF16
                0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0, // F64
                0, 0, 0xC0, 0x3F, 0xFF,
            ]);

        using SafetensorsFile file = SafetensorsFile.Open(_folder.Write("types.safetensors", path));

        Assert.All(["single", "half", "brain", "double"], name => Assert.Equal([1.5f, -2f], file.Read(name)));
        Assert.Equal([1.5f], file.Read("scalar"));
        Assert.Empty(file.Read("none"));
    }

    [Fact]
    public void Read_IsFarFromTheWholeFile()
    {
        string path = _folder.Write("large.safetensors", SafetensorsBytes.File(
            """
            {"a":{"dtype":"U8","shape":[1000000000],"data_offsets":[0,1000000000]},
             "b":{"dtype":"F32","shape":[1],"data_offsets":[1000000000,1000000004]}}
            """, 1));
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(stream.Length + 1_000_000_003);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal([0f], file.Read("b"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData(
        """{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""",
        8,
        "the tensor 'a' is of type I64. Expected F32, F16, BF16 or F64; take the checkpoint that is not quantized.")]
    [InlineData(
        """{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}""",
        1,
        "the tensor 'a' is of type F4. Expected F32, F16, BF16 or F64; take the checkpoint that is not quantized.")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[16777217],"data_offsets":[0,67108868]}}""",
        67108868,
        "the tensor 'a' has 16,777,217 values. At most 16,777,216 are read; check that the checkpoint is the model's own.")]
    public void Read_TensorOfNoUse_SaysWhatItNeeds(string header, int length, string message)
    {
        string path = _folder.Write("model.safetensors", SafetensorsBytes.File(header, new byte[length]));
        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal($"Weights '{path}': {message}", Assert.Throws<ZooPruneException>(() => file.Read("a")).Message);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Read_ValueNotFinite_SaysWhich(float value, string text)
    {
        string path = _folder.Write("model.safetensors", SafetensorsBytes.Vector("a", 1, 2, value));
        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal(
            $"Weights '{path}': value 2 of the tensor 'a' is {text}. "
            + "All of them must be finite in 32 bits; take the model's own checkpoint.",
            Assert.Throws<ZooPruneException>(() => file.Read("a")).Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "the tensor 'a' lies at bytes 8 to 0 of 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "the tensor 'a' lies at bytes 0 to 12 of 8")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""",
        "the tensor 'a' lies at bytes 0 to 9,223,372,036,854,775,807 of 8")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""",
        "the tensor 'b' starts at byte 2, where the one before it ends at 4")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "the tensor 'a' starts at byte 4, where the one before it ends at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end at byte 4 of 8")]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "the tensor 'a' has 8 bytes for 2 values of type F16")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""",
        "the tensor 'a' has a shape of 2 sizes whose product is over the limits of a file")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "the tensor 'a' has other than whole numbers from 0 on in 'shape'")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8e0]}}""",
        "the tensor 'a' has other than whole numbers from 0 on in 'data_offsets'")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616]}}""",
        "the tensor 'a' has other than whole numbers from 0 on in 'data_offsets'")]
    [InlineData("""{"a":{"dtype":"F32","shape":{},"data_offsets":[0,8]}}""", "the tensor 'a' has 'shape' that is no list")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""",
        "the tensor 'a' lacks a dtype (text), a shape (a list) or data_offsets (two numbers)")]
    [InlineData(
        """{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""",
        "the tensor 'a' lacks a dtype (text), a shape (a list) or data_offsets (two numbers)")]
    [InlineData("""{"a":8}""", "the tensor 'a' is a JSON Number, not an object")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "the tensor 'a' is listed twice")]
    [InlineData("[]", "its header is a JSON StartArray, not an object")]
    public void Open_BrokenHeader_SaysWhere(string header, string found) =>
        AssertRefused(SafetensorsBytes.File(header, new byte[8]), $"{found}. {Broken}");

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,NaN]}}""")]
    public void Open_HeaderThatIsNoJson_SaysSo(string header)
    {
        string path = _folder.Write("model.safetensors", SafetensorsBytes.File(header, new byte[8]));

        string message = Assert.Throws<ZooPruneException>(() => SafetensorsFile.Open(path)).Message;
        Assert.StartsWith($"Weights '{path}': its header cannot be read as JSON (", message);
        Assert.EndsWith("). Expected a complete safetensors file; copy or download it again.", message);
    }

    [Fact]
    public void Open_DeepHeader_IsRefused()
    {
        string path = _folder.Write("model.safetensors", SafetensorsBytes.File($$"""{"__metadata__":{{new string('[', 1_000_000)}}"""));

        Assert.Contains("its header cannot be read as JSON (", Assert.Throws<ZooPruneException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void Open_NotUtf8_IsRefused() =>
        AssertRefused([.. SafetensorsBytes.Prefix(3), (byte)'{', 0xFF, (byte)'}'], $"its header is not UTF-8. {Broken}");

    [Fact]
    public void Open_FewerThanEightBytes_IsRefused() => AssertRefused([1, 2, 3], $"it has 3 bytes, too few for a header. {Broken}");

    [Fact]
    public void Open_HeaderPastTheEnd_IsRefused() =>
        AssertRefused([.. SafetensorsBytes.Prefix(100), (byte)'{'], $"its header should have 100 bytes, and the file has 9. {Broken}");

    [Theory]
    [InlineData(100_000_001, "100,000,001")]
    [InlineData(ulong.MaxValue, "18,446,744,073,709,551,615")]
    public void Open_HeaderOverTheLimit_IsRefused(ulong length, string text) => AssertRefused(
        [.. SafetensorsBytes.Prefix(length), (byte)'{'],
        $"its header claims {text} bytes. At most 100,000,000 are read; check that it is a safetensors file, copy or download it again.");

    public void Dispose() => _folder.Dispose();

    private void AssertRefused(byte[] file, string message)
    {
        string path = _folder.Write("model.safetensors", file);
        Assert.Equal($"Weights '{path}': {message}", Assert.Throws<ZooPruneException>(() => SafetensorsFile.Open(path)).Message);
    }
}

/// <summary>Writes safetensors files, good ones and bad ones: the header is whatever text the test says.</summary>
internal static class SafetensorsBytes
{
    public static byte[] File(string header, params byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return [.. Prefix((ulong)text.Length), .. text, .. data];
    }

    public static byte[] Prefix(ulong headerLength)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerLength);
        return bytes;
    }

    /// <summary>A file with one vector of float32.</summary>
    public static byte[] Vector(string name, params float[] values) => File(
        $$$"""{"{{{name}}}":{"dtype":"F32","shape":[{{{values.Length}}}],"data_offsets":[0,{{{4 * values.Length}}}]}}""", Bytes(values));

    public static byte[] Bytes(params float[] values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        }

        return bytes;
    }
}
