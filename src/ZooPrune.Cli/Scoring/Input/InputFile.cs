using System.Text;

namespace ZooPrune.Cli;

/// <summary>The input as a file of bytes.</summary>
internal static class InputFile
{
    private static ReadOnlySpan<byte> LineEnds => "\r\n"u8;

    /// <summary>Opens it for reading from front to back.</summary>
    /// <exception cref="UsageException">It is not there or cannot be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return RegularFile.KindOf(path) == FileKind.Empty
                ? throw Throw.EmptyInput(path)
                : RegularFile.Open(path, FileShare.Read, FileOptions.SequentialScan);
        }
        catch (FileNotFoundException)
        {
            throw Throw.MissingInput(path);
        }
        catch (IOException e)
        {
            throw Throw.UnreadableInput(path, e);
        }
    }

    /// <summary>Whether the file begins with the byte order mark of UTF-8.</summary>
    public static bool HasMark(string path) => Start(path) is [0xEF, 0xBB, 0xBF, ..];

    /// <summary>Copies a file of UTF-16 as UTF-8 with its byte order mark, so that places in it are places of bytes all the same.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The copy, a temporary file that the caller deletes; null where the file begins neither with the mark of UTF-16 nor with two
    /// letters in it.</returns>
    /// <exception cref="UsageException">It is no UTF-16 all through, or there is no room for the copy.</exception>
    public static string? CopyOfUtf16(string path)
    {
        byte[] start = new FileInfo(path).Length == 0 ? [] : Start(path);
        bool isBig = start is [0xFE, 0xFF, ..] or [0, not 0, 0, not 0];
        if (!isBig && start is not ([0xFF, 0xFE, ..] or [not 0, 0, not 0, 0]))
        {
            return null;
        }

        string copy = Path.Combine(Path.GetTempPath(), $"zooprune-{Guid.NewGuid():N}.txt");
        try
        {
            UnicodeEncoding utf16 = new(bigEndian: isBig, byteOrderMark: true, throwOnInvalidBytes: true);
            using StreamReader reader = new(Open(path), utf16, detectEncodingFromByteOrderMarks: false);
            using StreamWriter writer = new(copy, append: false, Encoding.UTF8);
            var buffer = new char[1 << 16];
            while (reader.Read(buffer, 0, buffer.Length) is > 0 and int count)
            {
                writer.Write(buffer, 0, count);
            }

            return copy;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            File.Delete(copy);
            throw Throw.NoUtf16(path, e);
        }
    }

    /// <summary>Offset of the first byte of a line end, or the file's length. The stream's position stays.</summary>
    public static long FindLineEnd(FileStream stream, long offset) => Find(stream, offset, bytes => bytes.IndexOfAny(LineEnds));

    /// <summary>Offset of the first byte that is not of a line end, or the file's length. The stream's position stays.</summary>
    public static long SkipLineEnds(FileStream stream, long offset) => Find(stream, offset, bytes => bytes.IndexOfAnyExcept(LineEnds));

    /// <summary>The line end at an offset; empty at the end of the file.</summary>
    public static string LineEndAt(FileStream stream, long offset)
    {
        Span<byte> bytes = stackalloc byte[2];
        return bytes[..RandomAccess.Read(stream.SafeFileHandle, bytes, offset)] switch
        {
            [(byte)'\r', (byte)'\n'] => "\r\n",
            [(byte)'\r', ..] => "\r",
            [(byte)'\n', ..] => "\n",
            _ => "",
        };
    }

    private static byte[] Start(string path)
    {
        using FileStream stream = Open(path);
        byte[] start = new byte[4];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static long Find(FileStream stream, long offset, Func<ReadOnlySpan<byte>, int> indexOf)
    {
        byte[] buffer = new byte[1 << 12];
        while (true)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, RandomAccess.Read(stream.SafeFileHandle, buffer, offset));
            int index = indexOf(bytes);
            if (index >= 0 || bytes.IsEmpty)
            {
                return offset + Math.Max(index, 0);
            }

            offset += bytes.Length;
        }
    }
}
