using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>What answers depend on, by name: two runs with the same header give the same answers. Images are taken as unchanged.</summary>
internal sealed record JournalHeader(IReadOnlyDictionary<string, string> Entries)
{
    private const string Kind = "journal";
    private const string Format = "EvaluatePruning 2";
    private const int HashedBytes = 1 << 20;

    /// <summary>The header of a run.</summary>
    /// <exception cref="UsageException">A file cannot be read.</exception>
    public static JournalHeader Of(EvaluationRun run, EvaluateOptions options) => new(new Dictionary<string, string>
    {
        [Kind] = Format,
        ["version of ZooPrune"] = typeof(VisualTokenPruner).Assembly.GetName().Version!.ToString(),
        ["model"] = Hash("--model", ModelFiles(run.Model)),
        ["questions"] = Hash("--questions", run.Questions.Files.Select(file => (Path.GetFileName(file), file))),
        ["format"] = QuestionFormats.Names.NameOf(run.Questions.Format),
        ["number of questions"] = run.Questions.Questions.Count.ToString(CultureInfo.InvariantCulture),
        ["instruction"] = options.Instruction ?? "none",
        ["choice of options"] = options.ByLogits ? "logits" : "generated",
        ["EXIF orientation"] = options.Running.ApplyExifOrientation ? "applied" : "ignored",
        ["pixels of an image"] = $"at most {options.Running.MaxImagePixels}",
        ["pixels of a resized image"] = options.Running.MaxPixels is { } most ? $"at most {most}" : "as the model says",
        ["list of methods"] = string.Join(',', options.Candidates.Select(candidate =>
            candidate.Seeds == 1 ? candidate.Name : $"{candidate.Name} ({candidate.Seeds} seeds)")),
        ["list of budgets"] = string.Join(',', options.Budgets),
        ["positions"] = string.Join(',', run.Settings.Skip(1).Select(setting => Names.Positions.NameOf(setting.Positions)).Distinct()),
    });

    /// <summary>Whether a line is a header at all.</summary>
    public static JournalHeader? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(line) is { } entries && entries.GetValueOrDefault(Kind) == Format
                ? new JournalHeader(entries)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The header as one line, with its end.</summary>
    public byte[] ToLine() => [.. JsonSerializer.SerializeToUtf8Bytes(Entries), (byte)'\n'];

    /// <summary>The first entry in which <paramref name="other"/> is different; null if none is.</summary>
    public string? Difference(JournalHeader other) => Entries.Keys.FirstOrDefault(name => other.Entry(name) != Entry(name));

    /// <summary>The value of an entry.</summary>
    public string Entry(string name) => Entries.GetValueOrDefault(name, "unknown");

    private static IEnumerable<(string Name, string Path)> ModelFiles(string folder)
    {
        string graphs = Path.Combine(folder, "onnx");
        return Directory.EnumerateFiles(folder, "*.json")
            .Concat(Directory.Exists(graphs) ? Directory.EnumerateFiles(graphs, "*", SearchOption.AllDirectories) : [])
            .Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), path))
            .OrderBy(file => file.Item1, StringComparer.Ordinal);
    }

    // Name, length, first and last megabyte of every file: weights of many gigabytes are not read just to be recognised.
    private static string Hash(string option, IEnumerable<(string Name, string Path)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, string path) in files)
        {
            try
            {
                using FileStream file = File.OpenRead(path);
                hash.AppendData(Encoding.UTF8.GetBytes($"{name}:{file.Length}\n"));
                hash.AppendData(Read(file));
                file.Position = Math.Max(file.Position, file.Length - HashedBytes);
                hash.AppendData(Read(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Throw.UnreadableInputFile(option, path, e);
            }
        }

        return "SHA-256 " + Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static byte[] Read(FileStream file)
    {
        byte[] bytes = new byte[Math.Min(HashedBytes, file.Length - file.Position)];
        file.ReadExactly(bytes);
        return bytes;
    }
}
