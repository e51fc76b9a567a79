namespace ZooPrune.Onnx;

/// <summary>
/// The end of a vision encoder's graph that treats each token on its own, followed from the output back to the input of its first
/// Linear layer.
/// </summary>
/// <param name="Start">Name of X, the input of the first Linear layer.</param>
/// <param name="Steps">From X to the output.</param>
internal sealed record ProjectorTail(string Start, IReadOnlyList<TailStep> Steps)
{
    private const int MostSteps = 64;

    /// <summary>D.</summary>
    public int InputWidth => Steps.First(step => step.Kind == TailKind.Linear).Layer!.InputWidth;

    /// <summary>H.</summary>
    public int OutputWidth => Steps.Last(step => step.Kind == TailKind.Linear).Layer!.OutputWidth;

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
        var reader = new TailStepReader(constants);
        var steps = new List<TailStep>();
        ProjectorTail? tail = null;
        while (true)
        {
            string value = pending.MaxBy(constants.Order.Place)!;
            int? rank = steps.All(earlier => earlier.Kind != TailKind.RowMove || earlier.Operator == "Gather") ? output.Dimensions?.Count : null;
            TailStep? step = steps.Count < MostSteps ? reader.Read(value, widths[value], rank) : null;
            if (step is null
                || (step.Kind == TailKind.RowMove && pending.Count > 1)
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

            if (pending.Count == 1 && step.Kind == TailKind.Linear)
            {
                tail = new ProjectorTail(pending.Single(), [.. Enumerable.Reverse(steps)]);
            }
        }
    }
}
