using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ZooPrune.Onnx;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Benchmarks;

/// <summary>Random weights in one file, which several graphs name as external data. The same seed gives the same file.</summary>
/// <param name="path">The file.</param>
/// <param name="seed">Any number but 0.</param>
/// <param name="floatType">float32 or float16.</param>
internal sealed class WeightsFile(string path, ulong seed, Element floatType = Element.Float) : IDisposable
{
    private const int Alignment = 4096;

    private readonly FileStream _file = File.Create(path);
    private readonly byte[] _buffer = new byte[4 << 20];

    private ulong _state = seed;

    public long Length => _file.Length;

    /// <summary>float32 or float16.</summary>
    public Element FloatType => floatType;

    private int FloatSize => floatType == Element.Float ? sizeof(float) : sizeof(ushort);

    /// <summary>Uniform, of a given standard deviation.</summary>
    public TensorProto Random(string name, float deviation, params ReadOnlySpan<long> dimensions)
    {
        float scale = deviation * MathF.Sqrt(12) / (1 << 24);
        return AddFloats(name, dimensions, () => ((int)(Next() >> 40) - (1 << 23)) * scale);
    }

    /// <summary>uint8, every value alike often.</summary>
    public TensorProto RandomBytes(string name, params ReadOnlySpan<long> dimensions) =>
        Add(name, Element.UInt8, sizeof(byte), dimensions, chunk =>
        {
            foreach (ref ulong value in MemoryMarshal.Cast<byte, ulong>(chunk))
            {
                value = Next();
            }
        });

    /// <summary>All the same.</summary>
    public TensorProto Filled(string name, float value, params ReadOnlySpan<long> dimensions) => AddFloats(name, dimensions, () => value);

    /// <summary>Replaces values of a tensor that was written before.</summary>
    public void Overwrite(TensorProto tensor, long first, ReadOnlySpan<float> values)
    {
        long offset = long.Parse(tensor.ExternalData.Single(entry => entry.Key == "offset").Value, CultureInfo.InvariantCulture);
        _file.Flush();
        RandomAccess.Write(_file.SafeFileHandle, Bytes(values), offset + (first * FloatSize));
    }

    /// <summary>Values as the file has them.</summary>
    public byte[] Bytes(ReadOnlySpan<float> values)
    {
        if (FloatType == Element.Float)
        {
            return MemoryMarshal.AsBytes(values).ToArray();
        }

        Half[] halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }

    public void Dispose() => _file.Dispose();

    private TensorProto AddFloats(string name, ReadOnlySpan<long> dimensions, Func<float> next) =>
        Add(name, floatType, FloatSize, dimensions, chunk =>
        {
            if (floatType == Element.Float)
            {
                foreach (ref float value in MemoryMarshal.Cast<byte, float>(chunk))
                {
                    value = next();
                }

                return;
            }

            foreach (ref Half value in MemoryMarshal.Cast<byte, Half>(chunk))
            {
                value = (Half)next();
            }
        });

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
