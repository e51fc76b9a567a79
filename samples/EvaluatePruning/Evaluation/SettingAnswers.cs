namespace ZooPrune.Samples;

/// <summary>What the model answered about one image in one setting.</summary>
/// <param name="Prune">Milliseconds of projection, sensitivity and selection; the mean over seeds.</param>
/// <param name="Prefill">Mean milliseconds of the language model's first pass.</param>
/// <param name="Decode">Mean milliseconds of all further words.</param>
/// <param name="Texts">[seed][question]; one seed unless the method is repeated.</param>
internal sealed record SettingAnswers(double Prune, double Prefill, double Decode, IReadOnlyList<IReadOnlyList<string>> Texts);
