using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Projection;

/// <summary>
/// The part of a graph between two Linear layers, as a function of one number: every node in it works element by element and
/// all its constants are scalars. Evaluating it at some points tells which activation it is, however it is spelled.
/// </summary>
internal static class ActivationGraph
{
    private const double Tolerance = 1e-6;

    // 1.702 or sqrt(2) in float16 are off by 0.01 %, which moves the function by less than this; the kinds differ by more.
    private const double HalfTolerance = 2e-4;
    private const int MostNodes = 64;

    /// <summary>The only value that the function depends on; null where there is none or more than one.</summary>
    public static string? FindInput(ConstantFolder constants, string output) => constants.Order.OnlySource(
        output,
        name => IsScalar(constants, name),
        (node, _) => IsElementwise(node) && node.Inputs.All(input => !constants.IsConstant(input) || IsScalar(constants, input))
            ? node.Inputs
            : null);

    /// <summary>Which GELU the function is, compared at 65 points in -8..8; null where it is none.</summary>
    public static GeluKind? Recognize(ConstantFolder constants, string input, string output)
    {
        GeluKind[] kinds = Enum.GetValues<GeluKind>();
        double[] errors = new double[kinds.Length];
        for (int step = -32; step <= 32; step++)
        {
            double x = step / 4.0;
            double got = Evaluate(constants, output, new Dictionary<string, double> { [input] = x }, 0);
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                errors[kind] = Math.Max(errors[kind], Math.Abs(got - GeluFunction.Value(kinds[kind], x)));
            }
        }

        // Math.Max hands NaN on, and NaN passes no comparison.
        int nearest = Array.IndexOf(errors, errors.Min());
        return errors[nearest] <= (constants.HasHalves ? HalfTolerance : Tolerance) ? kinds[nearest] : null;
    }

    private static bool IsScalar(ConstantFolder constants, string name) =>
        constants.Shape(name) is { } shape && shape.All(dimension => dimension == 1);

    private static bool IsElementwise(OnnxNode node) => (node.Domain, node.Operator, node.Inputs.Count) switch
    {
        ("", "Add" or "Sub" or "Mul" or "Div" or "Pow", 2) => true,
        ("", "Erf" or "Tanh" or "Sigmoid" or "Sqrt" or "Neg" or "Exp" or "Gelu", 1) => true,
        ("com.microsoft", "Gelu" or "FastGelu" or "QuickGelu", 1) => true,
        _ => ConstantFolder.IsAlias(node),
    };

    private static double Evaluate(ConstantFolder constants, string name, Dictionary<string, double> known, int depth)
    {
        if (known.TryGetValue(name, out double value))
        {
            return value;
        }

        if (constants.FindScalar(name) is float constant)
        {
            return constant;
        }

        if (depth > MostNodes || constants.Producer(name) is not { } node)
        {
            return double.NaN;
        }

        double first = Evaluate(constants, node.Inputs[0], known, depth + 1);
        double second = node.Inputs.Count > 1 ? Evaluate(constants, node.Inputs[1], known, depth + 1) : 0;
        value = Apply(node, first, second);
        known[name] = value;
        return value;
    }

    private static double Apply(OnnxNode node, double x, double y) => node.Operator switch
    {
        "Add" => x + y,
        "Sub" => x - y,
        "Mul" => x * y,
        "Div" => x / y,
        "Pow" => Math.Pow(x, y),
        "Erf" => ErrorFunction(x),
        "Tanh" => Math.Tanh(x),
        "Sigmoid" => 1 / (1 + Math.Exp(-x)),
        "Sqrt" => Math.Sqrt(x),
        "Neg" => -x,
        "Exp" => Math.Exp(x),
        "Identity" or "Cast" or "Dropout" => x,
        "Gelu" => GeluFunction.Value(IsTanh(node) ? GeluKind.Tanh : GeluKind.Exact, x),
        "FastGelu" => GeluFunction.Value(GeluKind.Tanh, x),
        "QuickGelu" => x / (1 + Math.Exp(-x * node.Single("alpha", (float)GeluFunction.Quick))),
        _ => double.NaN,
    };

    private static bool IsTanh(OnnxNode gelu) => gelu.Attributes.TryGetValue("approximate", out OnnxAttribute? form) && form.Text == "tanh";

    private static double ErrorFunction(double x) => (2 * NormalDistribution.Cumulative(x * Math.Sqrt(2))) - 1;
}
