namespace ZooPrune.Cli;

/// <summary>Where a result goes: looked at before any work is done, written whole or not at all.</summary>
internal static class OutputPath
{
    /// <summary>Checks that <paramref name="path"/> can become a file.</summary>
    /// <param name="option">The option that named it, for the message.</param>
    /// <param name="path">The file to be; null passes.</param>
    /// <exception cref="UsageException">It is a folder, or its folder does not exist.</exception>
    public static void CheckFile(string option, string? path)
    {
        if (path is null)
        {
            return;
        }

        if (Directory.Exists(path))
        {
            throw Throw.OutputIsFolder(option, path);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
        {
            throw Throw.OutputFolderMissing(option, path, folder);
        }
    }

    /// <summary>Writes the whole file or leaves what was there: beside its place first, then renamed.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Write(string option, string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw Throw.CannotWrite(option, path, exception);
        }
    }
}
