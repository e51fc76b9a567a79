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
