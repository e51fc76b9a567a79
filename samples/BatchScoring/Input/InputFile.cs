using System.Security.Cryptography;

namespace ZooPrune.Samples;

/// <summary>The input as a file of bytes.</summary>
internal static class InputFile
{
    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

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

    /// <summary>Length of the byte order mark that the file begins with: 3 for that of UTF-8, else 0.</summary>
    /// <exception cref="UsageException">The file begins with the mark of UTF-16.</exception>
    public static int LengthOfMark(string path)
    {
        using FileStream stream = Open(path);
        Span<byte> start = stackalloc byte[Utf8Mark.Length];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return start switch
        {
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => throw Throw.InputIsUtf16(path),
            _ => start.SequenceEqual(Utf8Mark) ? Utf8Mark.Length : 0,
        };
    }

    /// <summary>SHA-256 of all its bytes, in hexadecimal.</summary>
    public static string Hash(string path)
    {
        using FileStream stream = Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
