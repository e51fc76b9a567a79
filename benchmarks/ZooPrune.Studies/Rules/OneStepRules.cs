namespace ZooPrune.Studies;

/// <summary>Rules that choose all tokens in one way. b is the centring, p the power of the sensitivity.</summary>
internal static class OneStepRules
{
    /// <summary>(S / max S)^p times the smallest 1 - cos_b.</summary>
    public static Rule Plain(double b, double p) => new(
        $"plain C{b} p{p}", (image, keep) => Greedy.MaxMin(image.Weights(p), [image.MostSensitive], image.Distances(b), keep));

    /// <summary>The same with a centring that grows with the budget and is whole from <paramref name="full"/> tokens on.</summary>
    public static Rule Ramp(double full, double p) => new(
        $"ramp {full} p{p}",
        (image, keep) => Greedy.MaxMin(
            image.Weights(p), [image.MostSensitive], image.Distances(Math.Min(1, keep / full)), keep));

    /// <summary>Centred, and weighted by the distance to the mean token to the power q.</summary>
    public static Rule Contrast(double q, double p) => new(
        $"contrast q{q} p{p}",
        (image, keep) =>
        {
            double[] weights = [.. image.Weights(p).Zip(image.Contrasts(q), (s, c) => s * c)];
            return Greedy.MaxMin(weights, [Greedy.IndexOfLargest(weights)], image.Distances(1), keep);
        });

    /// <summary>The raw distance to the power q times the centred one.</summary>
    public static Rule Product(double q, double p) => new(
        $"product q{q} p{p}",
        (image, keep) =>
        {
            Func<int, int, double> raw = image.Distances(0);
            Func<int, int, double> centred = image.Distances(1);
            return Greedy.MaxMin(
                image.Weights(p), [image.MostSensitive], (i, j) => Math.Pow(Math.Max(0, raw(i, j)), q) * centred(i, j), keep);
        });

    /// <summary>Greedy MAP of a determinantal point process with S^p as quality.</summary>
    public static Rule Determinant(double b, double p) => new(
        $"dpp C{b} p{p}",
        (image, keep) =>
        {
            const double Ridge = 1e-3;
            Func<int, int, double> distances = image.Distances(b);
            return Greedy.Determinant(image.Weights(p), (i, j) => 1 - distances(i, j) + (i == j ? Ridge : 0), keep);
        });
}
