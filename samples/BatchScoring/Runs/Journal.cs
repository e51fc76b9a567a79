using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZooPrune.Samples;

/// <summary>
/// The small file beside the output that says which run wrote it and how far that is. It is replaced as a whole, so it is never torn: a
/// reader finds this entry or the one before.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class Journal(string path)
{
    private const int Version = 1;

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
    /// <param name="Checksum">SHA-256 of the rest.</param>
    private sealed record Entry(
        int Version, SortedDictionary<string, string> Run, Progress Progress, [property: JsonPropertyOrder(1)] string Checksum)
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
        Entry? entry;
        try
        {
            entry = JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(path), Options);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Throw.UnreadableJournal(path, e);
        }

        if (entry?.Version != Version || entry.Checksum != entry.Sum())
        {
            throw Throw.BrokenJournal(path);
        }

        string[] differences =
        [
            .. run.Keys.Union(entry.Run.Keys)
                .Where(name => run.GetValueOrDefault(name) != entry.Run.GetValueOrDefault(name))
                .Select(name => Throw.Difference(name, entry.Run.GetValueOrDefault(name), run.GetValueOrDefault(name))),
        ];
        return differences.Length == 0 ? entry.Progress : throw Throw.AnotherRun(path, differences);
    }

    /// <summary>Replaces it. On return it is on the disk.</summary>
    /// <exception cref="IOException">It could not be written; the one before is still there.</exception>
    public void Write(SortedDictionary<string, string> run, Progress progress)
    {
        Entry entry = new(Version, run, progress, "");
        string temporary = path + ".tmp";
        using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, entry with { Checksum = entry.Sum() }, Options);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
