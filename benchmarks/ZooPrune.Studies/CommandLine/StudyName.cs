namespace ZooPrune.Studies;

/// <summary>The studies.</summary>
internal enum StudyName
{
    Relations,
    Sampling,
    Rounding,
    Rules,
}
