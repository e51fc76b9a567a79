namespace ZooPrune.Studies;

/// <summary>
/// Rules that look at where tokens lie. sigma is a reach in units of sqrt(N / K) cells, the spacing that an even grid of K tokens has;
/// cosines are centred unless said otherwise.
/// </summary>
internal static class PlaceRules
{
    /// <summary>Tokens repeat each other only if they are alike and close: similarity = cos exp(-distance^2 / (2 sigma^2)).</summary>
    public static Rule Local(double p, double sigma) => new(
        $"local C1 p{p} s{sigma}",
        (image, keep) =>
        {
            Func<int, int, double> similarity = Similarity(image, keep, sigma);
            return Greedy.MaxMin(image.Weights(p), [image.MostSensitive], (i, j) => 1 - similarity(i, j), keep);
        });

    /// <summary>1 - cos plus lambda / N times the squared distance on the grid.</summary>
    public static Rule Joined(double p, double lambda) => new(
        $"joined C1 p{p} l{lambda}",
        (image, keep) =>
        {
            Func<int, int, double> distances = image.Distances(1);
            double scale = lambda / image.Count;
            return Greedy.MaxMin(
                image.Weights(p),
                [image.MostSensitive],
                (i, j) => distances(i, j) + (scale * image.SquaredGridDistance(i, j)),
                keep);
        });

    /// <summary>A determinantal point process over raw cosines times closeness.</summary>
    public static Rule Determinant(double p, double sigma) => new(
        $"local-dpp C0 p{p} s{sigma}",
        (image, keep) =>
        {
            Func<int, int, double> distances = image.Distances(0);
            double scale = Scale(image, keep, sigma);
            return Greedy.Determinant(
                image.Weights(p), (i, j) => (1 - distances(i, j)) * Math.Exp(-scale * image.SquaredGridDistance(i, j)), keep);
        });

    /// <summary>Facility location: every token, weighted by S^p, wants a kept one that is alike and close.</summary>
    public static Rule Facility(double p, double sigma) => new(
        $"local-facility C1 p{p} s{sigma}",
        (image, keep) => Greedy.FacilityLocation(image.Weights(p), [], Similarity(image, keep, sigma), keep));

    /// <summary>One token of every K-th part of the row-major order: after renumbering each is where it was, but for scale.</summary>
    public static Rule Strata(bool looksAtDiversity) => new(
        looksAtDiversity ? "strata p1" : "strata p0",
        (image, keep) =>
        {
            Func<int, int, double> distances = image.Distances(1);
            double[] weights = image.Weights(1);
            List<int> kept = [];
            for (int k = 0; k < keep; k++)
            {
                int start = (int)((long)k * image.Count / keep);
                int end = (int)((long)(k + 1) * image.Count / keep);
                kept.Add(Enumerable.Range(start, end - start).MaxBy(
                    i => weights[i] * (looksAtDiversity && kept.Count > 0 ? kept.Min(p => distances(i, p)) : 1)));
            }

            return [.. kept];
        });

    /// <summary>max(0, cos) exp(-distance^2 / (2 sigma^2)).</summary>
    internal static Func<int, int, double> Similarity(StudyImage image, int keep, double sigma)
    {
        Func<int, int, double> distances = image.Distances(1);
        double scale = Scale(image, keep, sigma);
        return (i, j) => Math.Max(0, 1 - distances(i, j)) * Math.Exp(-scale * image.SquaredGridDistance(i, j));
    }

    private static double Scale(StudyImage image, int keep, double sigma) => keep / (2 * sigma * sigma * image.Count);
}
