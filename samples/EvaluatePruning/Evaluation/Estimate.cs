namespace ZooPrune.Samples;

/// <summary>A share with what is known about its error.</summary>
/// <param name="Value">The share.</param>
/// <param name="Interval">Its 95 % interval; null where resampling cannot give one.</param>
internal sealed record Estimate(double Value, Interval? Interval)
{
    /// <summary>The ratio of two sums over images; null if the second sum is 0.</summary>
    /// <param name="images">Both sums of each image.</param>
    public static Estimate? OfRatio(IReadOnlyList<(double Numerator, double Denominator)> images)
    {
        double denominator = images.Sum(image => image.Denominator);
        return denominator == 0 ? null : new Estimate(images.Sum(image => image.Numerator) / denominator, Bootstrap.Of(images));
    }
}

/// <summary>
/// 95 % intervals by resampling images: the questions about one image share what was kept of it, so images, not questions, are what
/// was drawn at random.
/// </summary>
internal static class Bootstrap
{
    private const int Resamples = 2000;
    private const int Seed = 20_250_601;

    /// <summary>The interval of a ratio of sums over images: correct over asked, or correct with few tokens over correct with all.</summary>
    /// <param name="images">Both sums of each image; at least one image. Every call draws the same images, so that two ratios over the same
    /// images are resampled together.</param>
    /// <returns>The 2.5 % and 97.5 % points of the resampled ratios; null if a resample's denominator is 0.</returns>
    public static Interval? Of(IReadOnlyList<(double Numerator, double Denominator)> images)
    {
        var random = new Random(Seed);
        double[] ratios = new double[Resamples];
        for (int sample = 0; sample < Resamples; sample++)
        {
            double numerator = 0;
            double denominator = 0;
            for (int draw = 0; draw < images.Count; draw++)
            {
                (double drawnNumerator, double drawnDenominator) = images[random.Next(images.Count)];
                numerator += drawnNumerator;
                denominator += drawnDenominator;
            }

            if (denominator == 0)
            {
                return null;
            }

            ratios[sample] = numerator / denominator;
        }

        Array.Sort(ratios);
        return new Interval(ratios[(int)(0.025 * Resamples)], ratios[(int)(0.975 * Resamples) - 1]);
    }
}

/// <summary>A 95 % interval.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
internal readonly record struct Interval(double Low, double High);
