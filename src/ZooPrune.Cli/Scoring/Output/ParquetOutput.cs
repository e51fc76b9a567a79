using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace ZooPrune.Cli;

/// <summary>One column of an output in Parquet.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Type">Text, truth value or number; every value may be missing.</param>
internal sealed record ParquetColumn(string Name, Type Type);

/// <summary>Writes Parquet. Rows cannot be appended to such a file, so they are kept as lines of JSON until the last one is
/// there.</summary>
internal static class ParquetOutput
{
    /// <summary>Rows of a row group: as many whether a file was written in one run or in parts.</summary>
    private const int GroupRows = 1 << 16;

    /// <summary>The columns of an output: the input's and those that are added.</summary>
    public static IReadOnlyList<ParquetColumn> Columns(InputLayout layout, bool withTimings) =>
    [
        .. layout.Columns.Select((name, index) => new ParquetColumn(name, layout.Types.Count > 0 ? layout.Types[index] : typeof(string))),
        .. ResultColumns.Names(withTimings).Select(name => new ParquetColumn(name, ResultColumns.TypeOf(name))),
    ];

    /// <summary>Makes a file of rows that <see cref="JsonLinesFormatter"/> wrote.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public static void Write(Stream lines, IReadOnlyList<ParquetColumn> columns, string path) => Write(Rows(lines, columns), columns, path);

    /// <summary>Makes one file of several.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UsageException">One of them cannot be read.</exception>
    public static void Merge(IReadOnlyList<string> parts, string path)
    {
        using var first = ParquetFile.Open(parts[0]);
        ParquetColumn[] columns =
        [
            .. first.Schema.DataFields.Select(field => new ParquetColumn(field.Name, ParquetFile.TypeOf(field)!)),
        ];
        Write(parts.SelectMany(Rows), columns, path);
    }

    private static void Write(IEnumerable<object?[]> rows, IReadOnlyList<ParquetColumn> columns, string path)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.ReadWrite);
        DataField[] fields = [.. columns.Select(column => new DataField(column.Name, column.Type, isNullable: true))];
        ParquetWriter writer = ParquetWriter.CreateAsync(new ParquetSchema(fields), stream).GetAwaiter().GetResult();
        foreach (object?[][] chunk in rows.Chunk(GroupRows))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            for (int i = 0; i < fields.Length; i++)
            {
                Write(group, fields[i], columns[i].Type, [.. chunk.Select(row => row[i])]);
            }
        }

        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        stream.Flush(flushToDisk: true);
    }

    private static void Write(ParquetRowGroupWriter group, DataField field, Type type, object?[] values)
    {
        Task written = type == typeof(string) ? group.WriteAsync(field, (string[])[.. values.Select(value => (string)value!)])
            : type == typeof(bool) ? Numbers<bool>()
            : type == typeof(int) ? Numbers<int>()
            : type == typeof(long) ? Numbers<long>()
            : type == typeof(float) ? Numbers<float>()
            : Numbers<double>();
        written.GetAwaiter().GetResult();

        Task Numbers<T>()
            where T : struct => group.WriteAsync<T>(field, (T?[])[.. values.Select(value => (T?)value)]);
    }

    private static IEnumerable<object?[]> Rows(Stream lines, IReadOnlyList<ParquetColumn> columns)
    {
        using StreamReader reader = new(lines, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            yield return
            [
                .. columns.Select(column =>
                    row.RootElement.TryGetProperty(column.Name, out JsonElement value) ? Value(value, column.Type) : null),
            ];
        }
    }

    /// <summary>What the formatter wrote, "NaN" and "-Infinity" in quotes.</summary>
    private static object? Value(JsonElement value, Type type) =>
        value.ValueKind == JsonValueKind.Null ? null
        : type == typeof(string) ? value.GetString()
        : type == typeof(bool) ? value.GetBoolean()
        : type == typeof(int) ? value.GetInt32()
        : type == typeof(long) ? (object)value.GetInt64()
        : type == typeof(float) ? (object)float.Parse(value.ToString(), CultureInfo.InvariantCulture)
        : double.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static IEnumerable<object?[]> Rows(string part)
    {
        using var file = ParquetFile.Open(part);
        for (int group = 0; group < file.GroupRows.Count; group++)
        {
            object?[][] columns = [.. file.Schema.DataFields.Select(field => file.ReadColumn(group, field))];
            for (int row = 0; row < file.GroupRows[group]; row++)
            {
                yield return [.. columns.Select(column => column[row])];
            }
        }
    }
}
