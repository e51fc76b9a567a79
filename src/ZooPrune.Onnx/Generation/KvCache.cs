using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx;

/// <summary>
/// Keys and values of all layers for the tokens read so far. The values stay where ONNX Runtime put them: what one run gives
/// is handed to the next as it is. Immutable; disposing frees it.
/// </summary>
internal sealed class KvCache : IDisposable
{
    private readonly IDisposable _owner;

    private KvCache(IReadOnlyList<OrtValue> values, int length, IDisposable owner)
    {
        Values = values;
        Length = length;
        _owner = owner;
    }

    /// <summary>Key and value of each layer in turn, [1, heads, Length, head width].</summary>
    public IReadOnlyList<OrtValue> Values { get; }

    /// <summary>Tokens that the cache stands for.</summary>
    public int Length { get; }

    /// <summary>The cache before the first token.</summary>
    /// <param name="shapes">Heads and head width of each key and value.</param>
    public static KvCache Empty(IReadOnlyList<(int Heads, int HeadWidth)> shapes)
    {
        var values = new DisposableList<OrtValue>();
        foreach ((int heads, int headWidth) in shapes)
        {
            values.Add(OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, heads, 0, headWidth]));
        }

        return new KvCache(values, 0, values);
    }

    /// <summary>What a run of the decoder gave.</summary>
    /// <param name="outputs">All outputs; the cache owns them.</param>
    /// <param name="first">Index of the first key among them.</param>
    /// <param name="length">Tokens that it stands for.</param>
    public static KvCache From(IDisposableReadOnlyCollection<OrtValue> outputs, int first, int length) =>
        new([.. outputs.Skip(first)], length, outputs);

    public void Dispose() => _owner.Dispose();
}
