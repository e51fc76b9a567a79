namespace ZooPrune.Samples;

/// <summary>One setting in figures.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Accuracy">Share of exact answers, 0..1.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end of its 95 % interval.</param>
/// <param name="Kinds">Share of exact answers of each kind of question.</param>
/// <param name="Prune">Mean milliseconds of projection, sensitivity and selection.</param>
/// <param name="Prefill">Mean milliseconds of the first pass of the language model.</param>
/// <param name="Decode">Mean milliseconds of all further words.</param>
internal sealed record Score(
    Setting Setting,
    double Accuracy,
    double Low,
    double High,
    IReadOnlyDictionary<string, KindScore> Kinds,
    double Prune,
    double Prefill,
    double Decode)
{
    /// <summary>The figures of one setting.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="outcomes">Its outcomes over all images; at least one.</param>
    public static Score Of(Setting setting, IReadOnlyCollection<Outcome> outcomes)
    {
        (double low, double high) = Bootstrap.Interval(outcomes);
        return new Score(
            setting,
            outcomes.Average(outcome => outcome.Exact),
            low,
            high,
            outcomes.GroupBy(outcome => outcome.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .ToDictionary(kind => kind.Key, kind => new KindScore(kind.Count(), kind.Average(outcome => outcome.Exact))),
            outcomes.Average(outcome => outcome.Prune),
            outcomes.Average(outcome => outcome.Prefill),
            outcomes.Average(outcome => outcome.Decode));
    }
}

/// <summary>One kind of question in one setting.</summary>
/// <param name="Questions">How many there are.</param>
/// <param name="Accuracy">Share of exact answers, 0..1.</param>
internal sealed record KindScore(int Questions, double Accuracy);
