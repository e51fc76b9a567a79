using System.Text;

namespace ZooPrune.Samples;

/// <summary>A result file: written beside its place first and then renamed, so that nobody ever reads half of one.</summary>
internal static class OutputFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Checks, before any work is done, that <paramref name="path"/> can become a file.</summary>
    /// <param name="option">The option that named it, for the message.</param>
    /// <param name="path">The file to be.</param>
    /// <exception cref="UsageException">It is a folder, or its folder does not exist.</exception>
    public static void Check(string option, string? path)
    {
        if (path is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(path))
        {
            throw Throw.BadOption(option, path, "the name of a file", "add one");
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

    /// <summary>Writes the whole text or leaves what was there.</summary>
    /// <param name="option">The option that named the file, for the message.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="text">Its new content, written as UTF-8.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Write(string option, string path, string text)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, text, Utf8);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw Throw.CannotWrite(option, path, e);
        }
    }
}
