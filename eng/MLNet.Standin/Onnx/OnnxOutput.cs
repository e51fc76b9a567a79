using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Value getters over what a model gave.</summary>
internal static class OnnxOutput
{
    public static Delegate Getter(DataViewType type, Func<DisposableNamedOnnxValue> result)
    {
        if (type is VectorDataViewType { ItemType: TextDataViewType })
        {
            return Texts(result);
        }

        bool isVector = type is VectorDataViewType;
        var item = isVector ? ((VectorDataViewType)type).ItemType.RawType : type.RawType;
        return (Delegate)typeof(OnnxOutput)
            .GetMethod(isVector ? nameof(Values) : nameof(Value), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(item).Invoke(null, [result]);
    }

    private static ValueGetter<VBuffer<TItem>> Values<TItem>(Func<DisposableNamedOnnxValue> result) =>
        (ref VBuffer<TItem> value) =>
        {
            var tensor = (DenseTensor<TItem>)result().AsTensor<TItem>();
            var editor = VBufferEditor.Create(ref value, (int)tensor.Length);
            tensor.Buffer.Span.CopyTo(editor.Values);
            value = editor.Commit();
        };

    private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> Texts(Func<DisposableNamedOnnxValue> result) =>
        (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            var tensor = (DenseTensor<string>)result().AsTensor<string>();
            var editor = VBufferEditor.Create(ref value, (int)tensor.Length);
            for (int i = 0; i < editor.Values.Length; i++)
            {
                editor.Values[i] = tensor.Buffer.Span[i].AsMemory();
            }

            value = editor.Commit();
        };

    /// <summary>Outputs without dimensions are columns of single values, but ML.NET cannot read them.</summary>
    private static ValueGetter<TItem> Value<TItem>(Func<DisposableNamedOnnxValue> result) => (ref TItem value) =>
    {
        _ = result();
        throw new ArgumentNullException("source", "An output without dimensions cannot be read.");
    };
}
