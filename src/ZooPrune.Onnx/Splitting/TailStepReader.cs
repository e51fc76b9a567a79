namespace ZooPrune.Onnx;

/// <summary>Recognises the last step before a value of a graph.</summary>
internal sealed class TailStepReader(ConstantFolder constants)
{
    private const int MostNodes = 64;

    /// <summary>The step that gives a value, or null where it is none that treats each token on its own.</summary>
    /// <param name="value">Name, behind casts.</param>
    /// <param name="width">Its last dimension; null where that is not known.</param>
    /// <param name="rank">Number of its dimensions; null where that is not known.</param>
    /// <exception cref="InvalidDataException">The graph's constants are not where it says.</exception>
    public TailStep? Read(string value, int? width, int? rank) =>
        constants.Producer(value) is not { } node ? null
        : ReadLinear(value) ?? ReadActivation(value, node) ?? ReadAffine(value, node, width) ?? ReadRowWise(value, node, width) ?? ReadMove(value, node, width, rank) ?? ReadGate(value, node);

    private TailStep? ReadLinear(string value) =>
        LinearReader.Read(constants, value) is (var input, { } layer)
            ? new TailStep(TailKind.Linear, value, [input], "Linear") { Layer = layer }
            : null;

    private TailStep? ReadActivation(string value, OnnxNode node)
    {
        if (node is { Domain: OnnxGraphBuilder.MicrosoftDomain, Operator: "BiasGelu" or "FastGelu", Inputs: [var unbiased, var bias] }
            && constants.Shape(bias) is { Length: 1 } && constants.Find(bias) is { } shift)
        {
            return new TailStep(TailKind.Gelu, value, [constants.SkipCasts(unbiased)], node.Operator)
            {
                Gelu = node.Operator == "BiasGelu" ? GeluKind.Exact : GeluKind.Tanh,
                Affine = ([1], shift.Values),
            };
        }

        string? input = ActivationGraph.FindInput(constants, value);
        return input is not null && ActivationGraph.Recognize(constants, input, value) is { } gelu
            ? new TailStep(TailKind.Gelu, value, [constants.SkipCasts(input)], node.Operator) { Gelu = gelu }
            : null;
    }

    private TailStep? ReadAffine(string value, OnnxNode node, int? width)
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
            ? new TailStep(TailKind.Affine, value, [constants.SkipCasts(input)], node.Operator) { Affine = found }
            : null;
    }

    /// <summary>Elementwise functions and normalisations of one value, spelled out or not.</summary>
    private TailStep? ReadRowWise(string value, OnnxNode node, int? width)
    {
        var seen = new HashSet<string>();
        var sources = new HashSet<string>();
        var pending = new Stack<string>([value]);
        while (pending.TryPop(out string? name))
        {
            if (!seen.Add(name) || IsRow(name, width))
            {
                continue;
            }

            if (seen.Count > MostNodes)
            {
                return null;
            }

            if (constants.Producer(name) is { } inner && RowWiseOperators.Treats(constants, inner, name))
            {
                foreach (string input in inner.Inputs.Where(input => input.Length > 0 && !IsOption(inner, input)))
                {
                    pending.Push(input);
                }
            }
            else
            {
                sources.Add(name);
            }
        }

        return sources.Count == 1 && sources.Single() != value
            ? new TailStep(TailKind.RowWise, value, [constants.SkipCasts(sources.Single())], node.Operator)
            : null;
    }

    /// <summary>The axes of a reduction: a constant, but not one that tokens meet.</summary>
    private bool IsOption(OnnxNode node, string input) => node.Operator.StartsWith("Reduce", StringComparison.Ordinal) && input == node.Input(1) && constants.IsConstant(input);

    private bool IsRow(string name, int? width) =>
        constants.Shape(name) is { } shape && LinearReader.IsRow(shape, width ?? (int)shape.LastOrDefault(1));

    private TailStep? ReadMove(string value, OnnxNode node, int? width, int? rank)
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
        return moves
            ? new TailStep(TailKind.RowMove, value, [constants.SkipCasts(node.Inputs[0])], node.Operator) { Node = node, Width = width }
            : null;
    }

    /// <summary>The product of two values, as in gated layers.</summary>
    private TailStep? ReadGate(string value, OnnxNode node) =>
        node is { Operator: "Mul", Domain: "", Inputs: [var left, var right] } && !constants.IsConstant(left) && !constants.IsConstant(right)
            ? new TailStep(TailKind.RowWise, value, [.. new[] { left, right }.Select(constants.SkipCasts).Distinct()], "Mul")
            : null;
}
