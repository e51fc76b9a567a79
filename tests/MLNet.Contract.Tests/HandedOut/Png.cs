using System.IO.Compression;
using System.Text;

namespace ZooPrune.Contract;

/// <summary>A writer of small PNG files: 8 bits, RGBA or (without alpha) RGB, no filter, not interlaced.</summary>
internal static class Png
{
    public static byte[] Write(int width, int height, Func<int, int, (byte R, byte G, byte B, byte A)> pixel, bool alpha = true)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR", [.. BigEndian(width), .. BigEndian(height), 8, (byte)(alpha ? 6 : 2), 0, 0, 0]);

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                for (int x = 0; x < width; x++)
                {
                    var (r, g, b, a) = pixel(x, y);
                    zlib.Write(alpha ? [r, g, b, a] : [r, g, b]);
                }
            }
        }
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(BigEndian(data.Length));
        file.Write(body);
        file.Write(BigEndian((int)Crc32(body)));
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static uint Crc32(byte[] data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
