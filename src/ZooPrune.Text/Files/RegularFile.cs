using System.Globalization;
using System.Security;

namespace ZooPrune;

/// <summary>What a path leads to, links followed.</summary>
internal enum FileKind
{
    Missing,
    Folder,

    /// <summary>A file of 0 bytes, or a pipe, a socket or a device, which all say that they have 0.</summary>
    Empty,
    Regular,
}

/// <summary>
/// Reads files that others name or made. Only regular ones are opened: a pipe would be waited for without end, and a device has none. What
/// is
/// read has a limit that holds while reading, for a length proves nothing. Every failure is an <see cref="IOException"/>.
/// </summary>
internal static class RegularFile
{
    private const string ReasonEmpty = "it has 0 bytes, or it is a pipe, a socket or a device";

    /// <summary>What is there; nothing is opened.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileKind KindOf(string path) => Guard(path, static path =>
    {
        if (Directory.Exists(path))
        {
            return FileKind.Folder;
        }

        var file = new FileInfo(path);
        FileInfo? target = !file.Exists ? null : file.LinkTarget is null ? file : new FileInfo(RealPath(path));

        // /dev/stdin leads to "pipe:[1234]", which is no path.
        return target is { Exists: true, Length: > 0 } ? FileKind.Regular
            : target is null || !(target.Exists || target.Name.Contains(":[", StringComparison.Ordinal)) ? FileKind.Missing
            : FileKind.Empty;
    });

    /// <summary>Makes sure that a file may be opened.</summary>
    /// <exception cref="IOException">It is missing, a folder, empty or no regular file.</exception>
    public static void Check(string path)
    {
        switch (KindOf(path))
        {
            case FileKind.Missing:
                throw new FileNotFoundException("there is no such file", path);
            case FileKind.Folder:
                throw new IOException("it is a folder");
            case FileKind.Empty:
                throw new IOException(ReasonEmpty);
        }
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <param name="path">Path, which may be a link.</param>
    /// <param name="share">What others may do with it meanwhile.</param>
    /// <param name="options">How it will be read.</param>
    /// <exception cref="IOException">It is missing, a folder, empty, no regular file, or must not be read.</exception>
    public static FileStream Open(string path, FileShare share = FileShare.Read, FileOptions options = FileOptions.None)
    {
        Check(path);
        FileStream stream = Guard(path, path => new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 4096, options));
        if (stream.CanSeek)
        {
            return stream;
        }

        stream.Dispose();
        throw new IOException(ReasonEmpty);
    }

    /// <summary>The whole of a regular file.</summary>
    /// <param name="path">Path, which may be a link.</param>
    /// <param name="limit">Most bytes; a longer file is not read.</param>
    /// <exception cref="IOException">As in <see cref="Open"/>, or it is too long.</exception>
    public static byte[] ReadAll(string path, long limit)
    {
        using FileStream stream = Open(path, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > Math.Min(limit, Array.MaxLength))
        {
            throw new FileTooLongException(stream.Length, limit);
        }

        // No more is read than the file said when it was opened, so a file that grows has an end.
        byte[] file = new byte[stream.Length];
        int length = stream.ReadAtLeast(file, file.Length, throwOnEndOfStream: false);
        return length == file.Length ? file : file[..length];
    }

    /// <summary>The lines of a text in UTF-8.</summary>
    /// <inheritdoc cref="ReadAll"/>
    public static IEnumerable<string> ReadLines(string path, long limit)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAll(path, limit)));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The path without links in it, as far as it exists; two paths of one file become the same.</summary>
    /// <exception cref="IOException">It cannot be looked at, or links lead in a circle.</exception>
    public static string RealPath(string path) => Guard(path, static path => RealPath(Path.GetFullPath(path), depth: 0));

    private static string RealPath(string path, int depth)
    {
        const int MostLinks = 40;
        string trimmed = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetDirectoryName(trimmed) is not { } parent)
        {
            return trimmed;
        }

        if (depth > MostLinks)
        {
            throw new IOException("links in it lead in a circle");
        }

        string real = Path.Combine(RealPath(parent, depth), Path.GetFileName(trimmed));
        FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
        return entry.LinkTarget is { } target
            ? RealPath(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(real)!, target)), depth + 1)
            : real;
    }

    /// <summary>Makes one kind of exception of all that a file system gives for a path.</summary>
    private static T Guard<T>(string path, Func<string, T> use)
    {
        try
        {
            return use(path);
        }
        catch (Exception exception)
            when (exception is UnauthorizedAccessException or SecurityException or NotSupportedException or ArgumentException)
        {
            throw new IOException(
                exception is UnauthorizedAccessException or SecurityException ? "permission is denied"
                    : exception.Message.ReplaceLineEndings(" "),
                exception);
        }
    }
}

/// <summary>A file has more bytes than are read.</summary>
internal sealed class FileTooLongException(long length, long limit)
    : IOException(string.Create(CultureInfo.InvariantCulture, $"it has {length:N0} bytes, and at most {limit:N0} are read"))
{
    public long Length { get; } = length;
}
