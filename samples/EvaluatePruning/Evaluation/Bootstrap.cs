namespace ZooPrune.Samples;

/// <summary>
/// 95 % intervals by resampling images: the questions about one image share what was kept of it, so images, not questions, are what
/// was drawn at random.
/// </summary>
internal static class Bootstrap
{
    private const int Resamples = 2000;
    private const int Seed = 20_250_601;

    /// <summary>The interval of the share of exact answers.</summary>
    /// <param name="outcomes">At least one.</param>
    /// <returns>The 2.5 % and 97.5 % points of the resampled shares.</returns>
    public static (double Low, double High) Interval(IEnumerable<Outcome> outcomes)
    {
        (double Exact, int Count)[] images =
            [.. outcomes.GroupBy(outcome => outcome.Image).Select(image => (image.Sum(outcome => outcome.Exact), image.Count()))];
        var random = new Random(Seed);
        double[] shares = new double[Resamples];
        for (int sample = 0; sample < Resamples; sample++)
        {
            double exact = 0;
            int count = 0;
            for (int draw = 0; draw < images.Length; draw++)
            {
                (double drawnExact, int drawnCount) = images[random.Next(images.Length)];
                exact += drawnExact;
                count += drawnCount;
            }

            shares[sample] = exact / count;
        }

        Array.Sort(shares);
        return (shares[(int)(0.025 * Resamples)], shares[(int)(0.975 * Resamples) - 1]);
    }
}
