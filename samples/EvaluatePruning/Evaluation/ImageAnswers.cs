namespace ZooPrune.Samples;

/// <summary>Everything the model said about one image.</summary>
/// <param name="Image">Its path in the questions file.</param>
/// <param name="Preprocess">Milliseconds from file to pixel values.</param>
/// <param name="Encode">Milliseconds from pixel values to visual tokens.</param>
/// <param name="Settings">One entry a setting, in the order of the run.</param>
internal sealed record ImageAnswers(string Image, double Preprocess, double Encode, IReadOnlyList<SettingAnswers> Settings);
