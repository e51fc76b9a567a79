using System.Buffers.Binary;

namespace ZooPrune.Onnx;

/// <summary>
/// Baseline, extended and progressive JPEG files of 8 bits, grey or colour, to the bytes that libjpeg-turbo (which PIL uses) gives with
/// its default settings. What <see cref="JpegStructure"/> accepts is decoded; damage in the compressed data gives a wrong picture.
/// </summary>
/// <remarks>ONNX Runtime Extensions enlarges halved colour planes by repetition, which moves single pixels by tens of levels.</remarks>
internal sealed class JpegDecoder
{
    private readonly int[]?[] _quantization = new int[4][];
    private readonly JpegHuffmanTable?[] _dc = new JpegHuffmanTable[4];
    private readonly JpegHuffmanTable?[] _ac = new JpegHuffmanTable[4];
    private JpegFrame? _frame;
    private JpegPlane[] _planes = [];
    private int _restartInterval;
    private bool _isJfif;
    private int _adobeTransform = -1;

    private JpegDecoder()
    {
    }

    /// <param name="file">A whole file that was checked.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="ZooPruneException">The file is malformed.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name)
    {
        try
        {
            return new JpegDecoder().Read(file, name);
        }
        catch (Exception exception) when (exception is InvalidDataException or IndexOutOfRangeException or ArgumentOutOfRangeException or NullReferenceException)
        {
            throw Throw.ImageUndecodable(name, ImageFormat.Jpeg, exception);
        }
    }

    private RgbImage Read(ReadOnlySpan<byte> file, string name)
    {
        int position = 2;
        while (position + 3 < file.Length)
        {
            if (file[position] != 0xFF || file[position + 1] is 0x00 or 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                position++;
                continue;
            }

            byte marker = file[position + 1];
            if (marker == 0xD9)
            {
                break;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
            ReadOnlySpan<byte> content = file.Slice(position + 4, length - 2);
            position += 2 + length;
            if (marker == 0xDA)
            {
                position = ReadScan(file, position, content);
            }
            else
            {
                ReadSegment(marker, content, name);
            }
        }

        JpegFrame frame = _frame ?? throw new InvalidDataException("there is no picture");
        if (frame.IsProgressive)
        {
            Array.ForEach(_planes, Transform);
        }

        return JpegColors.Join(_planes, frame, IsRgb(frame));
    }

    private void ReadSegment(byte marker, ReadOnlySpan<byte> content, string name)
    {
        switch (marker)
        {
            case 0xDB:
                ReadQuantization(content);
                break;
            case 0xC4:
                ReadHuffman(content);
                break;
            case 0xDD:
                _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(content);
                break;
            case >= 0xC0 and <= 0xC2:
                _frame = JpegFrame.Read(marker, content, name);
                _planes = [.. _frame.Components.Select(component => new JpegPlane(component, _frame))];
                break;
            case 0xE0:
                _isJfif |= content.StartsWith("JFIF\0"u8);
                break;
            case 0xEE when content.StartsWith("Adobe"u8) && content.Length >= 12:
                _adobeTransform = content[11];
                break;
            default:
                break;
        }
    }

    private void ReadQuantization(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            bool isWide = content[0] >> 4 != 0;
            int[] table = new int[64];
            for (int i = 0; i < 64; i++)
            {
                table[JpegBlocks.Natural[i]] = isWide ? BinaryPrimitives.ReadUInt16BigEndian(content[(1 + (2 * i))..]) : content[1 + i];
            }

            _quantization[content[0] & 15] = table;
            content = content[(isWide ? 129 : 65)..];
        }
    }

    private void ReadHuffman(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            ReadOnlySpan<byte> counts = content.Slice(1, 16);
            int symbols = 0;
            foreach (byte count in counts)
            {
                symbols += count;
            }

            (content[0] >> 4 == 0 ? _dc : _ac)[content[0] & 15] = new JpegHuffmanTable(counts, content.Slice(17, symbols));
            content = content[(17 + symbols)..];
        }
    }

    /// <summary>Reads the blocks of a scan; gives the position of what follows it.</summary>
    private int ReadScan(ReadOnlySpan<byte> file, int position, ReadOnlySpan<byte> header)
    {
        int count = header[0];
        var parts = new (JpegPlane Plane, JpegHuffmanTable? Dc, JpegHuffmanTable? Ac)[count];
        for (int i = 0; i < count; i++)
        {
            int id = header[1 + (2 * i)];
            byte tables = header[2 + (2 * i)];
            parts[i] = (_planes.First(plane => plane.Component.Id == id), _dc[tables >> 4], _ac[tables & 15]);
            parts[i].Plane.Dc = 0;
        }

        var blocks = new JpegBlocks(header[^3], header[^2], header[^1] >> 4, header[^1] & 15);
        var bits = new JpegBits(file, position);
        JpegPlane only = parts[0].Plane;

        // One component alone has no units: its blocks follow each other, those outside the picture left out.
        bool isAlone = count == 1;
        int across = isAlone ? (only.Width + 7) / 8 : only.BlocksAcross / only.Component.Horizontal;
        int down = isAlone ? (only.Height + 7) / 8 : only.BlocksDown / only.Component.Vertical;
        for (int unit = 0; unit < across * down; unit++)
        {
            if (_restartInterval > 0 && unit > 0 && unit % _restartInterval == 0)
            {
                bits.Restart();
                blocks.Restart();
                Array.ForEach(_planes, plane => plane.Dc = 0);
            }

            (int row, int column) = (unit / across, unit % across);
            foreach ((JpegPlane plane, JpegHuffmanTable? dc, JpegHuffmanTable? ac) in parts)
            {
                int high = isAlone ? 1 : plane.Component.Vertical;
                int wide = isAlone ? 1 : plane.Component.Horizontal;
                for (int part = 0; part < high * wide; part++)
                {
                    ReadBlock(ref bits, blocks, plane, dc, ac, (row * high) + (part / wide), (column * wide) + (part % wide));
                }
            }
        }

        return bits.Position;
    }

    private void ReadBlock(
        ref JpegBits bits, JpegBlocks blocks, JpegPlane plane, JpegHuffmanTable? dc, JpegHuffmanTable? ac, int row, int column)
    {
        if (plane.Coefficients.Length > 0)
        {
            blocks.ReadProgressive(ref bits, dc, ac, plane, plane.Block(row, column));
            return;
        }

        Span<short> block = stackalloc short[64];
        block.Clear();
        JpegBlocks.ReadSequential(ref bits, dc!, ac!, plane, block);
        JpegTransform.Inverse(block, Quantization(plane), plane.SamplesOf(row, column), 8 * plane.BlocksAcross);
    }

    private void Transform(JpegPlane plane)
    {
        for (int block = 0; block < plane.BlocksAcross * plane.BlocksDown; block++)
        {
            (int row, int column) = (block / plane.BlocksAcross, block % plane.BlocksAcross);
            JpegTransform.Inverse(plane.Block(row, column), Quantization(plane), plane.SamplesOf(row, column), 8 * plane.BlocksAcross);
        }
    }

    private int[] Quantization(JpegPlane plane) =>
        _quantization[plane.Component.QuantizationTable] ?? throw new InvalidDataException("a quantization table is missing");

    /// <summary>Three components are luma and chroma, unless Adobe's marker or the components' names say that they are colours.</summary>
    private bool IsRgb(JpegFrame frame) =>
        !_isJfif && (_adobeTransform >= 0 ? _adobeTransform == 0 : frame.Components.Select(component => component.Id).SequenceEqual([(int)'R', 'G', 'B']));
}
