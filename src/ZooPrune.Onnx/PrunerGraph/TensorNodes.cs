using System.Runtime.InteropServices;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>Operations on tensors, spelled so that every operator set from 13 on knows them.</summary>
internal static class TensorNodes
{
    // From here on all reductions take their axes as an input, as ReduceSum always does.
    private const int AxesAreInputs = 18;

    /// <summary>A reduction over one axis: ReduceSum, ReduceMean, ReduceMax, ReduceMin.</summary>
    public static string Reduce(this OnnxGraphBuilder graph, string operation, string x, int axis, bool isKept = true) =>
        operation == "ReduceSum" || graph.OperatorSet >= AxesAreInputs
            ? graph.Node(operation, [x, graph.Constant([(long)axis], 1)], ("keepdims", isKept ? 1 : 0))
            : graph.Node(operation, [x], ("axes", (long[])[axis]), ("keepdims", isKept ? 1 : 0));

    /// <summary>The same values in another shape; -1 is what remains, 0 the dimension that was there.</summary>
    public static string Reshape(this OnnxGraphBuilder graph, string x, params ReadOnlySpan<long> shape) =>
        graph.Node("Reshape", [x, graph.Constant(shape, shape.Length)]);

    /// <summary>Dimensions from one to before another, int64 of one axis.</summary>
    public static string Dimensions(this OnnxGraphBuilder graph, string x, int from, int to) => graph.Node(
        "Slice", [graph.Node("Shape", [x]), graph.Constant([(long)from], 1), graph.Constant([(long)to], 1)]);

    /// <summary>A tensor of one value.</summary>
    public static string Filled(this OnnxGraphBuilder graph, string shape, float value) => graph.Node(
        "ConstantOfShape", [shape], ("value", (OnnxGraphBuilder.Element.Float, MemoryMarshal.AsBytes([value]).ToArray(), (long[])[1])));

    /// <summary>0, 1, ... before a count given as int64 [1].</summary>
    public static string Numbers(this OnnxGraphBuilder graph, string count)
    {
        string scalar = graph.Node("Reshape", [count, graph.Constant(ReadOnlySpan<long>.Empty, 0)]);
        return graph.Node("Range", [graph.Constant([0L], []), scalar, graph.Constant([1L], [])]);
    }

    /// <summary>The smallest integers along an axis, ascending; how many is int64 [1].</summary>
    public static string Smallest(this OnnxGraphBuilder graph, string x, string count, int axis) =>
        graph.NodeWithOutputs("TopK", [x, count], 2, ("axis", axis), ("largest", 0), ("sorted", 1))[0];
}
