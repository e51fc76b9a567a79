using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>Recognises the last step before a value of a graph.</summary>
internal sealed class ProjectorNodeReader(ConstantFolder constants)
{
    /// <summary>The step that gives a value, or null where it is none that treats each token on its own.</summary>
    /// <param name="value">Name, behind casts.</param>
    /// <param name="width">Its last dimension; null where that is not known.</param>
    /// <param name="rank">Number of its dimensions; null where that is not known.</param>
    /// <exception cref="InvalidDataException">The graph's constants are not where it says.</exception>
    public ProjectorNode? Read(string value, int? width, int? rank) =>
        constants.Producer(value) is not { } node ? null
        : ReadLinear(value)
            ?? ReadActivation(value, node)
            ?? ReadAffine(value, node, width)
            ?? ReadRowWise(value, node, width)
            ?? ReadMove(value, node, width, rank)
            ?? ReadGate(value, node);

    private ProjectorNode? ReadLinear(string value) =>
        LinearReader.Read(constants, value) is (var input, { } layer)
            ? new ProjectorNode(NodeKind.Linear, value, [input], "Linear") { Layer = layer }
            : null;

    private ProjectorNode? ReadActivation(string value, OnnxNode node)
    {
        if (node is { Domain: OnnxGraphBuilder.MicrosoftDomain, Operator: "BiasGelu" or "FastGelu", Inputs: [var unbiased, var bias] }
            && constants.Shape(bias) is { Length: 1 } && constants.Find(bias) is { } shift)
        {
            return new ProjectorNode(NodeKind.Gelu, value, [constants.SkipCasts(unbiased)], node.Operator)
            {
                Gelu = node.Operator == "BiasGelu" ? GeluKind.Exact : GeluKind.Tanh,
                Affine = ([1], shift.Values),
            };
        }

        string? input = ActivationGraph.FindInput(constants, value);
        return input is not null && ActivationGraph.Recognize(constants, input, value) is { } gelu
            ? new ProjectorNode(NodeKind.Gelu, value, [constants.SkipCasts(input)], node.Operator) { Gelu = gelu }
            : null;
    }

    private ProjectorNode? ReadAffine(string value, OnnxNode node, int? width)
    {
        if (node is not { Operator: "Add" or "Sub" or "Mul" or "Div", Domain: "", Inputs: [var left, var right] })
        {
            return null;
        }

        bool constantIsLeft = constants.IsConstant(left);
        (string constant, string input) = constantIsLeft ? (left, right) : (right, left);
        if (!IsRow(constant, width) || constants.IsConstant(input) || constants.Find(constant)?.Values is not { } c)
        {
            return null;
        }

        (float[] Scale, float[] Shift)? affine = (node.Operator, constantIsLeft) switch
        {
            ("Add", _) => ([1], c),
            ("Sub", false) => ([1], [.. c.Select(x => -x)]),
            ("Sub", true) => ([-1], c),
            ("Mul", _) => (c, [0]),
            ("Div", false) => ([.. c.Select(x => 1 / x)], [0]),
            _ => null,
        };
        return affine is { } found
            ? new ProjectorNode(NodeKind.Affine, value, [constants.SkipCasts(input)], node.Operator) { Affine = found }
            : null;
    }

    /// <summary>Elementwise functions and normalisations of one value, spelled out or not.</summary>
    private ProjectorNode? ReadRowWise(string value, OnnxNode node, int? width)
    {
        string? source = constants.Order.OnlySource(
            value,
            name => IsRow(name, width),
            (inner, name) => RowWiseOperators.Treats(constants, inner, name)
                ? inner.Inputs.Where(input => input.Length > 0 && !IsOption(inner, input))
                : null);
        return source is null ? null : new ProjectorNode(NodeKind.RowWise, value, [constants.SkipCasts(source)], node.Operator);
    }

    /// <summary>The axes of a reduction: a constant, but not one that tokens meet.</summary>
    private bool IsOption(OnnxNode node, string input) =>
        node.Operator.StartsWith("Reduce", StringComparison.Ordinal) && input == node.Input(1) && constants.IsConstant(input);

    private bool IsRow(string name, int? width) =>
        constants.Shape(name) is { } shape && LinearReader.IsRow(shape, width ?? (int)shape.LastOrDefault(1));

    private ProjectorNode? ReadMove(string value, OnnxNode node, int? width, int? rank)
    {
        if (node.Domain.Length > 0 || node.Inputs.Count == 0 || constants.IsConstant(node.Inputs[0]))
        {
            return null;
        }

        // A reshape keeps the tokens if the layer before is as wide as what comes out: the walk compares the two.
        if (node is { Operator: "Reshape", Inputs: [_, var shape] } && constants.FindIntegers(shape)?.Values is [.., > 0 and var last])
        {
            width ??= last;
        }

        long axis = node.Int64("axis", 0);
        bool moves = node.Operator switch
        {
            "Reshape" or "Squeeze" or "Unsqueeze" or "Flatten" => width is not null,
            "Gather" => axis == 0 || (axis > 0 && (rank is null ? width is not null : axis < rank - 1)),
            _ => false,
        };
        if (!moves)
        {
            return null;
        }

        string input = constants.SkipCasts(node.Inputs[0]);
        return new ProjectorNode(NodeKind.RowMove, value, [input], node.Operator) { Node = node, Width = width };
    }

    /// <summary>The product of two values, as in gated layers.</summary>
    private ProjectorNode? ReadGate(string value, OnnxNode node) =>
        node is { Operator: "Mul", Domain: "", Inputs: [var left, var right] }
        && !constants.IsConstant(left) && !constants.IsConstant(right)
            ? new ProjectorNode(NodeKind.RowWise, value, [.. new[] { left, right }.Select(constants.SkipCasts).Distinct()], "Mul")
            : null;
}

/// <summary>Operators that treat each row of their input on its own.</summary>
internal static class RowWiseOperators
{
    /// <summary>Whether a value is that of such a node. Of nodes with several outputs the first counts.</summary>
    public static bool Treats(ConstantFolder constants, OnnxNode node, string output) =>
        node.Outputs[0] == output && TreatsRows(constants, node);

    private static bool TreatsRows(ConstantFolder constants, OnnxNode node) => (node.Domain, node.Operator) switch
    {
        ("", "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Max" or "Min" or "PRelu") => true,
        ("", "Abs" or "Ceil" or "Celu" or "Clip" or "Cos" or "Elu" or "Erf" or "Exp" or "Floor" or "Gelu") => true,
        ("", "HardSigmoid" or "HardSwish" or "LeakyRelu" or "Log" or "Mish" or "Neg" or "Reciprocal" or "Relu" or "Selu") => true,
        ("", "Sigmoid" or "Sign" or "Sin" or "Softplus" or "Softsign" or "Sqrt" or "Swish" or "Tanh" or "ThresholdedRelu") => true,
        ("", "LayerNormalization" or "SimplifiedLayerNormalization" or "RMSNormalization") => node.Int64("axis", -1) == -1,

        // Before operator set 13 the default was 1, with all axes from there on taken as one.
        ("", "Softmax") => node.Int64("axis", constants.Order.Graph.OperatorSet < 13 ? 1 : -1) == -1,
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
