using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZooPrune.Cli;

/// <summary>
/// The small file beside the output that says which run wrote it and how far that is. It is replaced as a whole, so it is never torn: a
/// reader finds this entry or the one before.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="temporary">What a new entry is written to before it gets this name; null = a file beside it.</param>
internal sealed class Journal(string path, string? temporary = null)
{
    private const int Version = 1;
    private const int MostBytes = 1 << 24;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>What the journal holds.</summary>
    /// <param name="Version">Of the format: 1.</param>
    /// <param name="Run">What <see cref="RunIdentity"/> says.</param>
    /// <param name="Progress">How far it is.</param>
    /// <param name="Command">What was typed; of shards what they have in common.</param>
    /// <param name="Checksum">SHA-256 of the rest.</param>
    private sealed record Entry(
        int Version,
        SortedDictionary<string, string> Run,
        Progress Progress,
        IReadOnlyList<string> Command,
        [property: JsonPropertyOrder(1)] string Checksum)
    {
        public string Sum() => Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Checksum = "" }, Options)));
    }

    /// <summary>Whether there is one.</summary>
    public bool Exists => File.Exists(path);

    /// <summary>Reads how far the run is.</summary>
    /// <param name="run">What is to be resumed.</param>
    /// <exception cref="UsageException">The journal cannot be read, or is that of another run.</exception>
    public Progress Read(SortedDictionary<string, string> run)
    {
        (SortedDictionary<string, string> written, Progress progress, _) = Read();
        string[] differences = [.. Differences(written, run)];
        return differences.Length == 0 ? progress : throw Throw.AnotherRun(path, differences);
    }

    /// <summary>Reads how far a run is, if it is a certain one.</summary>
    /// <returns>Null where there is no journal of this run.</returns>
    public static Progress? TryRead(string path, SortedDictionary<string, string> run)
    {
        try
        {
            (SortedDictionary<string, string> written, Progress progress, _) = new Journal(path).Read();
            return Differences(written, run).Any() ? null : progress;
        }
        catch (UsageException)
        {
            return null;
        }
    }

    /// <summary>In what two runs differ, as texts.</summary>
    public static IEnumerable<string> Differences(SortedDictionary<string, string> before, SortedDictionary<string, string> now) =>
        now.Keys.Union(before.Keys)
            .Where(name => now.GetValueOrDefault(name) != before.GetValueOrDefault(name))
            .Select(name => Throw.Difference(name, before.GetValueOrDefault(name), now.GetValueOrDefault(name)));

    /// <summary>Reads which run it is, how far it is, and what was typed.</summary>
    /// <exception cref="UsageException">The journal cannot be read.</exception>
    public (SortedDictionary<string, string> Run, Progress Progress, IReadOnlyList<string> Command) Read()
    {
        Entry? entry;
        try
        {
            // Pipes and devices have the length 0, and opening one may wait for ever.
            entry = new FileInfo(path).Length is 0 or > MostBytes ? null : JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(path), Options);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Throw.UnreadableJournal(path, e);
        }

        return entry?.Version == Version && entry.Checksum == entry.Sum()
            ? (entry.Run, entry.Progress, entry.Command)
            : throw Throw.BrokenJournal(path);
    }

    /// <summary>Replaces it. On return it is on the disk.</summary>
    /// <exception cref="IOException">It could not be written; the one before is still there.</exception>
    public void Write(SortedDictionary<string, string> run, Progress progress, IReadOnlyList<string> command)
    {
        Entry entry = new(Version, run, progress, command, "");
        string written = temporary ?? path + ".tmp";
        using (FileStream stream = new(written, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, entry with { Checksum = entry.Sum() }, Options);
            stream.Flush(flushToDisk: true);
        }

        File.Move(written, path, overwrite: true);
    }
}
