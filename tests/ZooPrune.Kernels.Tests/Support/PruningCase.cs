namespace ZooPrune.Tests;

/// <summary>Every selection method there is, by name, on seeded projectors.</summary>
internal static class PruningCase
{
    public const int OutputWidth = 16;

    /// <summary>
    /// The members of <see cref="SelectionMethod"/> that need tokens alone and merge none; AttentionMethodTests has the others.
    /// </summary>
    public static SelectionMethod[] PlainMethods { get; } =
    [
        .. Enum.GetValues<SelectionMethod>().Where(method => method != SelectionMethod.ZooPruneTuned)
            .Where(method => method is < SelectionMethod.FasterVlm or >= SelectionMethod.Dart),
    ];

    /// <summary>These and the classes beside them.</summary>
    public static string[] MethodNames { get; } =
        [.. PlainMethods.Select(method => method.ToString()), "CdPruner", "DartOfFour", "Scores"];

    public static PruningOptions Options(string method, int seed, KeepBudget keep)
    {
        PruningOptions options = new() { Keep = keep, Seed = seed };
        return method switch
        {
            "CdPruner" => options with { CustomSelection = new CdPrunerSelector() },
            "DartOfFour" => options with { CustomSelection = new DartSelector(4) },
            "Scores" => options with { CustomSelection = TopScoreSelector.ByScores },
            _ => options with { Selection = Enum.Parse<SelectionMethod>(method) },
        };
    }

    public static VisualTokenPruner Pruner(string method, int seed, KeepBudget keep, int width) =>
        new(TestData.Projector(seed, width, 20, OutputWidth), Options(method, seed, keep));
}
