using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>An input or output of a model.</summary>
internal sealed class OnnxNode
{
    public OnnxNode(string name, NodeMetadata metadata, IDictionary<string, int[]> shapes)
    {
        Throw.IfInvalid(metadata.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR, $"'{name}' is no tensor.");
        Name = name;
        ItemType = ItemTypeOf(metadata);
        int[] dimensions = metadata.Dimensions;
        if (shapes?.TryGetValue(name, out int[] given) == true)
        {
            CheckCompatible(given, dimensions);
            dimensions = given;
        }

        // A batch of one row at a time.
        Dimensions = [.. dimensions.Select((d, i) => d > 0 ? d : i == 0 ? 1 : 0)];
        ColumnType = Dimensions.Count == 0 ? ItemType
            : Dimensions.Contains(0) ? new VectorDataViewType(ItemType)
            : new VectorDataViewType(ItemType, Dimensions.ToArray());
    }

    public string Name { get; }

    public PrimitiveDataViewType ItemType { get; }

    /// <summary>The dimensions; 0 if unknown.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>The type of a column of such values.</summary>
    public DataViewType ColumnType { get; }

    private static PrimitiveDataViewType ItemTypeOf(NodeMetadata metadata)
    {
        PrimitiveDataViewType[] others = [TextDataViewType.Instance, BooleanDataViewType.Instance];
        var rawType = metadata.IsString ? typeof(ReadOnlyMemory<char>) : metadata.ElementType;
        var type = Array.Find([.. NumberDataViewType.All, .. others], t => t.RawType == rawType);
        Throw.IfInvalid(type is null, $"There is no column type for tensors of {metadata.ElementType}.");
        return type;
    }

    private static void CheckCompatible(int[] given, int[] known)
    {
        bool fits = given.Select(d => d > 0 ? d : -1).Count() == known.Length
            && given.Zip(known).All(d => d.First == d.Second || d.First <= 0 || d.Second <= 0);
        Throw.IfOutOfRange(
            !fits,
            $"The shape {string.Join(",", given)} does not fit {string.Join(",", known)} in the model; only unknown dimensions can differ.",
            "shapeDictionary");
    }
}
