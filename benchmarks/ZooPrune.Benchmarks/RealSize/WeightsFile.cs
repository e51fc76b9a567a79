using System.Globalization;
using System.Runtime.InteropServices;
using ZooPrune.Onnx;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Benchmarks;

/// <summary>Random weights in one file, which several graphs name as external data. The same seed gives the same file.</summary>
internal sealed class WeightsFile(string path, ulong seed) : IDisposable
{
    private const int Alignment = 4096;

    private readonly FileStream _file = File.Create(path);
    private readonly byte[] _buffer = new byte[4 << 20];

    private ulong _state = seed;

    public long Length => _file.Length;

    /// <summary>float32, uniform, of a given standard deviation.</summary>
    public TensorProto Random(string name, float deviation, params ReadOnlySpan<long> dimensions) =>
        Add(name, Element.Float, sizeof(float), dimensions, chunk =>
        {
            float scale = deviation * MathF.Sqrt(12) / (1 << 24);
            foreach (ref float value in MemoryMarshal.Cast<byte, float>(chunk))
            {
                value = ((int)(Next() >> 40) - (1 << 23)) * scale;
            }
        });

    /// <summary>uint8, every value alike often.</summary>
    public TensorProto RandomBytes(string name, params ReadOnlySpan<long> dimensions) =>
        Add(name, Element.UInt8, sizeof(byte), dimensions, chunk =>
        {
            foreach (ref ulong value in MemoryMarshal.Cast<byte, ulong>(chunk))
            {
                value = Next();
            }
        });

    /// <summary>float32, all the same.</summary>
    public TensorProto Filled(string name, float value, params ReadOnlySpan<long> dimensions) =>
        Add(name, Element.Float, sizeof(float), dimensions, chunk => MemoryMarshal.Cast<byte, float>(chunk).Fill(value));

    /// <summary>Replaces values of a tensor that was written before.</summary>
    public void Overwrite(TensorProto tensor, long first, ReadOnlySpan<float> values)
    {
        long offset = long.Parse(tensor.ExternalData.Single(entry => entry.Key == "offset").Value, CultureInfo.InvariantCulture);
        _file.Flush();
        RandomAccess.Write(_file.SafeFileHandle, MemoryMarshal.AsBytes(values), offset + (first * sizeof(float)));
    }

    public void Dispose() => _file.Dispose();

    private TensorProto Add(string name, Element element, int size, ReadOnlySpan<long> dimensions, Action<Span<byte>> fill)
    {
        _file.Position += -_file.Position & (Alignment - 1);
        long offset = _file.Position;
        long length = size;
        foreach (long dimension in dimensions)
        {
            length *= dimension;
        }

        for (long left = length; left > 0; left -= _buffer.Length)
        {
            Span<byte> chunk = _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
            fill(chunk);
            _file.Write(chunk);
        }

        var tensor = new TensorProto { Name = name, DataType = (int)element, DataLocation = DataLocation.External };
        tensor.Dims.Add(dimensions.ToArray());
        foreach ((string key, string value) in ((string, string)[])
            [("location", Path.GetFileName(path)), ("offset", $"{offset}"), ("length", $"{length}")])
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return tensor;
    }

    /// <summary>xorshift64*.</summary>
    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }
}
