namespace ZooPrune.Samples;

/// <summary>How long each stage took for one question, or on average for many.</summary>
/// <param name="Preprocess">Decoded image to pixel values.</param>
/// <param name="Encode">Pixel values to visual tokens; null where it was not measured.</param>
/// <param name="Prune">Projection, sensitivity, selection.</param>
/// <param name="Prefill">First pass of the language model.</param>
/// <param name="Decode">All further words.</param>
internal sealed record StageMilliseconds(double Preprocess, double? Encode, double Prune, double Prefill, double Decode)
{
    private const int Decimals = 3;

    /// <summary>All stages together; null where one was not measured.</summary>
    public double? Total => Encode is { } encode ? Math.Round(Preprocess + encode + Prune + Prefill + Decode, Decimals) : null;

    /// <summary>The same to the microsecond, which is finer than any of them repeats.</summary>
    public StageMilliseconds Rounded() => new(
        Math.Round(Preprocess, Decimals),
        Encode is { } encode ? Math.Round(encode, Decimals) : null,
        Math.Round(Prune, Decimals),
        Math.Round(Prefill, Decimals),
        Math.Round(Decode, Decimals));

    /// <summary>The mean of each stage; null if there is nothing to average.</summary>
    public static StageMilliseconds? Mean(IReadOnlyCollection<StageMilliseconds> times) => times.Count == 0
        ? null
        : new StageMilliseconds(
            times.Average(time => time.Preprocess),
            times.Any(time => time.Encode is null) ? null : times.Average(time => time.Encode),
            times.Average(time => time.Prune),
            times.Average(time => time.Prefill),
            times.Average(time => time.Decode)).Rounded();
}
