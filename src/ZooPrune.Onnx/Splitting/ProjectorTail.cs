using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>
/// The end of a vision encoder's graph that treats each token on its own, followed from the output back to the input of its first
/// Linear layer.
/// </summary>
/// <param name="Start">Name of X, the input of the first Linear layer.</param>
/// <param name="Steps">From X to the output.</param>
internal sealed record ProjectorTail(string Start, IReadOnlyList<ProjectorNode> Steps)
{
    private const int MostSteps = 64;

    /// <summary>D.</summary>
    public int InputWidth => Steps.First(step => step.Kind == NodeKind.Linear).Layer!.InputWidth;

    /// <summary>H.</summary>
    public int OutputWidth => Steps.Last(step => step.Kind == NodeKind.Linear).Layer!.OutputWidth;

    /// <summary>Finds the tail; null where there is no Linear layer in it.</summary>
    /// <param name="constants">The graph's constants.</param>
    /// <param name="output">The graph's output.</param>
    /// <param name="found">The operator at which the way back ended.</param>
    /// <exception cref="InvalidDataException">The graph's constants are not where it says.</exception>
    public static ProjectorTail? Find(ConstantFolder constants, OnnxValue output, out string found)
    {
        // Values still to be explained. As long as it is one, everything behind depends on it alone: a place to cut. The latest goes first,
        // so that branches come together where they parted.
        string start = constants.SkipCasts(output.Name);
        var pending = new HashSet<string> { start };
        var widths = new Dictionary<string, int?> { [start] = output.Width };
        var reader = new ProjectorNodeReader(constants);
        var steps = new List<ProjectorNode>();
        ProjectorTail? tail = null;
        while (true)
        {
            string value = pending.MaxBy(constants.Order.Place)!;
            bool keepsRank = steps.All(earlier => earlier.Kind != NodeKind.RowMove || earlier.Operator == "Gather");
            int? rank = keepsRank ? output.Dimensions?.Count : null;
            ProjectorNode? step = steps.Count < MostSteps ? reader.Read(value, widths[value], rank) : null;
            if (step is null
                || (step.Kind == NodeKind.RowMove && pending.Count > 1)
                || (step.Layer is { } layer && widths[value] is { } width && width != layer.OutputWidth))
            {
                found = constants.Producer(value)?.Operator ?? $"the input '{value}'";
                return tail;
            }

            pending.Remove(value);
            steps.Add(step);
            foreach (string input in step.Inputs)
            {
                pending.Add(input);
                widths[input] = step.Layer?.InputWidth ?? step.Width ?? widths[value];
            }

            if (pending.Count == 1 && step.Kind == NodeKind.Linear)
            {
                tail = new ProjectorTail(pending.Single(), [.. Enumerable.Reverse(steps)]);
            }
        }
    }
}

/// <summary>What a step at the end of a vision encoder does to the tokens.</summary>
internal enum NodeKind
{
    /// <summary>A Linear layer.</summary>
    Linear,

    /// <summary>A GELU.</summary>
    Gelu,

    /// <summary>Times a constant, plus a constant, the same for every token.</summary>
    Affine,

    /// <summary>Anything else that treats each token on its own.</summary>
    RowWise,

    /// <summary>Moves tokens and leaves their values: Reshape, Gather.</summary>
    RowMove,
}

/// <summary>One step of a vision encoder's end, seen from its output.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Output">Name of what comes out.</param>
/// <param name="Inputs">Names of what goes in: one, or two where two values are multiplied.</param>
/// <param name="Operator">What messages call it.</param>
internal sealed record ProjectorNode(NodeKind Kind, string Output, IReadOnlyList<string> Inputs, string Operator)
{
    /// <summary>The weights of a <see cref="NodeKind.Linear"/>.</summary>
    public LinearLayer? Layer { get; init; }

    /// <summary>
    /// Of an <see cref="NodeKind.Affine"/>, and of a <see cref="NodeKind.Gelu"/> before it where it has a bias: x Scale + Shift, each of
    /// one value or one for each element.
    /// </summary>
    public (float[] Scale, float[] Shift)? Affine { get; init; }

    /// <summary>Which GELU.</summary>
    public GeluKind Gelu { get; init; }

    /// <summary>The last dimension of what comes out, where the step tells; otherwise null.</summary>
    public int? Width { get; init; }

    /// <summary>The node of a <see cref="NodeKind.RowMove"/>.</summary>
    public OnnxNode? Node { get; init; }
}
