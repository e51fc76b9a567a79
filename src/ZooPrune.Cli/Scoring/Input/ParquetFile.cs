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

    /// <summary>The type that the values of a column have here; null where it has no plain values: lists, and bytes that are no
    /// text.</summary>
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
            bool isRead = start < end && start + group.NumRows > first;
            foreach (ColumnMetaData column in isRead ? group.Columns.Select(known => known.MetaData!) : [])
            {
                _stream.Position = Math.Min(column.DictionaryPageOffset ?? long.MaxValue, column.DataPageOffset);
                for (long left = column.TotalCompressedSize; left > 0;)
                {
                    int read = _stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                    hash.AppendData(buffer, 0, read > 0 ? read : throw new EndOfStreamException());
                    left -= read;
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

    private static bool IsDate(DataField field) => field is DateTimeDataField { DateTimeFormat: DateTimeFormat.Date };

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private UsageException Broken(Exception cause) => Throw.NoParquet(Path, cause);
}
