using System.Buffers.Binary;

namespace ZooPrune.Onnx;

/// <summary>
/// The segments of a JPEG file (ITU-T T.81, annex B), checked one by one before anything is decoded.
/// </summary>
/// <remarks>
/// The check is as strict as libjpeg: nothing reaches the decoder that libjpeg would not accept, and ML.NET's decoders, which make
/// something of everything, can be asked after it. Damage in the compressed pixels themselves passes; there the picture is wrong
/// and nobody can tell.
/// </remarks>
internal sealed class JpegStructure
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte QuantizationTables = 0xDB;
    private const byte RestartInterval = 0xDD;
    private const byte HuffmanTables = 0xC4;
    private const int MostScans = 256;

    private readonly string _name;
    private readonly JpegTables _tables = new();
    private JpegFrame? _frame;
    private int _scans;

    private JpegStructure(string name) => _name = name;

    public static bool Matches(ReadOnlySpan<byte> file) => file.Length >= 3 && file[0] == 0xFF && file[1] == StartOfImage && file[2] == 0xFF;

    /// <summary>Size of the picture; checks that everything up to the end-of-image marker can be decoded.</summary>
    /// <exception cref="ZooPruneException">It cannot.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        try
        {
            return new JpegStructure(name).Walk(file);
        }
        catch (InvalidDataException exception)
        {
            throw Throw.ImageMalformed(name, ImageFormat.Jpeg, exception.Message);
        }
    }

    private ImageHeader Walk(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (TryReadMarker(file, ref position, out byte marker))
        {
            if (marker == EndOfImage)
            {
                return _frame is not null && _scans > 0
                    ? new ImageHeader(ImageFormat.Jpeg, _frame.Width, _frame.Height)
                    : throw new InvalidDataException("it ends before any picture");
            }

            if (IsStandalone(marker))
            {
                continue;
            }

            if (file.Length - position < 2)
            {
                break;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(file[position..]);
            if (length < 2)
            {
                throw new InvalidDataException($"the segment at byte {position:N0} has the length {length}");
            }

            if (length > file.Length - position)
            {
                break;
            }

            ReadSegment(marker, file.Slice(position + 2, length - 2), position);
            position += length;
            if (marker == StartOfScan)
            {
                SkipScan(file, ref position);
            }
        }

        throw Throw.ImageTruncated(_name, ImageFormat.Jpeg, file.Length, "end-of-image marker");
    }

    private void ReadSegment(byte marker, ReadOnlySpan<byte> content, int position)
    {
        switch (marker)
        {
            case QuantizationTables:
                _tables.ReadQuantization(content);
                break;
            case HuffmanTables:
                _tables.ReadHuffman(content);
                break;
            case RestartInterval:
                if (content.Length != 2)
                {
                    throw new InvalidDataException($"its restart interval has {content.Length} bytes");
                }

                break;
            case >= 0xC0 and <= 0xC2:
                _frame = _frame is null ? JpegFrame.Read(marker, content, _name) : throw new InvalidDataException("it has two frame headers");
                break;
            case >= 0xC3 and <= 0xCF:
                throw new InvalidDataException($"it is of a kind that is not supported (marker {marker:X2}; baseline, extended and progressive are)");
            case StartOfScan:
                JpegScan.Check(content, _frame ?? throw new InvalidDataException("a scan comes before the frame header"), _tables);
                if (++_scans > MostScans)
                {
                    throw new InvalidDataException($"it has more than {MostScans} scans");
                }

                break;
            case 0xDC or (>= 0xE0 and <= 0xEF) or 0xFE:
                break;
            default:
                throw new InvalidDataException($"byte {position:N0} follows the unknown marker {marker:X2}");
        }
    }

    private static bool TryReadMarker(ReadOnlySpan<byte> file, ref int position, out byte marker)
    {
        // A marker is 0xFF and a byte that is neither 0x00 nor 0xFF; more 0xFF may fill the space before it.
        while (position < file.Length && file[position] != 0xFF)
        {
            position++;
        }

        while (position < file.Length && file[position] == 0xFF)
        {
            position++;
        }

        marker = position < file.Length ? file[position++] : (byte)0;
        return marker != 0 || position < file.Length;
    }

    private static void SkipScan(ReadOnlySpan<byte> file, ref int position)
    {
        // Entropy-coded bytes: 0xFF is followed by 0x00 (stuffing) or a restart marker; anything else ends the scan.
        while (position + 1 < file.Length)
        {
            if (file[position] == 0xFF && file[position + 1] is not 0x00 and not 0xFF and not (>= 0xD0 and <= 0xD7))
            {
                return;
            }

            position++;
        }

        position = file.Length;
    }

    /// <summary>No marker after all (0x00), TEM and restart markers have no content.</summary>
    private static bool IsStandalone(byte marker) => marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD7);
}
