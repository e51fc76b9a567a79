namespace ZooPrune.Onnx;

/// <summary>
/// Tells whether a projector's graph is Linear, GELU (by erf, tanh or sigmoid), Linear, and takes the weights out of it. Linear may
/// be Gemm or MatMul and Add in any floating-point type or quantised, with casts anywhere; GELU may be one node or spelled out, because it is
/// recognised by what it computes, not by how.
/// </summary>
internal static class MlpRecognizer
{
    /// <summary>The weights, or null and the reason why the graph is not of that form.</summary>
    public static MlpWeights? Recognize(OnnxGraph graph, out string reason)
    {
        var constants = new ConstantFolder(graph);
        return Recognize(constants, out reason);
    }

    /// <summary>The same for a graph whose large constants may be in other files.</summary>
    public static MlpWeights? Recognize(ConstantFolder constants, out string reason)
    {
        OnnxGraph graph = constants.Order.Graph;
        if (graph.Inputs is not [var input] || graph.Outputs is not [var output])
        {
            reason = $"it has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs instead of one each";
            return null;
        }

        if (LinearReader.Read(constants, output.Name) is not (var afterActivation, { } second))
        {
            reason = "it does not end in a Linear layer with weights that can be read";
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

        if (LinearReader.Read(constants, beforeActivation) is not (var start, { } first) || start != input.Name)
        {
            reason = "it does not start with a Linear layer with weights that can be read";
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
}
