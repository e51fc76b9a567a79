using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ZooPrune.Samples.Tests;

/// <summary>PNG files made by hand: good ones and bad ones.</summary>
internal static class TestPng
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>A picture in 24-bit colour: a blue square in the middle of a grey ground.</summary>
    public static byte[] Create(int width = 336, int height = 336)
    {
        using MemoryStream pixels = new();
        using (ZLibStream compressed = new(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                compressed.WriteByte(0);
                for (int x = 0; x < width; x++)
                {
                    bool inside = Math.Abs(x - (width / 2)) < width / 6 && Math.Abs(y - (height / 2)) < height / 6;
                    compressed.Write(inside ? [30, 60, 220] : [128, 128, 128]);
                }
            }
        }

        return File(width, height, pixels.ToArray());
    }

    /// <summary>The same picture, cut off before its end.</summary>
    public static byte[] Truncated() => Create().AsSpan()[..^200].ToArray();

    /// <summary>A file that claims to be as large as said and holds next to nothing.</summary>
    public static byte[] Bomb(int width, int height)
    {
        using MemoryStream pixels = new();
        using (ZLibStream compressed = new(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            compressed.Write(new byte[1000]);
        }

        return File(width, height, pixels.ToArray());
    }

    private static byte[] File(int width, int height, byte[] compressed)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits a channel
        header[9] = 2; // RGB
        return [.. Signature, .. Chunk("IHDR", header), .. Chunk("IDAT", compressed), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] checkedPart = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] length = new byte[4];
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc(checkedPart));
        return [.. length, .. checkedPart, .. crc];
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}
