using System.Buffers.Binary;

namespace ZooPrune.Onnx;

/// <summary>How a picture should be turned before it is looked at: the tag 0x0112 of EXIF data, 1 (as it is) to 8.</summary>
internal static class ImageOrientation
{
    private const int Tag = 0x0112;
    private const int Entry = 12;

    /// <param name="file">A whole PNG or JPEG file that was checked.</param>
    /// <returns>1 to 8; 1 where the file does not say or says it wrong.</returns>
    public static int Read(ReadOnlySpan<byte> file) => PngStructure.Matches(file) ? ReadPng(file) : ReadJpeg(file);

    /// <summary>Turns a picture.</summary>
    /// <param name="image">As stored.</param>
    /// <param name="orientation">1 to 8.</param>
    public static RgbImage Apply(RgbImage image, int orientation)
    {
        if (orientation == 1)
        {
            return image;
        }

        bool isSwapped = orientation >= 5;
        (int width, int height) = isSwapped ? (image.Height, image.Width) : (image.Width, image.Height);
        bool fromRight = orientation is 2 or 3 or 7 or 8;
        bool fromBottom = orientation is 3 or 4 or 6 or 7;
        byte[] pixels = new byte[image.Pixels.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int column, int row) = isSwapped ? (y, x) : (x, y);
                column = fromRight ? image.Width - 1 - column : column;
                row = fromBottom ? image.Height - 1 - row : row;
                image.Pixels.AsSpan(3 * ((row * image.Width) + column), 3).CopyTo(pixels.AsSpan(3 * ((y * width) + x)));
            }
        }

        return new RgbImage(pixels, width, height);
    }

    private static int ReadJpeg(ReadOnlySpan<byte> file)
    {
        // Segments up to the first scan; EXIF data is an APP1 segment that says so.
        for (int position = 2; position + 4 <= file.Length && file[position] == 0xFF && file[position + 1] != 0xDA;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
            if (length < 2 || length > file.Length - position - 2)
            {
                break;
            }

            ReadOnlySpan<byte> content = file.Slice(position + 4, length - 2);
            if (file[position + 1] == 0xE1 && content.StartsWith("Exif\0\0"u8))
            {
                return ReadTiff(content[6..]);
            }

            position += 2 + length;
        }

        return 1;
    }

    private static int ReadPng(ReadOnlySpan<byte> file)
    {
        for (int position = 8; position + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[position..]);
            if (length > file.Length - position - 12)
            {
                break;
            }

            if (file.Slice(position + 4, 4).SequenceEqual("eXIf"u8))
            {
                return ReadTiff(file.Slice(position + 8, (int)length));
            }

            position += 12 + (int)length;
        }

        return 1;
    }

    private static int ReadTiff(ReadOnlySpan<byte> data)
    {
        if (data.Length < 8 || !(data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8)))
        {
            return 1;
        }

        bool isLittle = data[0] == 'I';
        uint start = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) : BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        if (start > data.Length - 2)
        {
            return 1;
        }

        ReadOnlySpan<byte> entries = data[(int)start..];
        int count = Number(entries, isLittle);
        entries = entries[2..];
        for (int i = 0; i < count && entries.Length >= Entry; i++, entries = entries[Entry..])
        {
            if (Number(entries, isLittle) == Tag)
            {
                int value = Number(entries[8..], isLittle);
                return value is >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;
    }

    private static int Number(ReadOnlySpan<byte> data, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);
}
