namespace ZooPrune.Cli;

/// <summary>One file of a table.</summary>
/// <param name="Path">What is read.</param>
/// <param name="Name">What it is called in messages, the same on every machine.</param>
/// <param name="Layout">What it looks like.</param>
/// <param name="Start">Lengths of the files before it.</param>
/// <param name="Length">Its own length, in bytes or rows.</param>
internal sealed record TableFile(string Path, string Name, InputLayout Layout, long Start, long Length)
{
    /// <summary>Reads from a row on.</summary>
    /// <param name="names">The columns that rows are asked with.</param>
    /// <param name="added">Names that no property may have.</param>
    /// <param name="position">Where the first of them begins in this file.</param>
    public IRowReader Open(ColumnNames names, IReadOnlyList<string> added, InputPosition position) => Layout.Format switch
    {
        TableFormat.Parquet => new ParquetRowReader(Path, Layout, names, position),
        TableFormat.JsonLines => new JsonLinesReader(Path, names, Layout.Columns, added, position),
        _ => new DelimitedReader(Path, Layout, names, position),
    };
}

/// <summary>Reads one file after the other.</summary>
internal sealed class TableReader : IRowReader
{
    private readonly IReadOnlyList<TableFile> _files;
    private readonly ColumnNames _names;
    private readonly IReadOnlyList<string> _added;
    private IRowReader _reader;
    private int _index;

    public TableReader(IReadOnlyList<TableFile> files, ColumnNames names, IReadOnlyList<string> added, InputPosition position)
    {
        _files = files;
        _names = names;
        _added = added;

        // The end of a file is the beginning of the next one.
        _index = 0;
        while (_index + 1 < files.Count && position.Offset >= files[_index + 1].Start)
        {
            _index++;
        }

        TableFile file = files[_index];
        InputPosition inFile = position with { Offset = position.Offset - file.Start };
        bool isBeginning = inFile.Offset <= file.Layout.FirstRow.Offset;
        _reader = file.Open(names, added, isBeginning ? file.Layout.FirstRow : inFile);
    }

    /// <inheritdoc/>
    public InputRow? Read()
    {
        do
        {
            if (_reader.Read() is { } row)
            {
                TableFile file = _files[_index];
                return row with
                {
                    End = row.End with { Offset = file.Start + row.End.Offset },
                    Error = row.Error is { } error && _files.Count > 1 ? $"{file.Name}: {error}" : row.Error,
                };
            }
        }
        while (GoOn());
        return null;
    }

    /// <inheritdoc/>
    public InputPosition? Skip()
    {
        do
        {
            if (_reader.Skip() is { } end)
            {
                return end with { Offset = _files[_index].Start + end.Offset };
            }
        }
        while (GoOn());
        return null;
    }

    public void Dispose() => _reader.Dispose();

    private bool GoOn()
    {
        if (_index + 1 == _files.Count)
        {
            return false;
        }

        _reader.Dispose();
        _index++;
        _reader = _files[_index].Open(_names, _added, _files[_index].Layout.FirstRow);
        return true;
    }
}
