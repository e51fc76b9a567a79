namespace ZooPrune.Studies;

/// <summary>
/// Rules that choose the first n tokens in one way and the rest in another, on centred cosines, knowing what was chosen. b is the
/// centring of the first step, q its power of the distance to the mean token, t the second step's power of the sensitivity.
/// </summary>
internal static class TwoStepRules
{
    /// <summary>Both steps greedy. p is the first step's power of the sensitivity, c the second one's centring.</summary>
    public static Rule Greedy(int n, double b, double p, double q, double t, double c = 1) => new(
        $"two {n} b{b} p{p} q{q} t{t}" + (c < 1 ? $" c{c}" : ""),
        (image, keep) =>
        {
            double[] weights = [.. image.Weights(p).Zip(image.Contrasts(q), (s, contrast) => s * contrast)];
            int[] start = Studies.Greedy.MaxMin(weights, [image.MostSensitive], image.Distances(b), Math.Min(n, keep));
            return Studies.Greedy.MaxMin(image.Weights(t), start, image.Distances(c), keep);
        });

    /// <summary>In the first step the mean token counts as kept, at lambda times its distance.</summary>
    public static Rule MeanKept(int n, double b, double lambda) => new(
        $"mean {n} b{b} l{lambda} t0.5",
        (image, keep) =>
        {
            Func<int, int, double> distances = image.Distances(b);
            double[] contrast = image.Contrasts(1);
            int[] start = Studies.Greedy.MaxMin(
                image.Weights(0),
                [image.MostSensitive],
                (i, j) => Math.Min(lambda * contrast[i], distances(i, j)),
                Math.Min(n, keep));
            return Studies.Greedy.MaxMin(image.Weights(0.5), start, image.Distances(1), keep);
        });

    /// <summary>The second step is facility location, of alike and close tokens.</summary>
    public static Rule ThenFacility(int n, double b, double q, double t, double sigma) => new(
        $"thenfac {n} b{b} q{q} t{t} s{sigma}",
        (image, keep) => Studies.Greedy.FacilityLocation(
            image.Weights(t), Start(image, n, b, q, keep), PlaceRules.Similarity(image, keep, sigma), keep));

    /// <summary>In the second step tokens repeat each other only if they are alike and close.</summary>
    public static Rule ThenLocal(int n, double b, double q, double sigma) => new(
        $"thenlocal {n} b{b} q{q} t0.5 s{sigma}",
        (image, keep) =>
        {
            Func<int, int, double> similarity = PlaceRules.Similarity(image, keep, sigma);
            return Studies.Greedy.MaxMin(image.Weights(0.5), Start(image, n, b, q, keep), (i, j) => 1 - similarity(i, j), keep);
        });

    private static int[] Start(StudyImage image, int n, double b, double q, int keep) =>
        Studies.Greedy.MaxMin(image.Contrasts(q), [image.MostSensitive], image.Distances(b), Math.Min(n, keep));
}
