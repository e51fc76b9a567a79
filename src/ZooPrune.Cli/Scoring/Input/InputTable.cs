using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.FileSystemGlobbing;

namespace ZooPrune.Cli;

/// <summary>The files of the input as one table: their rows follow each other in the order of the files. Files that were UTF-16 are read
/// from copies, which go with this.</summary>
internal sealed class InputTable : IDisposable
{
    private static readonly ColumnNames NoColumns = new("", "");

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

                table.Add(path, Path.GetRelativePath(found.Folder ?? "/", path).Replace('\\', '/'), options.Separator, wantsColumns);
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

    /// <summary>Finds the rows of a part. Text has to be gone through for that, because rows are counted; nothing is read of them.</summary>
    /// <param name="shard">Which part.</param>
    /// <param name="batch">Rows of a batch; parts begin at multiples of it.</param>
    public RowRange Cut(Shard shard, int batch)
    {
        Checkpoints checkpoints = new(FirstRow);
        using (IRowReader reader = Read(NoColumns, [], FirstRow))
        {
            while (reader.Skip() is { } end)
            {
                checkpoints.Add(end);
            }
        }

        (long first, long behind) = shard.RowsOf(checkpoints.Rows, batch);
        (long row, InputPosition position) = checkpoints.Before(first);
        using (IRowReader reader = Read(NoColumns, [], position))
        {
            for (; row < first; row++)
            {
                position = reader.Skip()!.Value;
            }
        }

        return new RowRange(first, behind, checkpoints.Rows, position);
    }

    /// <summary>SHA-256 over the lengths and bytes of all files, in hexadecimal.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TableFile file in _files)
        {
            using FileStream stream = InputFile.Open(file.Path);
            hash.AppendData(Encoding.ASCII.GetBytes($"{stream.Length}\n"));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose() => _copies.ForEach(File.Delete);

    private void Add(string path, string name, char? separator, bool wantsColumns)
    {
        string read = path;
        if (InputFile.CopyOfUtf16(path) is { } copy)
        {
            _copies.Add(copy);
            read = copy;
        }

        // The properties of the first object of all are the columns; nobody asks for those of the others.
        var layout = InputLayout.Read(read, Format, wantsColumns && _files.Count == 0, separator);
        if (_files.Count > 0)
        {
            layout = Format == TableFormat.JsonLines ? layout with { Columns = Layout.Columns } : layout;
            if (!layout.Columns.SequenceEqual(Layout.Columns) || layout.Separator != Layout.Separator)
            {
                throw Throw.AnotherHeader(path, layout.Columns, _files[0].Path, Layout.Columns);
            }
        }

        _files.Add(new TableFile(read, name, layout, _files.Count == 0 ? 0 : Length, new FileInfo(read).Length));
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
        _reader = file.Open(names, added, inFile.Offset < file.Layout.FirstRow.Offset || inFile.Offset == 0 ? file.Layout.FirstRow : inFile);
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

/// <summary>What the user named as input: files, folders and patterns, as a list of files.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Paths">Full paths, those of a folder or a pattern in ordinal order.</param>
/// <param name="Folder">The folder that all of it is in: of a file, that it lies in; of a pattern, up to its first star. Null where there
/// is none.</param>
internal sealed record InputFiles(string Name, IReadOnlyList<string> Paths, string? Folder)
{
    /// <summary>Finds the files.</summary>
    /// <param name="given">As they were typed.</param>
    /// <param name="output">The file to be, which must not be among them, now or later.</param>
    /// <exception cref="UsageException">Nothing is there, or the output would be part of the input.</exception>
    public static InputFiles Find(IReadOnlyList<string> given, string output)
    {
        List<string> paths = [];
        List<string> folders = [];
        output = Path.GetFullPath(output);
        foreach (string input in given)
        {
            (string folder, string? pattern) = Split(input);
            folders.Add(folder);
            if (pattern is null)
            {
                paths.Add(File.Exists(input) ? Path.GetFullPath(input) : throw Throw.MissingInput(input));
            }
            else
            {
                Matcher matcher = new(StringComparison.Ordinal);
                matcher.AddInclude(pattern);
                string[] found = [.. matcher.GetResultsInFullPath(folder).Where(TableFormats.IsTable).Order(StringComparer.Ordinal)];
                bool holdsOutput = TableFormats.IsTable(output) && matcher.Match(folder, output).HasMatches;
                paths.AddRange(holdsOutput ? throw Throw.OutputInInput(output, input) : found is [] ? throw Throw.NoTables(input) : found);
            }
        }

        // Also through links: what is read must stay as it is.
        return paths.FirstOrDefault(path => Target(path) == Target(output)) is { } same
            ? throw Throw.OutputInInput(output, same)
            : new InputFiles(string.Join(", ", given), paths, folders.Distinct().Count() == 1 ? folders[0] : null);
    }

    /// <summary>Folder and pattern of what was typed; no pattern where it is one file.</summary>
    private static (string Folder, string? Pattern) Split(string input)
    {
        string full = Path.GetFullPath(input);
        if (Directory.Exists(input))
        {
            return (full, "**/*");
        }

        if (File.Exists(input) || !input.Contains('*', StringComparison.Ordinal))
        {
            return (Path.GetDirectoryName(full)!, null);
        }

        int end = full.LastIndexOf(Path.DirectorySeparatorChar, full.IndexOf('*', StringComparison.Ordinal));
        string folder = end == 0 ? full[..1] : full[..end];
        return Directory.Exists(folder) ? (folder, full[(end + 1)..]) : throw Throw.NoTables(input);
    }

    private static string Target(string path) =>
        File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path;
}
