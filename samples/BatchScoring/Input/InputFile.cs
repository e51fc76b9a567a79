using System.Security.Cryptography;

namespace ZooPrune.Samples;

/// <summary>The input as a file of bytes.</summary>
internal static class InputFile
{
    private static ReadOnlySpan<byte> LineEnds => "\r\n"u8;

    /// <summary>Opens it for reading from front to back.</summary>
    /// <exception cref="UsageException">It is not there or cannot be read.</exception>
    public static FileStream Open(string path)
    {
        if (!File.Exists(path))
        {
            throw Throw.MissingInput(path);
        }

        try
        {
            return new FileStream(path, new FileStreamOptions { Share = FileShare.Read, Options = FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.UnreadableInput(path, e);
        }
    }

    /// <summary>Whether the file begins with the byte order mark of UTF-8.</summary>
    /// <exception cref="UsageException">The file begins with the mark of UTF-16.</exception>
    public static bool HasMark(string path)
    {
        using FileStream stream = Open(path);
        Span<byte> start = stackalloc byte[3];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)] switch
        {
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => throw Throw.InputIsUtf16(path),
            [0xEF, 0xBB, 0xBF] => true,
            _ => false,
        };
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

    /// <summary>SHA-256 of all its bytes, in hexadecimal.</summary>
    public static string Hash(string path)
    {
        using FileStream stream = Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
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
