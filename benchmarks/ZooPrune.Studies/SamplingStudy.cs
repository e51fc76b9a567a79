using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>How near m sampled directions come to the closed form, and to each other with another seed.</summary>
internal static class SamplingStudy
{
    public const int DefaultImages = 20;

    private const int Keep = 64;
    private const int LargeTokens = 64;
    private const int LargeKeep = 8;

    private static readonly int[] DirectionCounts = [4, 16, 64, 256];

    public static StudyReport Run(HeldOut heldOut, StudyRun run)
    {
        Dictionary<int, Agreement> small = DirectionCounts.ToDictionary(m => m, _ => new Agreement());
        Dictionary<int, Agreement> large = DirectionCounts.ToDictionary(m => m, _ => new Agreement());
        run.OverImages(heldOut.Images, name =>
        {
            StudyImage image = heldOut.Read(name);
            Compare(heldOut.Model.Projector, image.VisualTokens, image.Sensitivity.Length, Keep, threads: 1, small);
        });
        Compare(LargeProjector.Create(), LargeProjector.Tokens(LargeTokens), LargeTokens, LargeKeep, threads: 0, large);
        return new StudyReport(
            "sampling",
            [
                Table($"shapes-vlm, mean (least to largest) over images; picks: share of the {Keep} of 576 that are the same", small),
                Table($"Random projector of LLaVA size, {LargeTokens} tokens; picks: {LargeKeep}", large),
            ],
            new LineChart(
                "Sampled sensitivity against the closed form",
                $"shapes-vlm: rank correlation, and share of the {Keep} of 576 tokens picked that are the same",
                "directions m",
                [
                    Line("rank", m => small[m].Ranks),
                    Line("rank, two seeds", m => small[m].RanksOfSeeds),
                    Line("picks", m => small[m].Picks),
                    Line("picks, two seeds", m => small[m].PicksOfSeeds),
                ])
            {
                XText = m => $"m = {m}",
            });
    }

    private static void Compare(
        IProjector projector, float[] tokens, int count, int keep, int threads, Dictionary<int, Agreement> agreements)
    {
        PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), MaxThreads = threads };
        TokenSelection exact = new VisualTokenPruner(projector, options).Prune(tokens, count);
        foreach ((int m, Agreement agreement) in agreements)
        {
            PruningOptions sampled = options with { Sensitivity = SensitivityMethod.SharedProduct, Directions = m };
            TokenSelection first = new VisualTokenPruner(projector, sampled).Prune(tokens, count);
            TokenSelection second = new VisualTokenPruner(projector, sampled with { Seed = 1 }).Prune(tokens, count);
            agreement.Ranks.Add(Ranks(exact, first));
            agreement.RanksOfSeeds.Add(Ranks(first, second));
            agreement.Picks.Add(Picks(exact, first));
            agreement.PicksOfSeeds.Add(Picks(first, second));
        }
    }

    private static double Ranks(TokenSelection first, TokenSelection second) =>
        RankCorrelation.Spearman(first.Sensitivity.ToArray(), second.Sensitivity.ToArray());

    private static double Picks(TokenSelection first, TokenSelection second) =>
        first.KeptIndices.ToArray().Intersect(second.KeptIndices.ToArray()).Count() / (double)first.KeptIndices.Length;

    private static ChartLine Line(string name, Func<int, Sample> sample) =>
        new(name, [.. DirectionCounts.Select(m => new ChartPoint(m, sample(m).Mean))]);

    private static TextTable Table(string title, Dictionary<int, Agreement> agreements) => new(
        title,
        ["m", "rank correlation with the closed form", "between two seeds", "same picks as the closed form", "between two seeds"],
        [
            .. agreements.Select(entry => (string[])
            [
                $"{entry.Key}",
                entry.Value.Ranks.Text,
                entry.Value.RanksOfSeeds.Text,
                entry.Value.Picks.Text,
                entry.Value.PicksOfSeeds.Text,
            ]),
        ]);

    private sealed class Agreement
    {
        public Sample Ranks { get; } = new();

        public Sample RanksOfSeeds { get; } = new();

        public Sample Picks { get; } = new();

        public Sample PicksOfSeeds { get; } = new();
    }
}
