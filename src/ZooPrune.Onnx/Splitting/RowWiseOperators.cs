namespace ZooPrune.Onnx;

/// <summary>Operators that treat each row of their input on its own.</summary>
internal static class RowWiseOperators
{
    /// <summary>Whether a value is that of such a node. Of nodes with several outputs the first counts.</summary>
    public static bool Treats(ConstantFolder constants, OnnxNode node, string output) => node.Outputs[0] == output && (node.Domain, node.Operator) switch
    {
        ("", "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Max" or "Min" or "PRelu") => true,
        ("", "Abs" or "Ceil" or "Celu" or "Clip" or "Cos" or "Elu" or "Erf" or "Exp" or "Floor" or "Gelu" or "HardSigmoid" or "HardSwish") => true,
        ("", "LeakyRelu" or "Log" or "Mish" or "Neg" or "Reciprocal" or "Relu" or "Selu" or "Sigmoid" or "Sign" or "Sin" or "Softplus") => true,
        ("", "Softsign" or "Sqrt" or "Swish" or "Tanh" or "ThresholdedRelu") => true,
        ("", "LayerNormalization" or "SimplifiedLayerNormalization" or "RMSNormalization" or "Softmax") => node.Int64("axis", -1) == -1,
        ("", "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceL2" or "ReduceSumSquare") => ReducesRows(constants, node),
        (OnnxGraphBuilder.MicrosoftDomain, "BiasGelu" or "Gelu" or "FastGelu" or "QuickGelu" or "SimplifiedLayerNormalization") => true,
        _ => ConstantFolder.IsAlias(node),
    };

    private static bool ReducesRows(ConstantFolder constants, OnnxNode node) =>
        node.Int64("keepdims", 1) == 1
        && (node.Input(1) is { } axes
            ? constants.FindIntegers(axes) is { Values: [-1] }
            : node.Attributes.TryGetValue("axes", out OnnxAttribute? attribute) && attribute.Int64s is [-1]);
}
