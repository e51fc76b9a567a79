namespace ZooPrune.Onnx.Models;

/// <summary>What each graph of a model is given, so that one that asks for more is found before it is run.</summary>
/// <param name="Needed">Inputs that a graph must have.</param>
/// <param name="Other">Inputs that are given where a graph asks for them.</param>
/// <param name="HasStates">Whether it may also ask for what it gave in its last run: past... for present...</param>
internal sealed record GraphInputs(IReadOnlyList<GraphInput> Needed, IReadOnlyList<GraphInput> Other, bool HasStates = false)
{
    private const string Floats = "float32 float16";
    private const string Integers = "int64";

    /// <summary>Of token ids to embeddings.</summary>
    public static GraphInputs Embeddings { get; } = new([new("input_ids", Integers, 2)], []);

    /// <summary>Of a language model.</summary>
    public static GraphInputs Decoder { get; } = new(
        [new("inputs_embeds", Floats, 3), new("attention_mask", Integers, 2)],
        [new("position_ids", Integers, 2, 3), new("num_logits_to_keep", Integers, 0, 1), new("use_cache_branch", "bool", 1)],
        HasStates: true);

    /// <summary>Of a vision encoder of the family.</summary>
    public static GraphInputs EncoderOf(IModelFamily family) => family.Measure == ImageMeasure.PatchGrid
        ? new([new("pixel_values", Floats, 2)], [new("image_grid_thw", Integers, 2), new("grid_thw", Integers, 2)])
        : new([new("pixel_values", Floats, 4)], []);

    /// <summary>Of a projector, whose input has any name.</summary>
    public static GraphInputs Projector(IReadOnlyList<PortFacts> inputs) =>
        new([new(inputs.Count > 0 ? inputs[0].Name : "visual_tokens", Floats, 2, 3)], []);

    /// <summary>What is wrong with the names of a graph's inputs; null for nothing.</summary>
    /// <param name="graph">The graph, as messages call it.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="outputs">Names of its outputs.</param>
    public ZooPruneException? Problem(string graph, IReadOnlyCollection<string> inputs, IReadOnlyCollection<string> outputs)
    {
        if (Needed.FirstOrDefault(needed => !inputs.Contains(needed.Name)) is { } missing)
        {
            return Throw.GraphNames(graph, "input", inputs, $"the input '{missing.Name}'");
        }

        string[] given = [.. Needed.Concat(Other).Select(input => input.Name)];
        string[] others = [.. inputs.Except(given)];
        string[] strangers = [.. others.Where(name => !HasStates || !name.StartsWith("past", StringComparison.Ordinal))];
        return strangers.Length > 0 ? Throw.GraphInputUnknown(graph, strangers, given, HasStates)
            : HasStates && (others.Length == 0 || !others.All(name => IsState(name, outputs))) ? Throw.DecoderInputs(graph, inputs)
            : null;
    }

    /// <summary>What is wrong with the names, types and numbers of dimensions of a graph's inputs; null for nothing.</summary>
    public ZooPruneException? Problem(string graph, IReadOnlyList<PortFacts> inputs, IReadOnlyList<PortFacts> outputs)
    {
        if (Problem(graph, [.. inputs.Select(port => port.Name)], [.. outputs.Select(port => port.Name)]) is { } problem)
        {
            return problem;
        }

        foreach (PortFacts port in inputs)
        {
            if (Needed.Concat(Other).FirstOrDefault(input => input.Name == port.Name) is not { } input)
            {
                continue;
            }

            if (!input.Types.Split(' ').Contains(port.Type))
            {
                return Throw.GraphType(graph, port.Name, port.Type, input.Types.Replace(" ", " or ", StringComparison.Ordinal));
            }

            if ((port.Shape.Count > 0 && port.Shape.Count < input.Rank) || port.Shape.Count > input.MostRank)
            {
                return Throw.GraphRank(graph, port.Name, port.Shape, input.Rank);
            }
        }

        return null;
    }

    /// <summary>past_key_values.0.key goes with present.0.key, past_conv.0 with present_conv.0.</summary>
    private static bool IsState(string past, IReadOnlyCollection<string> outputs) =>
        outputs.Contains("present" + past["past".Length..])
        || (past.StartsWith("past_key_values", StringComparison.Ordinal) && outputs.Contains("present" + past["past_key_values".Length..]));
}

/// <summary>An input that a graph is given.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Types">Element types that it may have, separated by blanks.</param>
/// <param name="Rank">Least dimensions.</param>
/// <param name="Most">Most dimensions; 0 for as many as <paramref name="Rank"/>.</param>
internal sealed record GraphInput(string Name, string Types, int Rank, int Most = 0)
{
    /// <summary>Most dimensions.</summary>
    public int MostRank => Math.Max(Rank, Most);
}
