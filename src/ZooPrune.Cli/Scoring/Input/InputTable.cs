using System.Security.Cryptography;
using System.Text;

namespace ZooPrune.Cli;

/// <summary>The files of the input as one table: their rows follow each other in the order of the files. Files that were UTF-16 are read
/// from copies, which go with this.</summary>
internal sealed class InputTable : IDisposable
{
    private readonly List<TableFile> _files = [];
    private readonly List<string> _copies = [];

    private InputTable(InputFiles found, TableFormat format)
    {
        Name = found.Name;
        ImageFolder = found.Folder;
        Format = format;
    }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Where image paths start unless it is said; null where the files have no folder in common.</summary>
    public string? ImageFolder { get; }

    /// <summary>How rows are written, in all files alike.</summary>
    public TableFormat Format { get; }

    /// <summary>What the first file looks like, and with that all of them.</summary>
    public InputLayout Layout => _files[0].Layout;

    /// <summary>What a place in it is counted in.</summary>
    public string Unit => Format == TableFormat.Parquet ? "row" : "line";

    /// <summary>Where the first row begins.</summary>
    public InputPosition FirstRow => Layout.FirstRow;

    /// <summary>Bytes of all files; rows where they are Parquet.</summary>
    public long Length => _files[^1].Start + _files[^1].Length;

    /// <summary>Looks at the beginning of every file.</summary>
    /// <param name="found">The files.</param>
    /// <param name="options">Format and separator, where the user gave them.</param>
    /// <param name="wantsColumns">Whether the properties of JSON objects become columns.</param>
    /// <exception cref="UsageException">A file cannot be read, has no header that makes sense, or another than the first.</exception>
    public static InputTable Open(InputFiles found, ScoreOptions options, bool wantsColumns)
    {
        TableFormat format = options.InputFormat ?? TableFormats.OfFile(found.Paths[0], "--input-format");
        InputTable table = new(found, format);
        try
        {
            foreach (string path in found.Paths)
            {
                if (options.InputFormat is null && TableFormats.OfFile(path, "--input-format") != format)
                {
                    throw Throw.MixedFormats(found.Paths[0], path);
                }

                string name = Path.GetRelativePath(found.Folder ?? "/", path).Replace('\\', '/');
                table.Add(path, name, options, wantsColumns, isLast: path == found.Paths[^1]);
            }
        }
        catch
        {
            table.Dispose();
            throw;
        }

        return table;
    }

    /// <summary>Reads from a row on.</summary>
    /// <param name="names">The columns that rows are asked with.</param>
    /// <param name="added">Names that no property may have, because the output adds them.</param>
    /// <param name="position">Where the first of them begins.</param>
    /// <exception cref="UsageException">A file cannot be read or lacks a column.</exception>
    public IRowReader Read(ColumnNames names, IReadOnlyList<string> added, InputPosition position) =>
        new TableReader(_files, names, added, position);

    /// <summary>Finds the rows of a part. Text has to be gone through for that, because rows are counted; nothing is read of
    /// them.</summary>
    /// <param name="shard">Which part.</param>
    /// <param name="batch">Rows of a batch; parts begin at multiples of it.</param>
    /// <param name="names">The columns that rows are asked with.</param>
    public RowRange Cut(Shard shard, int batch, ColumnNames names)
    {
        if (Format == TableFormat.Parquet)
        {
            (long start, long end) = shard.RowsOf(Length, batch);
            long inFile = start - _files.Last(file => file.Start <= start).Start;
            return new RowRange(start, end, Length, new InputPosition(start, inFile + 1));
        }

        Checkpoints checkpoints = new(FirstRow);
        using (IRowReader reader = Read(names, [], FirstRow))
        {
            while (reader.Skip() is { } end)
            {
                checkpoints.Add(end);
            }
        }

        (long first, long behind) = shard.RowsOf(checkpoints.Rows, batch);
        (long row, InputPosition position) = checkpoints.Before(first);
        using (IRowReader reader = Read(names, [], position))
        {
            for (; row < first; row++)
            {
                position = reader.Skip()!.Value;
            }
        }

        return new RowRange(first, behind, checkpoints.Rows, position);
    }

    /// <summary>SHA-256 over the lengths and bytes of all files, in hexadecimal; of Parquet files only over their ends, which say where
    /// each column of each row group is and what it holds, if only a part of the table is read.</summary>
    public string Hash(bool isPart)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TableFile file in _files)
        {
            using FileStream stream = InputFile.Open(file.Path);
            hash.AppendData(Encoding.ASCII.GetBytes($"{stream.Length}\n"));
            stream.Position = isPart && Format == TableFormat.Parquet ? ParquetFile.EndOf(stream) : 0;
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of the row groups that rows are in, in hexadecimal; null where the files are text, which is hashed as a
    /// whole.</summary>
    public string? HashOf(RowRange range)
    {
        if (Format != TableFormat.Parquet)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TableFile file in _files.Where(file => file.Start < range.End && file.Start + file.Length > range.First))
        {
            using var groups = ParquetFile.Open(file.Path);
            groups.AppendTo(hash, range.First - file.Start, range.End - file.Start);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose() => _copies.ForEach(File.Delete);

    private void Add(string path, string name, ScoreOptions options, bool wantsColumns, bool isLast)
    {
        // An empty file of JSON lines among others has no rows.
        if (Format == TableFormat.JsonLines && new FileInfo(path).Length == 0 && !(_files.Count == 0 && isLast))
        {
            return;
        }

        string read = path;
        if (Format != TableFormat.Parquet && InputFile.CopyOfUtf16(path) is { } copy)
        {
            _copies.Add(copy);
            read = copy;
        }

        // The properties of the first object of all are the columns; nobody asks for those of the others.
        InputLayout layout = Format == TableFormat.Parquet
            ? ParquetLayout.Read(read, options.Columns)
            : InputLayout.Read(read, Format, wantsColumns && _files.Count == 0, options.Separator);
        if (_files.Count > 0)
        {
            layout = Format == TableFormat.JsonLines ? layout with { Columns = Layout.Columns } : layout;
            if (layout.Separator != Layout.Separator
                || !layout.Columns.SequenceEqual(Layout.Columns) || !layout.Types.SequenceEqual(Layout.Types))
            {
                throw Throw.AnotherHeader(path, layout.Columns, _files[0].Path, Layout.Columns);
            }
        }

        _files.Add(new TableFile(read, name, layout, _files.Count == 0 ? 0 : Length, layout.Rows ?? new FileInfo(read).Length));
    }
}

/// <summary>Places of rows at equal distances, so few of them that a table of any length fits.</summary>
/// <param name="first">Where the first row begins.</param>
internal sealed class Checkpoints(InputPosition first)
{
    private const int Most = 4096;

    private readonly List<InputPosition> _positions = [first];
    private long _distance = 1;

    /// <summary>Rows that were added.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds the row that ends at a place.</summary>
    public void Add(InputPosition end)
    {
        Rows++;
        if (Rows % _distance != 0)
        {
            return;
        }

        _positions.Add(end);
        if (_positions.Count > Most)
        {
            List<InputPosition> kept = [.. _positions.Where((_, index) => index % 2 == 0)];
            _positions.Clear();
            _positions.AddRange(kept);
            _distance *= 2;
        }
    }

    /// <summary>The nearest known row at or before a row, and where it begins.</summary>
    public (long Row, InputPosition Position) Before(long row)
    {
        long index = Math.Min(row / _distance, _positions.Count - 1);
        return (index * _distance, _positions[(int)index]);
    }
}
