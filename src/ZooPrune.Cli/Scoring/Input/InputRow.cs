namespace ZooPrune.Cli;

/// <summary>One row of the input, good or bad.</summary>
internal sealed record InputRow
{
    /// <summary>Line on which the row begins, from 1; in a file without lines the number of the row.</summary>
    public required long Line { get; init; }

    /// <summary>Where the next row begins.</summary>
    public InputPosition End { get; init; }

    /// <summary>The row as it stands in the file, without its line ending; null if it does not fit the other rows.</summary>
    public string? Raw { get; init; }

    /// <summary>Its cells in the order of the reader's columns: texts, or what else the file holds; empty if they are not needed or
    /// could not be read.</summary>
    public IReadOnlyList<object?> Cells { get; init; } = [];

    /// <summary>Path of the image; empty where the row holds the image itself.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image file itself; null where the row names it.</summary>
    public byte[]? ImageBytes { get; init; }

    /// <summary>What is asked.</summary>
    public string Question { get; init; } = "";

    /// <summary>Why the row cannot be asked; null = it can.</summary>
    public string? Error { get; init; }
}

/// <summary>Gives the rows of a table one after the other. Not thread-safe.</summary>
internal interface IRowReader : IDisposable
{
    /// <summary>The next row; null at the end.</summary>
    InputRow? Read();

    /// <summary>Goes over the next row without looking into it.</summary>
    /// <returns>Where the row after it begins; null at the end.</returns>
    InputPosition? Skip();
}

/// <summary>A place between two rows of the input.</summary>
/// <param name="Offset">Bytes before it, of a Parquet file rows; in a table of several files those of the files before it too.</param>
/// <param name="Line">Number of the line that begins there in its file, from 1; of a Parquet file of the row.</param>
internal readonly record struct InputPosition(long Offset, long Line);

/// <summary>The columns that a row is asked with.</summary>
/// <param name="Image">Column of the image's path, or of the image.</param>
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
            : throw Shell.Throw.BadOption(option, text, "the names of two columns, the image's first, as in image,question");
}
