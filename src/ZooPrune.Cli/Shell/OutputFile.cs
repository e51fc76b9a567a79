using System.Text;

namespace ZooPrune.Shell;

/// <summary>A result file: looked at before any work is done, written whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Checks that <paramref name="path"/> can become a file.</summary>
    /// <param name="option">The option that named it, for the message.</param>
    /// <param name="path">The file to be.</param>
    /// <exception cref="UsageException">It is a folder, or its folder does not exist.</exception>
    public static void Check(string option, string path)
    {
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

    /// <summary>Writes a text as UTF-8, like <see cref="Write(string, string, ReadOnlySpan{byte})"/>.</summary>
    public static void Write(string option, string path, string text) => Write(option, path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the whole file or leaves what was there: beside its place first, then renamed.</summary>
    /// <param name="option">The option that named the file, for the message.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="content">Its new content.</param>
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
