using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ZooPrune.Samples;

/// <summary>
/// Everything that decides what the output holds, by name: a run may only be resumed where all of it is the same. The images' bytes are
/// not among it, and neither is what only changes how fast the rows come.
/// </summary>
internal static class RunIdentity
{
    /// <summary>Names and values, hashes where a value is a file.</summary>
    public static SortedDictionary<string, string> Of(BatchOptions options, BatchPaths paths) => new(StringComparer.Ordinal)
    {
        ["program"] = typeof(RunIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        ["input"] = InputFile.Hash(options.Input),
        ["model"] = HashModel(paths.ModelFolder),
        ["images"] = Path.GetFullPath(paths.ImageFolder),
        ["input format"] = TableFormats.Names.NameOf(paths.InputFormat),
        ["output format"] = TableFormats.Names.NameOf(paths.OutputFormat),
        ["--columns"] = options.Columns.ToString(),
        ["--keep"] = options.Keep.ToString(),
        ["--method"] = Names.Methods.NameOf(options.Method),
        ["--positions"] = Names.Positions.NameOf(options.Running.Positions),
        ["--max-new-tokens"] = $"{options.MaxNewTokens}",
        ["--batch"] = $"{options.Batch}",
        ["--threads"] = $"{options.Running.Threads}",
        ["--exif-orientation"] = options.Running.ApplyExifOrientation ? "on" : "off",
        ["--max-image-pixels"] = $"{options.Running.MaxImagePixels}",
        ["--timings"] = options.Timings ? "on" : "off",
    };

    /// <summary>SHA-256 over the names and bytes of the files that a model is loaded from: its JSON files and its graphs.</summary>
    private static string HashModel(string folder)
    {
        string graphs = Path.Combine(folder, "onnx");
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*.json");
        if (Directory.Exists(graphs))
        {
            files = files.Concat(Directory.EnumerateFiles(graphs, "*", SearchOption.AllDirectories));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n"));
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
