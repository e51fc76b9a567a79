using System.Buffers.Binary;

namespace ZooPrune.Onnx;

/// <summary>The chunks of a PNG file (PNG specification, section 5).</summary>
internal static class PngStructure
{
    private const int ChunkOverhead = 12;
    private const int HeaderLength = 13;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool Matches(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Whether the samples are 16 bits of grey without alpha (depth and colour type follow the size in the first chunk).</summary>
    public static bool IsGrey16(ReadOnlySpan<byte> file) => file[24] == 16 && file[25] == 0;

    /// <summary>Size of the picture; checks that chunks follow each other from IHDR to IEND without a gap.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> file, string name)
    {
        ImageHeader? header = null;
        bool hasPixels = false;
        int position = Signature.Length;
        while (file.Length - position >= ChunkOverhead)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[position..]);
            ReadOnlySpan<byte> kind = file.Slice(position + 4, 4);
            if (length > file.Length - position - ChunkOverhead)
            {
                break;
            }

            ReadOnlySpan<byte> content = file.Slice(position + 8, (int)length);
            if (header is null)
            {
                header = kind.SequenceEqual("IHDR"u8)
                    ? ReadSize(content, name)
                    : throw Throw.ImageMalformed(name, ImageFormat.Png, "it does not start with an IHDR chunk");
            }
            else if (kind.SequenceEqual("IEND"u8))
            {
                return hasPixels ? header.Value : throw Throw.ImageMalformed(name, ImageFormat.Png, "it has no IDAT chunk");
            }

            hasPixels |= kind.SequenceEqual("IDAT"u8);
            position += ChunkOverhead + (int)length;
        }

        throw Throw.ImageTruncated(name, ImageFormat.Png, file.Length, "IEND chunk");
    }

    private static ImageHeader ReadSize(ReadOnlySpan<byte> content, string name)
    {
        if (content.Length != HeaderLength)
        {
            throw Throw.ImageMalformed(name, ImageFormat.Png, $"its IHDR chunk has {content.Length} bytes");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(content);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(content[4..]);
        return width is 0 or > int.MaxValue || height is 0 or > int.MaxValue
            ? throw Throw.ImageMalformed(name, ImageFormat.Png, $"its header says {width} x {height} pixels")
            : new ImageHeader(ImageFormat.Png, (int)width, (int)height);
    }
}
