using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ZooPrune.Onnx.Tests;

/// <summary>What transformers computed for one case: tensors by name, from a safetensors file that may be compressed.</summary>
internal sealed class GoldenTensors
{
    private readonly byte[] _file;
    private readonly int _start;
    private readonly JsonElement _header;

    public GoldenTensors(string path)
    {
        _file = File.Exists(path) ? File.ReadAllBytes(path) : Unpack(path + ".gz");
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_file));
        _start = sizeof(long) + length;
        _header = JsonDocument.Parse(_file.AsMemory(sizeof(long), length)).RootElement;
    }

    public bool Has(string name) => _header.TryGetProperty(name, out _);

    public int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];

    public float[] Singles(string name) => Values<float>(name);

    public int[] Int32s(string name) => [.. Values<long>(name).Select(value => checked((int)value))];

    private T[] Values<T>(string name)
        where T : struct
    {
        JsonElement range = _header.GetProperty(name).GetProperty("data_offsets");
        ReadOnlySpan<byte> bytes = _file.AsSpan((_start + range[0].GetInt32())..(_start + range[1].GetInt32()));
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    private static byte[] Unpack(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }
}
