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
/// <param name="Selection">The selection.</param>
/// <param name="Sensitivity">How the sensitivity is computed, where the selection uses it.</param>
/// <param name="Seeds">How often it is repeated, with seeds 0, 1, ...; the mean counts.</param>
internal sealed record Candidate(
    string Name, SelectionMethod Selection, SensitivityMethod Sensitivity = SensitivityMethod.Auto, int Seeds = 1)
{
    // Without "-sampled" the sensitivity is the cheapest that the projector allows: the closed form for Linear-GELU-Linear.
    private static readonly Candidate[] Known =
    [
        .. Enum.GetValues<SelectionMethod>().Where(IsThere).SelectMany(selection => selection == SelectionMethod.ZooPrune
            ?
            [
                new Candidate(NameOf(selection), selection),
                new Candidate(NameOf(selection) + "-sampled", selection, SensitivityMethod.Sampled),
            ]
            : (Candidate[])[new Candidate(NameOf(selection), selection)]),
    ];

    /// <summary>All names, to be chosen from.</summary>
    public static Choices<Candidate> Names { get; } = new([.. Known.Select(candidate => (candidate.Name, candidate))]);

    /// <summary>All of them, in the order of the tables.</summary>
    public static IReadOnlyList<Candidate> All => Known;

    /// <summary>What the pruner is told.</summary>
    public PruningOptions Options(KeepBudget keep, int seed) =>
        new() { Keep = keep, Selection = Selection, Sensitivity = Sensitivity, Seed = seed, MaxThreads = 1 };

    private static string NameOf(SelectionMethod selection)
    {
        if (selection == SelectionMethod.PruMergePlus)
        {
            return "prumerge-plus";
        }

        string name = selection.ToString().ToLowerInvariant();
        return name.StartsWith("zooprune", StringComparison.Ordinal) && name.Length > "zooprune".Length
            ? name.Insert("zooprune".Length, "-")
            : name;
    }

    // A method that is only reserved cannot be made.
    private static bool IsThere(SelectionMethod selection)
    {
        MlpProjector identity = new([1f], [0f], [1f], [0f], inputWidth: 1, hiddenWidth: 1, outputWidth: 1);
        try
        {
            _ = new VisualTokenPruner(identity, new PruningOptions { Keep = KeepBudget.Tokens(1), Selection = selection });
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
