namespace ZooPrune.Samples;

/// <summary>The columns that a row is asked with.</summary>
/// <param name="Image">Column of the image's path.</param>
/// <param name="Question">Column of the question.</param>
internal sealed record ColumnNames(string Image, string Question)
{
    private const char Separator = ',';

    /// <summary>"image,question".</summary>
    public override string ToString() => $"{Image}{Separator}{Question}";

    /// <summary>Reads "image,question".</summary>
    /// <param name="option">The option it was given for, for the message.</param>
    /// <param name="text">Two names.</param>
    /// <exception cref="UsageException">These are not two different names.</exception>
    public static ColumnNames Parse(string option, string text) =>
        text.Split(Separator, StringSplitOptions.TrimEntries) is [{ Length: > 0 } image, { Length: > 0 } question] && image != question
            ? new ColumnNames(image, question)
            : throw Throw.BadOption(option, text, "the names of two columns, the image's first, as in image,question", "correct it");
}
