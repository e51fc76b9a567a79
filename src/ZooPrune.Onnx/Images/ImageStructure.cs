using System.Buffers.Binary;
using SkiaSharp;

namespace ZooPrune.Onnx.Images;

/// <summary>
/// What is looked at in an image file besides decoding it: its format, and whether it goes on to its end. Skia makes an image of files
/// that lack their end, and ML.NET's LoadImages a half grey one of files that lack half.
/// </summary>
internal static class ImageStructure
{
    // A JPEG file that goes over its pixels again and again is little data and much work. Encoders write about ten scans.
    private const int CommonScans = 16;
    private const long MostScannedPixels = 1_000_000_000;

    // Every block of 8 x 8 pixels takes a bit or more, unless the coding is arithmetic.
    private const long MostPixelsOfAByte = 8 * 64;

    /// <summary>By the first bytes; null for what is not decoded.</summary>
    public static SKEncodedImageFormat? FormatOf(ReadOnlySpan<byte> file) =>
        file is [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] ? SKEncodedImageFormat.Png
        : file is [0xFF, 0xD8, 0xFF, ..] ? SKEncodedImageFormat.Jpeg
        : file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..].StartsWith("WEBP"u8) ? SKEncodedImageFormat.Webp
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? SKEncodedImageFormat.Gif
        : file.StartsWith("BM"u8) ? SKEncodedImageFormat.Bmp
        : null;

    /// <summary>Follows the file's parts to its end marker, or as far as its header says. Nothing is decoded or allocated.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="pixels">Width times height; 0 where the header could not be read.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="ZooPruneException">It is cut off, or its pixels would be gone over too often.</exception>
    public static void Check(ReadOnlySpan<byte> file, SKEncodedImageFormat format, long pixels, string name)
    {
        string? missing = format switch
        {
            SKEncodedImageFormat.Png => TryFindChunk(file, "IEND"u8, out _) ? null : "IEND chunk",
            SKEncodedImageFormat.Jpeg => CheckJpeg(file, pixels, name) ? null : "end-of-image marker",
            SKEncodedImageFormat.Webp => BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) <= file.Length - 8 ? null : "end",
            SKEncodedImageFormat.Gif => GifReachesTrailer(file, out _) ? null : "trailer",
            _ => BmpHoldsItsRows(file) ? null : "last rows",
        };
        if (missing is not null)
        {
            throw Throw.ImageTruncated(name, format, file.Length, missing);
        }
    }

    /// <summary>Whether the samples of a PNG file are 16 bits of grey without alpha: depth and colour type follow the size in the first
    /// chunk.</summary>
    public static bool IsGrey16(ReadOnlySpan<byte> file, SKEncodedImageFormat format) =>
        format == SKEncodedImageFormat.Png && file.Length > 25 && file[24] == 16 && file[25] == 0;

    /// <summary>What PIL shows where the first frame of a GIF file is transparent or does not reach: the transparent entry of the palette,
    /// without one the first. Skia makes it black.</summary>
    /// <returns>[3]; black where there is no palette.</returns>
    public static ReadOnlySpan<byte> GifBackground(ReadOnlySpan<byte> file)
    {
        GifReachesTrailer(file, out ReadOnlySpan<byte> background);
        return background;
    }

    /// <summary>The first chunk of a kind in a PNG file.</summary>
    /// <returns>False where the file ends before the chunk does.</returns>
    public static bool TryFindChunk(ReadOnlySpan<byte> png, ReadOnlySpan<byte> kind, out ReadOnlySpan<byte> content)
    {
        const int Overhead = 12;
        for (int position = 8; png.Length - position >= Overhead;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png[position..]);
            if (length > png.Length - position - Overhead)
            {
                break;
            }

            content = png.Slice(position + 8, (int)length);
            if (png.Slice(position + 4, 4).SequenceEqual(kind))
            {
                return true;
            }

            position += Overhead + (int)length;
        }

        content = default;
        return false;
    }

    /// <summary>The next segment of a JPEG file. As in libjpeg, what lies between segments, such as a scan's data, is passed
    /// over.</summary>
    /// <returns>False where the file ends before the segment does.</returns>
    public static bool TryReadSegment(ReadOnlySpan<byte> file, scoped ref int position, out byte marker, out ReadOnlySpan<byte> content)
    {
        content = [];
        while (file[position..].IndexOf((byte)0xFF) is >= 0 and int distance)
        {
            position += distance;
            position += file[position..].IndexOfAnyExcept((byte)0xFF) is >= 0 and int fill ? fill : file.Length - position;
            if (position == file.Length)
            {
                break;
            }

            marker = file[position++];

            // Zero follows a byte 0xFF of a scan; 01 and D0 to D8 have no content.
            if (marker is <= 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (marker == 0xD9)
            {
                return true;
            }

            int length = file.Length - position < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(file[position..]);
            if (length > file.Length - position)
            {
                break;
            }

            content = file.Slice(position, length)[Math.Min(2, length)..];
            position += length;
            return true;
        }

        marker = 0;
        return false;
    }

    /// <summary>Whether the file's segments and scans go on to the end-of-image marker.</summary>
    private static bool CheckJpeg(ReadOnlySpan<byte> file, long pixels, string name)
    {
        int scans = 0;
        int position = 2;
        while (TryReadSegment(file, ref position, out byte marker, out _))
        {
            if (marker == 0xD9)
            {
                return scans > 0;
            }

            if (marker is >= 0xC0 and <= 0xC2 && pixels / MostPixelsOfAByte > file.Length)
            {
                throw Throw.ImageMalformed(name, SKEncodedImageFormat.Jpeg, $"its {file.Length:N0} bytes cannot hold {pixels:N0} pixels");
            }

            if (marker == 0xDA && ++scans > CommonScans && scans * pixels > MostScannedPixels)
            {
                throw Throw.ImageScans(name, pixels, CommonScans);
            }
        }

        return false;
    }

    private static bool GifReachesTrailer(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> background)
    {
        background = [0, 0, 0];
        int transparent = 0;
        bool isFirst = true;
        if (file.Length < 13)
        {
            return false;
        }

        ReadOnlySpan<byte> palette = GifPalette(file, 13, file[10]);
        for (int position = 13 + palette.Length; position < file.Length;)
        {
            byte kind = file[position++];
            ReadOnlySpan<byte> block = file[position..];
            if (kind == 0x3B)
            {
                return true;
            }

            if (kind == 0x21)
            {
                // A graphic control extension: its length, flags, a delay, the transparent entry.
                if (isFirst && block is [0xF9, 4, var flags, _, _, var entry, ..])
                {
                    transparent = (flags & 1) == 1 ? entry : 0;
                }

                position = GifSkipBlocks(file, position + 1);
            }
            else if (kind == 0x2C && block.Length > 9)
            {
                ReadOnlySpan<byte> local = GifPalette(file, position + 9, block[8]);
                ReadOnlySpan<byte> colors = local.IsEmpty ? palette : local;
                background = isFirst && colors.Length >= 3 * (transparent + 1) ? colors.Slice(3 * transparent, 3) : background;
                isFirst = false;
                position = GifSkipBlocks(file, position + 9 + local.Length + 1);
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> GifPalette(ReadOnlySpan<byte> file, int start, byte flags) =>
        (flags & 0x80) == 0 ? [] : file.Slice(start, Math.Min(3 << ((flags & 7) + 1), file.Length - start));

    /// <summary>Where the blocks end that start here: each has its length before it, the last has none.</summary>
    private static int GifSkipBlocks(ReadOnlySpan<byte> file, int position)
    {
        while (position < file.Length && file[position] > 0)
        {
            position += file[position] + 1;
        }

        return position + 1;
    }

    /// <summary>Whether the rows of a BMP file that is not compressed are there; for others only decoding tells.</summary>
    private static bool BmpHoldsItsRows(ReadOnlySpan<byte> file)
    {
        if (file.Length < 34)
        {
            return false;
        }

        bool isPlain = file[14] >= 40 && BinaryPrimitives.ReadUInt32LittleEndian(file[30..]) is 0 or 3;
        long width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long height = Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..]));
        long rowLength = ((width * BinaryPrimitives.ReadUInt16LittleEndian(file[28..])) + 31) / 32 * 4;
        return !isPlain || BinaryPrimitives.ReadUInt32LittleEndian(file[10..]) + ((decimal)rowLength * height) <= file.Length;
    }
}
