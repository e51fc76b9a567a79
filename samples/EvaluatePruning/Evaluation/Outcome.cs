namespace ZooPrune.Samples;

/// <summary>How one question went in one setting.</summary>
/// <param name="Image">Number of the image, from 0.</param>
/// <param name="Kind">The kind of question.</param>
/// <param name="Exact">1 if the answer was exact, 0 if not; in between where a method is repeated with several seeds.</param>
/// <param name="Prune">Milliseconds of projection, sensitivity and selection.</param>
/// <param name="Prefill">Milliseconds of the first pass of the language model.</param>
/// <param name="Decode">Milliseconds of all further words.</param>
internal sealed record Outcome(int Image, string Kind, double Exact, double Prune, double Prefill, double Decode)
{
    /// <summary>The mean over repetitions of the same question.</summary>
    public static Outcome Mean(IReadOnlyList<Outcome> repetitions) => repetitions[0] with
    {
        Exact = repetitions.Average(outcome => outcome.Exact),
        Prune = repetitions.Average(outcome => outcome.Prune),
        Prefill = repetitions.Average(outcome => outcome.Prefill),
        Decode = repetitions.Average(outcome => outcome.Decode),
    };
}
