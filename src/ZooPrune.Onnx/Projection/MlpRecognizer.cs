namespace ZooPrune.Onnx;

/// <summary>
/// Tells whether a projector's graph is Linear, GELU (by erf, tanh or sigmoid), Linear, and takes the weights out of it. Linear may
/// be Gemm or MatMul and Add, in float32 or float16, with casts anywhere; GELU may be one node or spelled out, because it is
/// recognised by what it computes, not by how.
/// </summary>
internal static class MlpRecognizer
{
    /// <summary>The weights, or null and the reason why the graph is not of that form.</summary>
    public static MlpWeights? Recognize(OnnxGraph graph, out string reason)
    {
        if (graph.Inputs is not [var input] || graph.Outputs is not [var output])
        {
            reason = $"it has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs instead of one each";
            return null;
        }

        var constants = new ConstantFolder(graph);
        if (TryReadLinear(constants, output, out string afterActivation) is not { } second)
        {
            reason = "it does not end in a Linear layer with float32 or float16 weights";
            return null;
        }

        if (ActivationGraph.FindInput(constants, afterActivation) is not { } beforeActivation)
        {
            reason = "what precedes the last Linear layer is not an activation of one value";
            return null;
        }

        if (ActivationGraph.Recognize(constants, beforeActivation, afterActivation) is not { } gelu)
        {
            reason = "its activation is no GELU (erf, tanh or quick)";
            return null;
        }

        if (TryReadLinear(constants, beforeActivation, out string start) is not { } first || constants.SkipCasts(start) != input)
        {
            reason = "it does not start with a Linear layer with float32 or float16 weights";
            return null;
        }

        if (first.OutputWidth != second.InputWidth)
        {
            reason = $"its layers do not fit together ({first.OutputWidth} and {second.InputWidth} wide)";
            return null;
        }

        reason = "";
        return new MlpWeights(first, second, gelu);
    }

    private static LinearLayer? TryReadLinear(ConstantFolder constants, string output, out string input)
    {
        input = "";
        OnnxNode? node = constants.Producer(constants.SkipCasts(output));
        float[]? bias = null;
        if (node is { Operator: "Add", Inputs: [var left, var right] })
        {
            bool biasIsLeft = constants.Find(left) is not null;
            bias = constants.Find(biasIsLeft ? left : right)?.Values;
            node = bias is null ? null : constants.Producer(constants.SkipCasts(biasIsLeft ? right : left));
        }

        switch (node)
        {
            case { Operator: "MatMul", Inputs: [var source, var weight] }:
                input = source;
                return Create(constants.Find(weight), bias, weightIsTransposed: true);
            case { Operator: "Gemm", Inputs: [var source, var weight, ..] } when bias is null && IsPlain(node):
                input = source;
                bias = node.Inputs.Count > 2 && node.Inputs[2].Length > 0 ? constants.Find(node.Inputs[2])?.Values : [];
                bool keepsRows = node.Attributes.TryGetValue("transB", out OnnxAttribute? transposed) && transposed.Int64 != 0;
                return bias is null ? null : Create(constants.Find(weight), bias.Length == 0 ? null : bias, weightIsTransposed: !keepsRows);
            default:
                return null;
        }
    }

    private static bool IsPlain(OnnxNode gemm) =>
        (!gemm.Attributes.TryGetValue("alpha", out OnnxAttribute? alpha) || alpha.Single == 1)
        && (!gemm.Attributes.TryGetValue("beta", out OnnxAttribute? beta) || beta.Single == 1)
        && (!gemm.Attributes.TryGetValue("transA", out OnnxAttribute? transA) || transA.Int64 == 0);

    private static LinearLayer? Create(OnnxTensor? weight, float[]? bias, bool weightIsTransposed)
    {
        if (weight is not { Values: { Length: > 0 } values, Dimensions: [long rows, long columns] })
        {
            return null;
        }

        (int inputWidth, int outputWidth) = weightIsTransposed ? ((int)rows, (int)columns) : ((int)columns, (int)rows);
        bias ??= new float[outputWidth];
        return bias.Length == outputWidth
            ? new LinearLayer(
                weightIsTransposed ? ConstantFolder.Transpose(values, inputWidth, outputWidth) : values,
                bias,
                inputWidth,
                outputWidth)
            : null;
    }
}
