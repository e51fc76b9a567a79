namespace ZooPrune.Studies;

/// <summary>Everything that was tried, and what of it went further.</summary>
internal static class RuleList
{
    /// <summary>What a new rule is held against.</summary>
    public static IReadOnlyList<Rule> Baselines { get; } =
    [
        Library("zooprune", SelectionMethod.ZooPrune),
        Library("divprune", SelectionMethod.DivPrune),
    ];

    /// <summary>The rule that was chosen from what follows, and the only one that saw the reporting half.</summary>
    public static Rule Chosen { get; } = TwoStepRules.Greedy(24, 0.25, 0, 0.25, 0.5);

    /// <summary>All rules, on a part of the choosing half. The names hold the constants.</summary>
    public static IReadOnlyList<Rule> Tried { get; } =
    [
        .. Baselines,
        Library("uniform", SelectionMethod.Uniform),
        Library("zooprune C1", SelectionMethod.ZooPrune, centering: 1),
        Library("divprune C1", SelectionMethod.DivPrune, centering: 1),
        .. from b in (double[])[0, 0.25, 0.5, 0.75, 1] from p in (double[])[0.5, 1, 2, 4] select OneStepRules.Plain(b, p),
        .. from full in (double[])[48, 64, 96] from p in (double[])[0.5, 1] select OneStepRules.Ramp(full, p),
        .. from q in (double[])[0.5, 1, 2] from p in (double[])[0, 0.5] select OneStepRules.Contrast(q, p),
        .. from q in (double[])[0.5, 1] from p in (double[])[0, 0.5] select OneStepRules.Product(q, p),
        .. from b in (double[])[0, 0.5, 1] from p in (double[])[0, 0.5, 1] select OneStepRules.Determinant(b, p),
        .. from p in (double[])[0, 0.5, 1] from sigma in (double[])[1, 2, 4] select PlaceRules.Local(p, sigma),
        .. from p in (double[])[0.5, 1] from lambda in (double[])[0.3, 1, 3] select PlaceRules.Joined(p, lambda),
        .. from sigma in (double[])[2, 4] select PlaceRules.Determinant(0.5, sigma),
        .. from sigma in (double[])[2, 4] select PlaceRules.Facility(0.5, sigma),
        PlaceRules.Strata(looksAtDiversity: false),
        PlaceRules.Strata(looksAtDiversity: true),
        .. from n in (int[])[16, 32] from b in (double[])[0, 0.25] from p in (double[])[0.5, 1] select TwoStepRules.Greedy(n, b, p, 0, p),
        .. from n in (int[])[20, 24, 28, 32] from q in (double[])[0, 0.25, 0.5] select TwoStepRules.Greedy(n, 0.25, 0, q, 0.5),
        .. from n in (int[])[24, 32] from q in (double[])[0, 0.25, 0.5] select TwoStepRules.Greedy(n, 0, 0, q, 0.5),
        .. from t in (double[])[0, 1, 2] select TwoStepRules.Greedy(24, 0.25, 0, 0.25, t),
        .. from c in (double[])[0.75, 0.9] select TwoStepRules.Greedy(24, 0.25, 0, 0.25, 0.5, c),
        .. from q in (double[])[0.6, 0.75] select TwoStepRules.Greedy(24, 1, 0, q, 0.5),
        .. from b in (double[])[0, 0.25, 0.5] from lambda in (double[])[0.5, 1, 2] select TwoStepRules.MeanKept(24, b, lambda),
        .. from sigma in (double[])[3, 100] select TwoStepRules.ThenFacility(24, 0.25, 0.25, 0, sigma),
        .. from sigma in (double[])[2, 4] select TwoStepRules.ThenLocal(24, 0.25, 0.25, sigma),
    ];

    /// <summary>What was run over the whole choosing half, at every budget.</summary>
    public static IReadOnlyList<Rule> Finalists { get; } =
    [
        .. Baselines,
        Library("uniform", SelectionMethod.Uniform),
        Library("zooprune C1", SelectionMethod.ZooPrune, centering: 1),
        Library("divprune C1", SelectionMethod.DivPrune, centering: 1),
        Chosen,
    ];

    private static Rule Library(string name, SelectionMethod method, float centering = 0) => new(
        name,
        (image, keep) => image.Prune(
            new PruningOptions { Keep = KeepBudget.Tokens(keep), Selection = method, Centering = centering }));
}
