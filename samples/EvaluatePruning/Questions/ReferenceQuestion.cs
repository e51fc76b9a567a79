namespace ZooPrune.Samples;

/// <summary>A question with the answers it is scored against.</summary>
/// <param name="Image">Path of the image, relative to the image folder.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Expected">The one right answer, or the one that most people gave.</param>
/// <param name="Kind">The kind of question; empty if the file names none.</param>
/// <param name="PeopleAnswers">What people answered, where the format has it; empty otherwise.</param>
internal sealed record ReferenceQuestion(
    string Image, string Text, string Expected, string Kind, IReadOnlyList<string> PeopleAnswers)
{
    /// <summary>True for a question expecting yes, false for one expecting no, null for any other.</summary>
    public bool? ExpectsYes { get; } =
        ExactMatch.Holds(Expected, "yes") ? true : ExactMatch.Holds(Expected, "no") ? false : null;
}
