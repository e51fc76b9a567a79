using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx.Engine;

/// <summary>One sequence of a cache.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Row">Which of its sequences.</param>
internal readonly record struct CacheRow(KvCache Cache, int Row)
{
    /// <summary>Tokens that the row stands for.</summary>
    public int Length => Cache.Length - Cache.Padding[Row];
}

/// <summary>
/// Keys and values of all layers for the tokens read so far, of one sequence or of several side by side. The values stay where
/// ONNX Runtime put them: what one run gives is handed to the next as it is. Immutable; disposing frees it.
/// </summary>
internal sealed class KvCache : IDisposable
{
    private readonly IDisposable _owner;

    private KvCache(IReadOnlyList<OrtValue> values, int length, IReadOnlyList<int> padding, IDisposable owner)
    {
        Values = values;
        Length = length;
        Padding = padding;
        _owner = owner;
    }

    /// <summary>Key and value of each layer in turn, [Rows, heads, Length, head width].</summary>
    public IReadOnlyList<OrtValue> Values { get; }

    /// <summary>Positions of the longest row.</summary>
    public int Length { get; }

    /// <summary>Sequences side by side.</summary>
    public int Rows => Padding.Count;

    /// <summary>[Rows]; how many positions at the start of a row stand for nothing, because another row is longer. They hold zeros,
    /// and the attention mask hides them.</summary>
    public IReadOnlyList<int> Padding { get; }

    /// <summary>The cache before the first token.</summary>
    /// <param name="shapes">Heads and head width of each key and value.</param>
    /// <param name="type">float32 or float16.</param>
    /// <param name="rows">Sequences side by side.</param>
    public static KvCache Empty(IReadOnlyList<(int Heads, int HeadWidth)> shapes, TensorElementType type, int rows)
    {
        var values = new DisposableList<OrtValue>();
        foreach ((int heads, int headWidth) in shapes)
        {
            values.Add(OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, [rows, heads, 0, headWidth]));
        }

        return new KvCache(values, 0, new int[rows], values);
    }

    /// <summary>What a run of the decoder gave.</summary>
    /// <param name="outputs">All outputs; the cache owns them.</param>
    /// <param name="first">Index of the first key among them.</param>
    /// <param name="past">The cache that the run went on from.</param>
    /// <param name="count">Tokens that the run read in each row.</param>
    public static KvCache From(IDisposableReadOnlyCollection<OrtValue> outputs, int first, KvCache past, int count) =>
        new([.. outputs.Skip(first)], past.Length + count, past.Padding, outputs);

    /// <summary>Copies sequences side by side into a cache of their own, the shorter ones padded at the start.</summary>
    /// <param name="rows">One or more, in any order; one may come twice.</param>
    public static KvCache Stack(IReadOnlyList<CacheRow> rows)
    {
        int length = rows.Max(row => row.Length);
        var values = new DisposableList<OrtValue>();
        for (int i = 0; i < rows[0].Cache.Values.Count; i++)
        {
            OrtTensorTypeAndShapeInfo form = rows[0].Cache.Values[i].GetTensorTypeAndShape();
            long[] shape = form.Shape;
            (int heads, int width) = ((int)shape[1], (int)shape[3]);
            OrtValue stacked = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, form.ElementDataType, [rows.Count, heads, length, width]);
            values.Add(stacked);
            if (length > 0)
            {
                int bytes = width * (form.ElementDataType == TensorElementType.Float16 ? sizeof(ushort) : sizeof(float));
                Copy(rows, i, heads, length, bytes, stacked.GetTensorMutableRawData());
            }
        }

        return new KvCache(values, length, [.. rows.Select(row => length - row.Length)], values);
    }

    public void Dispose() => _owner.Dispose();

    /// <summary>Value number <paramref name="index"/> of each row, [heads, its length, width], to the end of [heads, length, width]; the
    /// width is in bytes.</summary>
    private static void Copy(IReadOnlyList<CacheRow> rows, int index, int heads, int length, int width, Span<byte> stacked)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            (KvCache cache, int from) = rows[row];
            ReadOnlySpan<byte> values = cache.Length > 0 ? cache.Values[index].GetTensorMutableRawData() : [];
            int kept = rows[row].Length * width;
            for (int head = 0; head < heads; head++)
            {
                Span<byte> target = stacked.Slice(((row * heads) + head) * length * width, length * width);
                target[..^kept].Clear();
                int end = ((from * heads) + head + 1) * cache.Length * width;
                values[(end - kept)..end].CopyTo(target[^kept..]);
            }
        }
    }
}
