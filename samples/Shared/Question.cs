namespace ZooPrune.Samples;

/// <summary>One line of a questions file.</summary>
/// <param name="Line">Line number in the file, from 1; 0 = the question comes from the command line.</param>
/// <param name="Image">Path of the image, relative to the image folder.</param>
/// <param name="Text">What is asked; may be empty, which the model refuses for that row.</param>
/// <param name="Expected">The right answer, or null if the file does not give it.</param>
/// <param name="Kind">The kind of question, or null.</param>
internal sealed record Question(int Line, string Image, string Text, string? Expected = null, string? Kind = null)
{
    /// <summary>Where the question stands, for messages.</summary>
    public string Place => Line > 0 ? $"line {Line}, {Image}" : Image;
}
