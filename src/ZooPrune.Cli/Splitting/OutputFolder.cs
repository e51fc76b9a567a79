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
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(given));
        string source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
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
            // A slip of the pen must not delete anything: only a model's folder is replaced.
            if (!force)
            {
                throw Throw.OutputExists(command, given);
            }

            if (!File.Exists(Path.Combine(path, "config.json")))
            {
                throw Throw.OutputIsNoModel(command, given);
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
