using System.Security.Cryptography;
using System.Text;

namespace ZooPrune.Samples;

/// <summary>A file that only grows, with the hash of all it holds. Not thread-safe; one process at a time has it open.</summary>
internal sealed class AppendedFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="stream">At its beginning, unbuffered; readable where something is to be kept. Closed with this.</param>
    public AppendedFile(FileStream stream) => _stream = stream;

    /// <summary>Bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>SHA-256 of these bytes, in hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Keeps the beginning of the file and cuts off what follows it: rows that were written and not committed.</summary>
    /// <param name="length">Bytes that stay.</param>
    /// <param name="hash">Their hash.</param>
    /// <returns>Whether the file begins with exactly these bytes. If not, it is left as it was.</returns>
    public bool TryKeep(long length, string hash)
    {
        var buffer = new byte[1 << 16];
        while (Length < length)
        {
            int read = _stream.Read(buffer, 0, (int)Math.Min(buffer.Length, length - Length));
            if (read == 0)
            {
                return false;
            }

            _hash.AppendData(buffer, 0, read);
            Length += read;
        }

        if (Hash != hash)
        {
            return false;
        }

        if (_stream.Length > length)
        {
            _stream.SetLength(length);
        }

        return true;
    }

    /// <summary>Appends text as UTF-8. It is with the operating system on return, and on the disk after <see cref="Flush"/>.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Append(string text)
    {
        byte[] bytes = Utf8.GetBytes(text);
        try
        {
            _stream.Write(bytes);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What .NET makes of a file that has reached the size its file system or the user's limit allows.
            throw new IOException("it would become larger than its file system allows.", e);
        }

        _hash.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>Returns when everything is on the disk.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Flush()
    {
        _stream.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }
}
