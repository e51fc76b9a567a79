using System.Security.Cryptography;
using System.Text.Json;

namespace ZooPrune.Cli;

/// <summary>
/// A folder that appears whole or not at all. It is made beside its place; what is not finished is deleted, also after Ctrl-C.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private const int Attempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly string _workplace;

    private OutputFolder(string path)
    {
        _path = path;
        _workplace = $"{path}.{Environment.ProcessId}.partial";
    }

    /// <summary>Where the folder is to be made; it is not there yet.</summary>
    public string Staging => Path.Combine(_workplace, "new");

    /// <summary>Checks, before any work is done, that the folder can be made.</summary>
    /// <param name="command">What is going to make it.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="given">The folder to be.</param>
    /// <param name="force">Whether a model folder that is there already is replaced.</param>
    /// <exception cref="UsageException">It is a file, has something in it that may not go, or is the model's own.</exception>
    public static OutputFolder Check(string command, string model, string given, bool force)
    {
        string path = RegularFile.RealPath(given);
        string source = RegularFile.RealPath(model);
        if (IsInside(path, source) || IsInside(source, path))
        {
            throw Throw.OutputIsModel(command, given, model);
        }

        if (File.Exists(path))
        {
            throw Throw.OutputIsFile("--out", given);
        }

        string parent = Path.GetDirectoryName(path) ?? path;
        if (!Directory.Exists(parent))
        {
            throw Throw.OutputFolderMissing("--out", given, parent);
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            // A slip of the pen must not delete anything: only what this tool wrote is replaced.
            if (!force)
            {
                throw Throw.OutputExists(command, given);
            }

            if (FolderManifest.FindForeign(path) is { } foreign)
            {
                throw Throw.OutputIsForeign(command, given, foreign);
            }
        }

        var folder = new OutputFolder(path);
        try
        {
            Directory.CreateDirectory(folder._workplace);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Shell.Throw.CannotWrite("--out", given, exception);
        }

        return folder;
    }

    private static bool IsInside(string path, string folder) =>
        path == folder || path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Puts what was made into its place.</summary>
    /// <exception cref="UsageException">It cannot be put there; what was there before is still.</exception>
    public void Finish()
    {
        string old = Path.Combine(_workplace, "old");
        try
        {
            FolderManifest.Write(Staging);
            if (Directory.Exists(_path))
            {
                Directory.Move(_path, old);
            }

            Directory.Move(Staging, _path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(old) && !Directory.Exists(_path))
            {
                Directory.Move(old, _path);
            }

            throw Shell.Throw.CannotWrite("--out", _path, exception);
        }
    }

    public void Dispose()
    {
        // After Ctrl-C somebody may still be writing into it, and a second later no more.
        for (int attempt = 0; attempt < Attempts && Directory.Exists(_workplace); attempt++)
        {
            try
            {
                Directory.Delete(_workplace, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}

/// <summary>What this tool wrote into a folder: a list in the folder itself. --force takes away what is on it, as it was written, and
/// nothing
/// else.</summary>
internal static class FolderManifest
{
    /// <summary>The list's own name.</summary>
    public const string FileName = "zooprune-files.json";

    private const int MostBytes = 16 << 20;

    /// <summary>Lists what a folder holds.</summary>
    public static void Write(string folder) => File.WriteAllText(
        Path.Combine(folder, FileName),
        JsonText.Of(FilesIn(folder).ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), Entry.Of)));

    /// <summary>What is in a folder that this tool did not write, or that was changed since.</summary>
    /// <returns>What is said of the first such thing; null where there is none.</returns>
    public static string? FindForeign(string folder)
    {
        Dictionary<string, Entry>? known;
        try
        {
            known = JsonSerializer.Deserialize<Dictionary<string, Entry>>(
                RegularFile.ReadAll(Path.Combine(folder, FileName), MostBytes), JsonSerializerOptions.Web);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return $"no {FileName}, which lists what this tool wrote";
        }

        foreach (string file in FilesIn(folder))
        {
            string name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (name != FileName && (known?.GetValueOrDefault(name) is not { } entry || entry != Entry.Of(file)))
            {
                return $"'{Consoles.Harmless(name)}', which this tool did not write, or not so";
            }
        }

        return null;
    }

    private static string[] FilesIn(string folder) =>
    [
        .. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Where(entry => !IsFolder(entry))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A link to a folder is an entry of its own.</summary>
    private static bool IsFolder(string entry) =>
        (File.GetAttributes(entry) & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory;

    /// <summary>A file as it was written: its length and the SHA-256 of its first megabyte, for weights take minutes to read.</summary>
    private sealed record Entry(long Bytes, string Start)
    {
        public static Entry Of(string path)
        {
            if (RegularFile.KindOf(path) != FileKind.Regular || File.ResolveLinkTarget(path, returnFinalTarget: false) is not null)
            {
                return new Entry(0, "");
            }

            using FileStream file = RegularFile.Open(path);
            byte[] start = new byte[Math.Min(file.Length, 1 << 20)];
            file.ReadExactly(start);
            return new Entry(file.Length, Convert.ToHexStringLower(SHA256.HashData(start)));
        }
    }
}
