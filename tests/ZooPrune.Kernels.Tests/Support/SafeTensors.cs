using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>Reads the golden cases of rival methods: a JSON header, then raw little-endian tensors.</summary>
internal sealed class SafeTensors
{
    private readonly byte[] _bytes;
    private readonly int _dataStart;
    private readonly JsonElement _header;

    private SafeTensors(byte[] bytes)
    {
        _bytes = bytes;
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _dataStart = 8 + headerLength;
        _header = JsonDocument.Parse(bytes.AsMemory(8, headerLength)).RootElement;
    }

    public static SafeTensors Read(string path) => new(File.ReadAllBytes(path));

    public int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(Data(name, "F32")).ToArray();

    public int[] Integers(string name) => [.. MemoryMarshal.Cast<byte, long>(Data(name, "I64")).ToArray().Select(value => (int)value)];

    private ReadOnlySpan<byte> Data(string name, string type)
    {
        JsonElement tensor = _header.GetProperty(name);
        Assert.Equal(type, tensor.GetProperty("dtype").GetString());
        int[] offsets = [.. tensor.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
        return _bytes.AsSpan(_dataStart + offsets[0], offsets[1] - offsets[0]);
    }
}
