using System.Collections;
using Parquet;
using Parquet.Serialization;

namespace ZooPrune.Samples;

/// <summary>Reads tables in Parquet, as the hub has benchmarks: one row group at a time, lists and structs too.</summary>
internal static class ParquetRows
{
    /// <summary>Whether a path names such a table: a file, or a folder with some.</summary>
    public static bool AreAt(string path) =>
        path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) || (Directory.Exists(path) && FilesOf(path).Count > 0);

    /// <summary>The files of a table in their order: parts of one split, train-00000-of-00002.parquet and so on.</summary>
    public static IReadOnlyList<string> FilesOf(string path) => Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path, "*.parquet").Order(StringComparer.Ordinal)]
        : [path];

    /// <summary>Names of the columns.</summary>
    /// <exception cref="UsageException">The file is missing or no Parquet.</exception>
    public static IReadOnlyList<string> ColumnsOf(string path)
    {
        using FileStream file = Open(path);
        return Try(path, () =>
        {
            ParquetReader reader = ParquetReader.CreateAsync(file, leaveStreamOpen: true).GetAwaiter().GetResult();
            try
            {
                return reader.Schema.Fields.Select(field => field.Name).ToArray();
            }
            finally
            {
                reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        });
    }

    /// <summary>All rows of a table.</summary>
    /// <exception cref="UsageException">A file is missing or no Parquet.</exception>
    public static IEnumerable<ParquetRecord> Read(string path)
    {
        foreach (string name in FilesOf(path))
        {
            long row = 0;
            using FileStream file = Open(name);
            for (int group = 0, groups = GroupsOf(name, file); group < groups; group++)
            {
                int index = group;
                foreach (Dictionary<string, object> values in Try(name, () =>
                    ParquetSerializer.DeserializeUntypedAsync(file, rowGroupIndex: index).GetAwaiter().GetResult().Data))
                {
                    yield return new ParquetRecord(name, ++row, values);
                }
            }
        }
    }

    private static int GroupsOf(string path, FileStream file) => Try(path, () =>
    {
        ParquetReader reader = ParquetReader.CreateAsync(file, leaveStreamOpen: true).GetAwaiter().GetResult();
        try
        {
            return reader.RowGroupCount;
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    });

    private static FileStream Open(string path)
    {
        try
        {
            return File.Exists(path) ? File.OpenRead(path) : throw Throw.MissingQuestionFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.UnreadableQuestionFile(path, e);
        }
    }

    private static T Try<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (OutOfMemoryException or UsageException))
        {
            throw Throw.NoParquet(path, e);
        }
    }
}

/// <summary>A row of a table in Parquet.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Row">The row, from 1.</param>
/// <param name="Values">Its values by column; those that are null are left out.</param>
internal sealed record ParquetRecord(string Path, long Row, IReadOnlyDictionary<string, object> Values)
{
    /// <summary>A text; null where there is none.</summary>
    public string? Text(string column) => Values.GetValueOrDefault(column) switch
    {
        null => null,
        string text => text,
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        var other => other.ToString(),
    };

    /// <summary>A text that must be there.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public string RequiredText(string column) =>
        Text(column) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Throw.ParquetLacks(this, column);

    /// <summary>A list of texts, or of structs with a text; empty where there is none.</summary>
    /// <param name="column">The column.</param>
    /// <param name="part">The field of the structs.</param>
    public IReadOnlyList<string> Texts(string column, string part = "answer")
    {
        return Values.GetValueOrDefault(column) is IEnumerable list and not string ? [.. list.Cast<object?>().Select(One)] : [];

        string One(object? item) => item is IReadOnlyDictionary<string, object> fields ? $"{fields.GetValueOrDefault(part)}" : $"{item}";
    }

    /// <summary>The images of a column: bytes, a struct of bytes and path, or a list of these.</summary>
    public IReadOnlyList<(byte[]? Bytes, string? Path)> Images(string column) => Values.GetValueOrDefault(column) switch
    {
        null => [],
        byte[] bytes => [(bytes, null)],
        string path => [(null, path)],
        IEnumerable<KeyValuePair<string, object>> fields => [One(fields)],
        IEnumerable list => [.. list.OfType<IEnumerable<KeyValuePair<string, object>>>().Select(One)],
        _ => [],
    };

    private static (byte[]? Bytes, string? Path) One(IEnumerable<KeyValuePair<string, object>> fields)
    {
        var values = fields.ToDictionary();
        return (values.GetValueOrDefault("bytes") as byte[], values.GetValueOrDefault("path") as string);
    }
}

/// <summary>Images that came out of a table, as files in a folder of their own, which goes with this. Each is there once, under its
/// hash.</summary>
internal sealed class ImageStore : IDisposable
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("zooprune-images-").FullName;

    /// <summary>Whether no image was added.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Adds an image.</summary>
    /// <returns>Its name.</returns>
    public string Add(byte[] bytes)
    {
        string name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..32];
        string path = Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, bytes);
            IsEmpty = false;
        }

        return name;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
