using Parquet.Schema;

namespace ZooPrune.Cli;

/// <summary>Reads the rows of a Parquet file, one row group at a time and of that only the columns that are needed. Not
/// thread-safe.</summary>
internal sealed class ParquetRowReader : IRowReader
{
    private readonly ParquetFile _file;
    private readonly ColumnNames _names;
    private readonly DataField?[] _carried;
    private readonly DataField? _path;
    private readonly DataField? _bytes;
    private readonly DataField _question;
    private readonly IReadOnlyList<long> _groupRows;
    private int _group;
    private long _rowInGroup;
    private long _row;
    private Group? _loaded;

    /// <param name="path">The file.</param>
    /// <param name="layout">What it looks like.</param>
    /// <param name="names">The columns that rows are asked with.</param>
    /// <param name="position">Where the next row begins.</param>
    /// <exception cref="UsageException">The file cannot be read or lacks a column.</exception>
    public ParquetRowReader(string path, InputLayout layout, ColumnNames names, InputPosition position)
    {
        _file = ParquetFile.Open(path);
        _names = names;
        _groupRows = _file.GroupRows;
        try
        {
            (_path, _bytes) = ParquetLayout.ImageOf(_file, names);
            _question = ParquetLayout.TextOf(_file, names.Question)
                ?? throw Throw.NoSuchColumn(path, names.Question, 0, ParquetLayout.Names(_file));
            _carried =
            [
                .. layout.Columns.Select(name => name == names.Image
                    ? _path
                    : _file.Schema.Fields.OfType<DataField>().First(field => field.Name == name)),
            ];
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        _row = position.Offset;
        _rowInGroup = _row;
        while (_group < _groupRows.Count && _rowInGroup >= _groupRows[_group])
        {
            _rowInGroup -= _groupRows[_group++];
        }
    }

    /// <inheritdoc/>
    public InputRow? Read()
    {
        if (_group == _groupRows.Count)
        {
            return null;
        }

        _loaded ??= new Group(
            [.. _carried.Select(field => Column(field)!)], Column(_path), Column(_bytes), Column(_question)!);
        int index = (int)_rowInGroup;
        var bytes = _loaded.Bytes?[index] as byte[];
        InputRow row = new()
        {
            Line = _row + 1,
            Cells = [.. _loaded.Carried.Select(column => column[index])],
            Image = bytes is null ? _loaded.Path?[index] as string ?? "" : "",
            ImageBytes = bytes,
            Question = _loaded.Question[index] as string ?? "",
        };
        string place = FormattableString.Invariant($"Row {row.Line}");
        return row with
        {
            End = Skip()!.Value,
            Error = bytes is null or [] && string.IsNullOrWhiteSpace(row.Image)
                ? Throw.EmptyCell(place, _names.Image, "an image or its path")
                : string.IsNullOrWhiteSpace(row.Question) ? Throw.EmptyCell(place, _names.Question, "a question")
                : null,
        };
    }

    /// <inheritdoc/>
    public InputPosition? Skip()
    {
        if (_group == _groupRows.Count)
        {
            return null;
        }

        _row++;
        _rowInGroup++;
        while (_group < _groupRows.Count && _rowInGroup == _groupRows[_group])
        {
            _group++;
            _rowInGroup = 0;
            _loaded = null;
        }

        return new InputPosition(_row, _row + 1);
    }

    public void Dispose() => _file.Dispose();

    private object?[]? Column(DataField? field) => field is null ? null : _file.ReadColumn(_group, field);

    /// <summary>The columns of one row group.</summary>
    private sealed record Group(IReadOnlyList<object?[]> Carried, object?[]? Path, object?[]? Bytes, object?[] Question);
}

/// <summary>What the columns of a Parquet file are to a run.</summary>
internal static class ParquetLayout
{
    /// <summary>Names of all columns.</summary>
    public static IEnumerable<string> Names(ParquetFile file) => file.Schema.Fields.Select(field => field.Name);

    /// <summary>Reads the layout of a file: its columns are those with plain values, and the image's where that has a path.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">The columns that rows are asked with.</param>
    /// <exception cref="UsageException">It cannot be read or lacks a column.</exception>
    public static InputLayout Read(string path, ColumnNames names)
    {
        using var file = ParquetFile.Open(path);
        (DataField? imagePath, _) = ImageOf(file, names);
        (string Name, Type? Type)[] columns =
        [
            .. file.Schema.Fields.Select(field =>
                (field.Name, field.Name != names.Image ? ParquetFile.TypeOf(field) : imagePath is null ? null : typeof(string))),
        ];
        return new InputLayout
        {
            Format = TableFormat.Parquet,
            HasMark = false,
            LineEnd = "\n",
            Columns = [.. columns.Where(column => column.Type is not null).Select(column => column.Name)],
            Types = [.. columns.Select(column => column.Type).OfType<Type>()],
            LeftOut = [.. columns.Where(column => column.Type is null).Select(column => column.Name)],
            FirstRow = new InputPosition(0, 1),
            Rows = file.GroupRows.Sum(),
        };
    }

    /// <summary>The columns of the image's path and bytes: a text, bytes, or a struct of "bytes" and "path" as data sets on the hub have
    /// it.</summary>
    /// <exception cref="UsageException">The column is not there, or is something else.</exception>
    public static (DataField? Path, DataField? Bytes) ImageOf(ParquetFile file, ColumnNames names)
    {
        Field column = file.Schema.Fields.FirstOrDefault(field => field.Name == names.Image)
            ?? throw Throw.NoSuchColumn(file.Path, names.Image, 0, Names(file));
        if (column is StructField image)
        {
            DataField? path = image.Fields.OfType<DataField>().FirstOrDefault(field => field.Name == "path" && IsText(field));
            DataField? bytes = image.Fields.OfType<DataField>().FirstOrDefault(field => field.Name == "bytes" && IsBytes(field));
            return path is null && bytes is null ? throw Throw.NoImageColumn(file.Path, names.Image) : (path, bytes);
        }

        return column is not DataField data ? throw Throw.NoImageColumn(file.Path, names.Image)
            : IsText(data) ? (data, null)
            : IsBytes(data) ? (null, data)
            : throw Throw.NoImageColumn(file.Path, names.Image);
    }

    /// <summary>A column of texts; null where there is none of this name.</summary>
    public static DataField? TextOf(ParquetFile file, string name) =>
        file.Schema.Fields.OfType<DataField>().FirstOrDefault(field => field.Name == name && IsText(field));

    private static bool IsText(DataField field) => field.ClrType == typeof(ReadOnlyMemory<char>) && field.MaxRepetitionLevel == 0;

    private static bool IsBytes(DataField field) => field.ClrType == typeof(ReadOnlyMemory<byte>) && field.MaxRepetitionLevel == 0;
}
