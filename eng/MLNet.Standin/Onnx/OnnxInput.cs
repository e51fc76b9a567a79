using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Makes tensors of a column of a row.</summary>
internal abstract class OnnxInput
{
    public static OnnxInput Of(OnnxNode node, DataViewSchema.Column column, DataViewRow row)
    {
        var (type, item) = column.Type is VectorDataViewType vector
            ? (typeof(Vector<>), vector.ItemType.RawType)
            : (typeof(Scalar<>), column.Type.RawType);
        return (OnnxInput)Activator.CreateInstance(type.MakeGenericType(item), node, column, row);
    }

    public abstract NamedOnnxValue Read();

    private static NamedOnnxValue Named<TItem>(string name, TItem[] values, int[] dimensions) => values is ReadOnlyMemory<char>[] texts
        ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<string>(Array.ConvertAll(texts, t => t.ToString()), dimensions))
        : NamedOnnxValue.CreateFromTensor(name, new DenseTensor<TItem>(values, dimensions));

    private sealed class Scalar<TItem>(OnnxNode node, DataViewSchema.Column column, DataViewRow row) : OnnxInput
    {
        private readonly ValueGetter<TItem> _get = row.GetGetter<TItem>(column);

        /// <summary>Always one by one, whatever the model says.</summary>
        public override NamedOnnxValue Read()
        {
            TItem value = default;
            _get(ref value);
            return Named(node.Name, [value], [1, 1]);
        }
    }

    private sealed class Vector<TItem>(OnnxNode node, DataViewSchema.Column column, DataViewRow row) : OnnxInput
    {
        private readonly ValueGetter<VBuffer<TItem>> _get = row.GetGetter<VBuffer<TItem>>(column);
        private readonly bool _isFree = !((VectorDataViewType)column.Type).IsKnownSize;
        private VBuffer<TItem> _value;

        public override NamedOnnxValue Read()
        {
            _get(ref _value);
            var values = new TItem[_value.Length];
            _value.CopyTo(values);
            int[] dimensions = [.. node.Dimensions];
            int unknown = Array.IndexOf(dimensions, 0);
            if (_isFree)
            {
                // The unknown dimension is what the length leaves for it.
                int known = dimensions.Where(d => d > 0).Aggregate(1, (product, d) => product * d);
                Throw.IfOutOfRange(unknown < 0, "index", "The column has any length, but the model has no unknown dimension.");
                dimensions[unknown] = values.Length / known;
            }

            return Named(node.Name, values, dimensions);
        }
    }
}
