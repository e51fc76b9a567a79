namespace ZooPrune.Cli;

/// <summary>Rows whose images lie in a folder; a row that names another one, also by a link in the folder, has an error. Not
/// thread-safe.</summary>
/// <param name="rows">The rows; disposed by whoever opened them.</param>
/// <param name="folder">Full path of the folder.</param>
internal sealed class ContainedReader(IRowReader rows, string folder) : IRowReader
{
    private readonly string _root = RegularFile.RealPath(folder) + Path.DirectorySeparatorChar;

    /// <inheritdoc/>
    public InputRow? Read() => rows.Read() is { } row
        ? row.Error is null && row.Image.Length > 0 && !IsInside(row.Image)
            ? row with { Error = Throw.ImageIsOutside(row.Line, row.Image) }
            : row
        : null;

    /// <inheritdoc/>
    public InputPosition? Skip() => rows.Skip();

    public void Dispose()
    {
    }

    private bool IsInside(string image)
    {
        try
        {
            return RegularFile.RealPath(Path.Combine(folder, image)).StartsWith(_root, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Opening it says what is wrong with it.
            return true;
        }
    }
}
