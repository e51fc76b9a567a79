using System.Buffers.Binary;
using SkiaSharp;

namespace ZooPrune.Onnx.Images;

/// <summary>How an image should be turned before it is looked at: the tag 0x0112 of EXIF data, 1 (as it is) to 8.</summary>
internal static class ImageOrientation
{
    /// <summary>The EXIF orientation, 1 to 8; 1 where the file does not say or says it wrong. Skia's own reading passes over PNG files and
    /// over 32-bit numbers.</summary>
    public static int Read(ReadOnlySpan<byte> file, SKEncodedImageFormat format)
    {
        ReadOnlySpan<byte> data = format switch
        {
            SKEncodedImageFormat.Png when ImageStructure.TryFindChunk(file, "eXIf"u8, out ReadOnlySpan<byte> chunk) => chunk,
            SKEncodedImageFormat.Jpeg => JpegExif(file),
            SKEncodedImageFormat.Webp => WebpExif(file),
            _ => [],
        };
        data = data.StartsWith("Exif\0\0"u8) ? data[6..] : data;
        if (data.Length < 8 || !(data.StartsWith("II"u8) || data.StartsWith("MM"u8)))
        {
            return 1;
        }

        // TIFF: byte order, place of the entries, their number, then 12 bytes each: tag, type (3: 16 bits, 4: 32), count, value.
        bool isLittle = data[0] == 'I';
        uint start = Number(data[4..], 4);
        if (start > data.Length - 2)
        {
            return 1;
        }

        ReadOnlySpan<byte> entries = data[(int)(start + 2)..];
        for (uint count = Number(data[(int)start..], 2); count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            if (Number(entries, 2) == 0x0112)
            {
                uint value = Number(entries[8..], Number(entries[2..], 2) == 4 ? 4 : 2);
                return value is >= 1 and <= 8 ? (int)value : 1;
            }
        }

        return 1;

        uint Number(ReadOnlySpan<byte> bytes, int length) => (length, isLittle) switch
        {
            (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (_, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        };
    }

    /// <summary>Turns and mirrors an image, and drops its alpha.</summary>
    /// <param name="rgba">[height, width, 4], as stored.</param>
    /// <param name="width">Columns as stored.</param>
    /// <param name="height">Rows as stored.</param>
    /// <param name="orientation">The EXIF tag, 2 to 8.</param>
    public static RgbImage Turn(ReadOnlySpan<byte> rgba, int width, int height, int orientation)
    {
        bool isSwapped = orientation >= 5;
        (int turnedWidth, int turnedHeight) = isSwapped ? (height, width) : (width, height);
        bool fromRight = orientation is 2 or 3 or 7 or 8;
        bool fromBottom = orientation is 3 or 4 or 6 or 7;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(3 * width * height));
        for (int y = 0, to = 0; y < turnedHeight; y++)
        {
            for (int x = 0; x < turnedWidth; x++, to += 3)
            {
                (int column, int row) = isSwapped ? (y, x) : (x, y);
                column = fromRight ? width - 1 - column : column;
                row = fromBottom ? height - 1 - row : row;
                rgba.Slice(4 * ((row * width) + column), 3).CopyTo(pixels.AsSpan(to));
            }
        }

        return new RgbImage(pixels, turnedWidth, turnedHeight);
    }

    private static ReadOnlySpan<byte> WebpExif(ReadOnlySpan<byte> file)
    {
        for (int position = 12; file.Length - position >= 8;)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[(position + 4)..]);
            if (length > file.Length - position - 8)
            {
                break;
            }

            if (file[position..].StartsWith("EXIF"u8))
            {
                return file.Slice(position + 8, (int)length);
            }

            position += 8 + (int)length + (int)(length & 1);
        }

        return [];
    }

    private static ReadOnlySpan<byte> JpegExif(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (ImageStructure.TryReadSegment(file, ref position, out byte marker, out ReadOnlySpan<byte> content) && marker != 0xDA)
        {
            if (marker == 0xE1 && content.StartsWith("Exif\0"u8))
            {
                return content;
            }
        }

        return [];
    }
}
