namespace ZooPrune.Samples;

/// <summary>A way to choose tokens that is compared with others.</summary>
/// <param name="Name">Its name in tables and on the command line.</param>
/// <param name="Selection">The selection.</param>
/// <param name="Sensitivity">How the sensitivity is computed, where the selection uses it.</param>
/// <param name="Seeds">How often it is repeated, with seeds 0, 1, ...; the mean counts.</param>
internal sealed record Candidate(
    string Name, SelectionMethod Selection, SensitivityMethod Sensitivity = SensitivityMethod.Auto, int Seeds = 1)
{
    // Without "-sampled" the sensitivity is the cheapest that the projector allows: the closed form for Linear-GELU-Linear.
    private static readonly Candidate[] Known =
    [
        new("zooprune", SelectionMethod.ZooPrune),
        new("zooprune-sampled", SelectionMethod.ZooPrune, SensitivityMethod.Sampled),
        new("divprune", SelectionMethod.DivPrune),
        new("sensitivity", SelectionMethod.Sensitivity),
        new("norm", SelectionMethod.Norm),
        new("uniform", SelectionMethod.Uniform),
        new("random", SelectionMethod.Random, Seeds: 3),
    ];

    /// <summary>All names, to be chosen from.</summary>
    public static Choices<Candidate> Names { get; } = new([.. Known.Select(candidate => (candidate.Name, candidate))]);

    /// <summary>All of them, in the order of the tables.</summary>
    public static IReadOnlyList<Candidate> All => Known;

    /// <summary>What the pruner is told.</summary>
    public PruningOptions Options(KeepBudget keep, int seed) =>
        new() { Keep = keep, Selection = Selection, Sensitivity = Sensitivity, Seed = seed, MaxThreads = 1 };
}
