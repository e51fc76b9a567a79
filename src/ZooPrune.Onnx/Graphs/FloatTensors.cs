using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx.Graphs;

/// <summary>
/// Floats in and out of graphs that take and give float32 or, as exports in half precision do, float16.
/// </summary>
internal static class FloatTensors
{
    /// <summary>Whether a graph's value can be read and written here.</summary>
    public static bool IsFloat(TensorElementType type) => type is TensorElementType.Float or TensorElementType.Float16;

    /// <summary>A tensor of the type that a graph wants. Float32: a view; the values must stay in place until it is disposed.</summary>
    public static unsafe OrtValue Create(TensorElementType type, float* values, int count, params long[] shape)
    {
        if (type == TensorElementType.Float)
        {
            return GraphSession.View(values, shape);
        }

        OrtValue halves = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        Span<Float16> target = halves.GetTensorMutableDataAsSpan<Float16>();
        for (int i = 0; i < count; i++)
        {
            target[i] = new Float16(BitConverter.HalfToUInt16Bits((Half)values[i]));
        }

        return halves;
    }

    /// <summary>Copies a part of a tensor.</summary>
    /// <param name="tensor">float32 or float16.</param>
    /// <param name="start">Number of the first value.</param>
    /// <param name="target">Receives as many values as it has room for.</param>
    public static void Read(OrtValue tensor, int start, Span<float> target)
    {
        if (tensor.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float)
        {
            HostReads.Of<float>(tensor, start, target.Length).CopyTo(target);
            return;
        }

        ReadOnlySpan<Float16> halves = HostReads.Of<Float16>(tensor, start, target.Length);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = (float)BitConverter.UInt16BitsToHalf(halves[i].value);
        }
    }
}

/// <summary>
/// Every look of the host at what a graph has made. On a device each is a copy from there, so that the bytes are counted where a test
/// asks.
/// </summary>
internal static class HostReads
{
    private static readonly AsyncLocal<Counter?> Current = new();

    /// <summary>Counts what this thread, and what it starts, looks at from now on.</summary>
    public static Counter Count() => Current.Value = new Counter();

    /// <summary>A part of a tensor.</summary>
    public static ReadOnlySpan<T> Of<T>(OrtValue tensor, int start, int count)
        where T : unmanaged
    {
        ReadOnlySpan<T> part = tensor.GetTensorDataAsSpan<T>().Slice(start, count);
        Current.Value?.Add(MemoryMarshal.AsBytes(part).Length);
        return part;
    }

    /// <summary>A tensor of any type; read only.</summary>
    public static ReadOnlySpan<byte> Bytes(OrtValue tensor)
    {
        ReadOnlySpan<byte> all = tensor.GetTensorMutableRawData();
        Current.Value?.Add(all.Length);
        return all;
    }

    /// <summary>What was looked at.</summary>
    public sealed class Counter
    {
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
    }
}
