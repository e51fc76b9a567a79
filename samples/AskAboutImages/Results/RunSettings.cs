namespace ZooPrune.Samples;

/// <summary>What a run was made with, as the report says it.</summary>
internal sealed record RunSettings(
    string ModelFolder,
    string ImageFolder,
    string QuestionSource,
    string Method,
    string Keep,
    string Encoder,
    string Positions,
    IReadOnlyList<string> Notes);
