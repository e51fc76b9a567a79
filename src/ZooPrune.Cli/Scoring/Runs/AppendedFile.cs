using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ZooPrune.Cli;

/// <summary>A file that only grows, with the hash of all it holds. Not thread-safe; one process at a time has it open.</summary>
internal sealed class AppendedFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="stream">At its beginning, unbuffered; readable where something is to be kept. Closed with this.</param>
    public AppendedFile(FileStream stream) => _stream = stream;

    /// <summary>Opens a file, or makes it; unbuffered, because rows come in large pieces.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isShared">Whether others may read it; otherwise it is locked.</param>
    /// <exception cref="IOException">Somebody else has it open, or it cannot be opened.</exception>
    public static AppendedFile Open(string path, bool isShared)
    {
        // Windows renames an open file only if that was allowed when it was opened; there, too, nobody else may read or write it.
        FileShare share = isShared ? FileShare.ReadWrite | FileShare.Delete
            : OperatingSystem.IsWindows() ? FileShare.Delete
            : FileShare.None;
        FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0);
        if (!stream.CanSeek)
        {
            stream.Dispose();
            throw new IOException("it is a pipe or a device.");
        }

        return new AppendedFile(stream);
    }

    /// <summary>SHA-256 of a file, in hexadecimal. A pipe or a device, whose length is 0, is not opened: that may wait for ever.</summary>
    public static string HashOf(string path)
    {
        if (new FileInfo(path).Length == 0)
        {
            return Convert.ToHexStringLower(SHA256.HashData([]));
        }

        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Copies so many bytes from the beginning of a file, also of one that somebody else appends to.</summary>
    /// <exception cref="IOException">It is shorter, or one of the files cannot be used.</exception>
    public static void CopyStart(string from, string to, long length)
    {
        if (new FileInfo(from).Length < length)
        {
            throw new EndOfStreamException();
        }

        using SafeFileHandle source = File.OpenHandle(from, share: FileShare.ReadWrite | FileShare.Delete);
        using FileStream target = new(to, FileMode.CreateNew);
        byte[] buffer = new byte[1 << 16];
        for (long done = 0; done < length;)
        {
            int read = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), done);
            target.Write(buffer, 0, read > 0 ? read : throw new EndOfStreamException());
            done += read;
        }
    }

    /// <summary>Bytes in the file, those that are not looked at among them.</summary>
    public long FileLength => _stream.Length;

    /// <summary>Bytes that were kept or appended.</summary>
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

    /// <summary>The whole file for reading; nothing may be appended afterwards.</summary>
    public Stream FromStart()
    {
        _stream.Position = 0;
        return _stream;
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
