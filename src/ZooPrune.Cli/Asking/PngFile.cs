using System.Buffers.Binary;
using System.IO.Compression;

namespace ZooPrune.Cli;

/// <summary>Writes PNG files in 24-bit colour.</summary>
internal static class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>The whole file.</summary>
    /// <param name="rgb">Row-major [height, width, 3].</param>
    /// <param name="width">Pixels in a row, &gt; 0.</param>
    /// <param name="height">Rows, &gt; 0.</param>
    public static byte[] Write(ReadOnlySpan<byte> rgb, int width, int height)
    {
        using var file = new MemoryStream();
        file.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits a channel
        header[9] = 2; // red, green, blue
        header[10..].Clear(); // the only compression and filter method there is; not interlaced
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(rgb, width, height));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Rows as differences to the pixel on the left, which compress far better than the pixels.</summary>
    private static byte[] Compress(ReadOnlySpan<byte> rgb, int width, int height)
    {
        const byte FilterSub = 1;
        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.Fastest))
        {
            byte[] row = new byte[1 + (3 * width)];
            row[0] = FilterSub;
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> pixels = rgb.Slice(y * 3 * width, 3 * width);
                for (int i = 0; i < pixels.Length; i++)
                {
                    row[1 + i] = (byte)(pixels[i] - (i < 3 ? 0 : pixels[i - 3]));
                }

                stream.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Checksum(Checksum(uint.MaxValue, type), data));
        file.Write(number);
    }

    /// <summary>CRC-32 as PNG wants it, before the last inversion.</summary>
    private static uint Checksum(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return crc;
    }
}
