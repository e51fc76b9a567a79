using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>One line of the result: a method, a budget and a position mode.</summary>
/// <param name="Candidate">The method; null = all tokens.</param>
/// <param name="Keep">The budget; null = all tokens.</param>
/// <param name="Positions">The position mode.</param>
internal sealed record Setting(Candidate? Candidate, KeepBudget? Keep, PositionMode Positions)
{
    /// <summary>All tokens, to which every other setting is compared.</summary>
    public static Setting Full { get; } = new(null, null, PositionMode.Auto);

    /// <summary>The method's name.</summary>
    public string Method => Candidate?.Name ?? "all tokens";

    /// <summary>How often every question is asked.</summary>
    public int Seeds => Candidate?.Seeds ?? 1;
}

/// <summary>A way to choose tokens that is compared with others.</summary>
/// <param name="Name">Its name in tables and on the command line.</param>
/// <param name="Pruning">What the pruner is told, but for budget and seed; null = nothing is pruned, the picture is made smaller.</param>
/// <param name="Seeds">How often it is repeated, with seeds 0, 1, ...; the mean counts.</param>
internal sealed record Candidate(string Name, PruningOptions? Pruning, int Seeds = 1)
{
    private static readonly PruningOptions Published = new() { Keep = KeepBudget.Tokens(1), MaxThreads = 1 };

    private static readonly Candidate[] Known =
    [
        .. ZooPrune.Shell.Names.Methods.Entries.SelectMany(method => Variants(method.Name, Published with { Selection = method.Value })),
        new Candidate("downsample", null),
    ];

    /// <summary>All names, to be chosen from.</summary>
    public static Choices<Candidate> Names { get; } = new([.. Known.Select(candidate => (candidate.Name, candidate))]);

    /// <summary>All of them, in the order of the tables.</summary>
    public static IReadOnlyList<Candidate> All => Known;

    /// <summary>Whether chance decides, so that it is repeated.</summary>
    public bool IsRandom => Pruning?.Selection == SelectionMethod.Random;

    /// <summary>What the pruner is told; null = nothing is pruned.</summary>
    public PruningOptions? Options(KeepBudget keep, int seed) => Pruning is null ? null : Pruning with { Keep = keep, Seed = seed };

    // Without "-sampled" the sensitivity is the cheapest that the projector allows: the closed form for Linear-GELU-Linear. "-centred" is
    // Cen-Prune's correction to the published methods.
    private static IEnumerable<Candidate> Variants(string name, PruningOptions pruning) => pruning.Selection switch
    {
        SelectionMethod.ZooPrune =>
        [
            new Candidate(name, pruning),
            new Candidate(name + "-sampled", pruning with { Sensitivity = SensitivityMethod.Sampled }),
            new Candidate(name + "-centred", pruning with { Centering = 1 }),
        ],
        SelectionMethod.DivPrune => [new Candidate(name, pruning), new Candidate(name + "-centred", pruning with { Centering = 1 })],
        _ => [new Candidate(name, pruning)],
    };
}

/// <summary>What one question costs in one setting.</summary>
/// <param name="Encode">Milliseconds from pixel values to visual tokens; with the attention read where the method uses it.</param>
/// <param name="Prune">Milliseconds of projection, sensitivity and selection; the mean over seeds.</param>
/// <param name="Prefill">Mean milliseconds of the language model's first pass.</param>
/// <param name="Decode">Mean milliseconds of all further words.</param>
/// <param name="Tokens">Visual tokens that the language model reads, separators included.</param>
internal sealed record Cost(double Encode, double Prune, double Prefill, double Decode, double Tokens)
{
    /// <summary>Milliseconds before the language model.</summary>
    public double BeforeReading => Encode + Prune;

    public static Cost operator +(Cost left, Cost right) => new(
        left.Encode + right.Encode,
        left.Prune + right.Prune,
        left.Prefill + right.Prefill,
        left.Decode + right.Decode,
        left.Tokens + right.Tokens);

    public static Cost operator *(double factor, Cost cost) => new(
        factor * cost.Encode, factor * cost.Prune, factor * cost.Prefill, factor * cost.Decode, factor * cost.Tokens);
}
