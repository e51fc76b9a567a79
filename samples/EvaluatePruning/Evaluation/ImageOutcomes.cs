namespace ZooPrune.Samples;

/// <summary>Everything found out about one image.</summary>
/// <param name="Preprocess">Milliseconds from file to pixel values.</param>
/// <param name="Encode">Milliseconds from pixel values to visual tokens.</param>
/// <param name="Outcomes">For each setting one outcome a question; empty if the image failed.</param>
/// <param name="Error">Why the image failed; null = it did not.</param>
internal sealed record ImageOutcomes(
    double Preprocess, double Encode, IReadOnlyDictionary<Setting, IReadOnlyList<Outcome>> Outcomes, string? Error = null);
