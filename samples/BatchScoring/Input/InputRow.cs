namespace ZooPrune.Samples;

/// <summary>One row of the input, good or bad.</summary>
internal sealed record InputRow
{
    /// <summary>Line on which the row begins, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Where the next row begins.</summary>
    public required InputPosition End { get; init; }

    /// <summary>The row as it stands in the file, without its line ending; null if it does not fit the other rows.</summary>
    public string? Raw { get; init; }

    /// <summary>Its cells in the order of the reader's columns; empty if they are not needed or could not be read.</summary>
    public IReadOnlyList<string> Cells { get; init; } = [];

    /// <summary>Path of the image.</summary>
    public string Image { get; init; } = "";

    /// <summary>What is asked.</summary>
    public string Question { get; init; } = "";

    /// <summary>Why the row cannot be asked; null = it can.</summary>
    public string? Error { get; init; }
}
