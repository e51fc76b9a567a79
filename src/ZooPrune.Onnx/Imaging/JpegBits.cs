namespace ZooPrune.Onnx;

/// <summary>The bits of a scan (T.81, F.2.2.5). After the last come zeros, so that damage ends in a picture, not in a hang.</summary>
/// <param name="file">The whole file.</param>
/// <param name="position">First byte of the scan's data.</param>
internal ref struct JpegBits(ReadOnlySpan<byte> file, int position)
{
    private readonly ReadOnlySpan<byte> _file = file;
    private ulong _bits;
    private int _count;

    /// <summary>Where the next byte is read, or the marker that ended the data.</summary>
    public int Position { get; private set; } = position;

    /// <summary>The next 16 bits, which stay.</summary>
    public int Peek()
    {
        if (_count < 16)
        {
            Fill();
        }

        return (int)(_bits >> (_count - 16)) & 0xFFFF;
    }

    public void Skip(int count) => _count -= count;

    /// <param name="count">0..16.</param>
    public int Read(int count)
    {
        int value = Peek() >> (16 - count);
        _count -= count;
        return value;
    }

    /// <summary>A number of so many bits, whose first bit says its sign (T.81, F.12).</summary>
    public int ReadSigned(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        int value = Read(count);
        return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    }

    /// <summary>Drops the bits up to a restart marker and goes on after it.</summary>
    public void Restart()
    {
        (_bits, _count) = (0, 0);
        while (Position + 1 < _file.Length && !(_file[Position] == 0xFF && _file[Position + 1] is not 0x00 and not 0xFF))
        {
            Position++;
        }

        if (Position + 1 < _file.Length && _file[Position + 1] is >= 0xD0 and <= 0xD7)
        {
            Position += 2;
        }
    }

    private void Fill()
    {
        while (_count <= 48)
        {
            int next = 0;
            if (Position < _file.Length && _file[Position] != 0xFF)
            {
                next = _file[Position++];
            }
            else if (Position + 1 < _file.Length && _file[Position + 1] == 0)
            {
                next = 0xFF;
                Position += 2;
            }

            _bits = (_bits << 8) | (uint)next;
            _count += 8;
        }
    }
}
