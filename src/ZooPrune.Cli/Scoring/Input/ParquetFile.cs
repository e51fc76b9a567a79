using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Parquet;
using Parquet.Schema;
using ColumnMetaData = Parquet.Meta.ColumnMetaData;
using RowGroup = Parquet.Meta.RowGroup;

namespace ZooPrune.Cli;

/// <summary>A Parquet file as columns of plain values: texts, truth values, numbers. Not thread-safe.</summary>
internal sealed class ParquetFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly ParquetReader _reader;

    private ParquetFile(string path)
    {
        Path = path;
        _stream = InputFile.Open(path);
        try
        {
            _reader = ParquetReader.CreateAsync(_stream).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            _stream.Dispose();
            throw Broken(e);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What columns there are.</summary>
    public ParquetSchema Schema => _reader.Schema;

    /// <summary>Rows of each row group.</summary>
    public IReadOnlyList<long> GroupRows => [.. _reader.Metadata!.RowGroups.Select(group => group.NumRows)];

    /// <summary>Opens a file.</summary>
    /// <exception cref="UsageException">It is not there, or is no Parquet file.</exception>
    public static ParquetFile Open(string path) => new(path);

    /// <summary>The type that the values of a column have here; null where it has no plain values: lists, and bytes that are no text.</summary>
    public static Type? TypeOf(Field field) =>
        field is not DataField { IsArray: false, MaxRepetitionLevel: 0 } data || data.ClrType == typeof(ReadOnlyMemory<byte>) ? null
        : data.ClrType == typeof(bool) || data.ClrType == typeof(int) || data.ClrType == typeof(long)
            || data.ClrType == typeof(float) || data.ClrType == typeof(double) ? data.ClrType
        : data.ClrType == typeof(sbyte) || data.ClrType == typeof(byte) || data.ClrType == typeof(short) || data.ClrType == typeof(ushort)
            ? typeof(int)
        : data.ClrType == typeof(uint) ? typeof(long)
        : typeof(string);

    /// <summary>Reads a column of a row group.</summary>
    /// <param name="group">Which group, from 0.</param>
    /// <param name="field">The column, not a list.</param>
    /// <returns>A value a row, of the type that <see cref="TypeOf"/> says, bytes as an array; null where there is none.</returns>
    /// <exception cref="UsageException">The file is broken there.</exception>
    public object?[] ReadColumn(int group, DataField field)
    {
        try
        {
            using ParquetRowGroupReader reader = _reader.OpenRowGroupReader(group);
            int rows = checked((int)reader.RowCount);
            Type type = field.ClrType;
            return type == typeof(ReadOnlyMemory<char>) ? Values<ReadOnlyMemory<char>>(text => text.ToString())
                : type == typeof(ReadOnlyMemory<byte>) ? Values<ReadOnlyMemory<byte>>(bytes => bytes.ToArray())
                : type == typeof(bool) ? Values<bool>(value => value)
                : type == typeof(sbyte) ? Values<sbyte>(value => (int)value)
                : type == typeof(byte) ? Values<byte>(value => (int)value)
                : type == typeof(short) ? Values<short>(value => (int)value)
                : type == typeof(ushort) ? Values<ushort>(value => (int)value)
                : type == typeof(int) ? Values<int>(value => value)
                : type == typeof(uint) ? Values<uint>(value => (long)value)
                : type == typeof(long) ? Values<long>(value => value)
                : type == typeof(ulong) ? Values<ulong>(Text)
                : type == typeof(float) ? Values<float>(value => value)
                : type == typeof(double) ? Values<double>(value => value)
                : type == typeof(decimal) ? Values<decimal>(Text)
                : type == typeof(DateOnly) ? Values<DateOnly>(value => value.ToString("O", CultureInfo.InvariantCulture))
                : type == typeof(TimeOnly) ? Values<TimeOnly>(value => value.ToString("O", CultureInfo.InvariantCulture))
                : type == typeof(TimeSpan) ? Values<TimeSpan>(Text)
                : type == typeof(Guid) ? Values<Guid>(Text)
                : type == typeof(DateTime)
                    ? Values<DateTime>(value => value.ToString(IsDate(field) ? "yyyy-MM-dd" : "O", CultureInfo.InvariantCulture))
                : throw new NotSupportedException($"Column '{field.Name}' is of {type.Name}.");

            object?[] Values<T>(Func<T, object> convert)
                where T : struct
            {
                var values = new T?[rows];
                reader.ReadAsync(field, values.AsMemory()).AsTask().GetAwaiter().GetResult();
                return [.. values.Select(value => value is { } known ? convert(known) : null)];
            }
        }
        catch (Exception e) when (e is not (OutOfMemoryException or UsageException))
        {
            throw Broken(e);
        }
    }

    /// <summary>Where the end of a file begins that says what is in it: its last eight bytes tell how long that is.</summary>
    public static long EndOf(FileStream stream)
    {
        Span<byte> last = stackalloc byte[8];
        stream.Position = Math.Max(0, stream.Length - last.Length);
        int read = stream.ReadAtLeast(last, last.Length, throwOnEndOfStream: false);
        return Math.Max(0, stream.Length - read - (read == last.Length ? BinaryPrimitives.ReadUInt32LittleEndian(last) : 0));
    }

    /// <summary>Adds the bytes of the row groups that some rows are in to a hash.</summary>
    public void AppendTo(IncrementalHash hash, long first, long end)
    {
        long start = 0;
        byte[] buffer = new byte[1 << 16];
        foreach (RowGroup group in _reader.Metadata!.RowGroups)
        {
            foreach (ColumnMetaData column in start < end && start + group.NumRows > first ? group.Columns.Select(known => known.MetaData!) : [])
            {
                long offset = Math.Min(column.DictionaryPageOffset ?? long.MaxValue, column.DataPageOffset);
                long behind = offset + column.TotalCompressedSize;
                while (offset < behind && RandomAccess.Read(_stream.SafeFileHandle, Piece(buffer, behind - offset), offset) is > 0 and int read)
                {
                    hash.AppendData(buffer, 0, read);
                    offset += read;
                }
            }

            start += group.NumRows;
        }
    }

    public void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stream.Dispose();
    }

    private static Span<byte> Piece(byte[] buffer, long length) => buffer.AsSpan(0, (int)Math.Min(buffer.Length, length));

    private static bool IsDate(DataField field) => field is DateTimeDataField { DateTimeFormat: DateTimeFormat.Date };

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private UsageException Broken(Exception cause) => Throw.NoParquet(Path, cause);
}

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
            _question = ParquetLayout.TextOf(_file, names.Question) ?? throw Throw.NoSuchColumn(path, names.Question, 0, ParquetLayout.Names(_file));
            _carried = [.. layout.Columns.Select(name => name == names.Image ? _path : _file.Schema.DataFields.First(field => field.Name == name && field.Path.Length == 1))];
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
            Error = bytes is null or [] && string.IsNullOrWhiteSpace(row.Image) ? Throw.EmptyCell(place, _names.Image, "an image or its path")
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
