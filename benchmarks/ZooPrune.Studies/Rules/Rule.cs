namespace ZooPrune.Studies;

/// <summary>A way to choose K tokens from S, Z, X and the places on the grid; it never sees a question.</summary>
/// <param name="Name">Its name in tables, with its constants.</param>
/// <param name="Choose">K distinct places, in the order of choice.</param>
internal sealed record Rule(string Name, Func<StudyImage, int, int[]> Choose);
