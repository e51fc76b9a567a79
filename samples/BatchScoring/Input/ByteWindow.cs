namespace ZooPrune.Samples;

/// <summary>A stream through a window that slides over it and grows as far as one row needs. Not thread-safe.</summary>
/// <param name="stream">Where the bytes come from; its owner closes it.</param>
/// <param name="offset">Bytes of the stream that were read before.</param>
/// <param name="limit">Most bytes the window may hold: the longest row.</param>
internal sealed class ByteWindow(Stream stream, long offset, int limit)
{
    private const int FirstSize = 64 * 1024;

    private byte[] _buffer = new byte[Math.Min(FirstSize, limit)];
    private int _start;
    private int _end;

    /// <summary>Offset in the stream of the first unread byte.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Whether <see cref="Unread"/> reaches to the end of the stream.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether a row that begins here and does not end in <see cref="Unread"/> is too long.</summary>
    public bool IsFull => _end - _start == limit;

    /// <summary>What is there and not consumed. Valid until the next call of another member.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Goes on by so many bytes.</summary>
    public void Consume(int count)
    {
        _start += count;
        Offset += count;
    }

    /// <summary>Makes <see cref="Unread"/> longer, or sets <see cref="IsAtEnd"/>. The window must not be full.</summary>
    public void Fill()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, limit));
        }

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        IsAtEnd = read == 0;
    }

    /// <summary>Goes on to the beginning of the next line, however far that is.</summary>
    public void SkipLine()
    {
        while (true)
        {
            int newline = Unread.IndexOf((byte)'\n');
            Consume(newline >= 0 ? newline + 1 : Unread.Length);
            if (newline >= 0 || IsAtEnd)
            {
                return;
            }

            Fill();
        }
    }
}
