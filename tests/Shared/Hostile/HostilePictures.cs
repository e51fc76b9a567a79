using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ZooPrune.Tests;

/// <summary>Picture files that are little data and much work.</summary>
internal static class HostilePictures
{
    /// <summary>Each by what it is about, and what makes it.</summary>
    public static IEnumerable<(string What, Func<byte[]> Create)> All()
    {
        yield return ("PNG, 500 compressed texts of 4 MB", () => Png(16, 16, ancillary: Repeat("zTXt", [.. "k\0\0"u8, .. Deflate(new byte[4 << 20])], 500)));
        yield return ("PNG, 500 international texts", () => Png(16, 16, ancillary: Repeat("iTXt", [.. "k\0\u0001\0\0\0"u8, .. Deflate(new byte[4 << 20])], 500)));
        yield return ("PNG, colour profile of 64 MB", () => Png(16, 16, ancillary: Repeat("iCCP", [.. "p\0\0"u8, .. Deflate(new byte[64 << 20])], 1)));
        yield return ("PNG, 100,000 empty chunks of pixels", () => Png(16, 16, ancillary: Repeat("IDAT", [], 100_000)));
        yield return ("PNG, 100,000 unknown chunks", () => Png(16, 16, ancillary: Repeat("abCd", [1], 100_000)));
        yield return ("PNG, 256 MB after the last row", () => Png(16, 16, after: 256 << 20));
        yield return ("PNG, 16 million pixels of nothing", () => Png(4000, 4000));
        yield return ("PNG, 64 million pixels, interlaced", () => Png(8000, 8000, interlaced: true));
        yield return ("PNG, one row of 16 million pixels", () => Png(16_000_000, 1));
        yield return ("PNG, one column of a million pixels", () => Png(1, 1_000_000));
        yield return ("GIF, 20,000 frames of 1,000 x 1,000", () => Gif(1000, 1000, 20_000));
        yield return ("GIF, a frame of 65,535 x 900 of nothing", () => Gif(65_535, 900, 1));
        yield return ("BMP, 8,000 x 8,000 in runs", () => Bmp(8000, 8000));
        yield return ("JPEG, 4,000 x 4,000 in 152 bytes", () => TinyJpeg(4000, 4000));
        yield return ("JPEG, 8,000 x 8,000, 16 scans", () => Jpeg(8000, 8000, 16));
        yield return ("JPEG, 65,500 x 976, 16 scans", () => Jpeg(65_500, 976, 16));
        yield return ("JPEG, 1,000 x 1,000, 900 scans", () => Jpeg(1000, 1000, 900));
        yield return ("JPEG, 60,000 tables", () => [0xFF, 0xD8, .. Enumerable.Range(0, 60_000).SelectMany(_ => QuantizationTable()), .. TinyJpeg(64, 64)[2..]]);
        yield return ("JPEG, 10 MB of fill bytes", () => [0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, 10 << 20), .. TinyJpeg(64, 64)[3..]]);
    }

    private static byte[] Png(int width, int height, byte[]? ancillary = null, int after = 0, bool interlaced = false)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (8, 2, (byte)(interlaced ? 1 : 0));

        // Seven passes together have a byte a row of each.
        long rows = interlaced ? Passes(width, height) : height * (1 + (3L * width));
        byte[] pixels = Deflate(new byte[rows + after]);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. ancillary ?? [], .. Chunk("IDAT", pixels), .. Chunk("IEND", [])];
    }

    private static long Passes(int width, int height)
    {
        long bytes = 0;
        foreach ((int x, int y, int dx, int dy) in ((int, int, int, int)[])
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)])
        {
            long columns = (width - x + dx - 1) / dx;
            bytes += columns > 0 ? (height - y + dy - 1) / dy * (1 + (3 * columns)) : 0;
        }

        return bytes;
    }

    private static byte[] Repeat(string kind, byte[] content, int count)
    {
        byte[] chunk = Chunk(kind, content);
        byte[] all = new byte[(long)chunk.Length * count];
        for (int i = 0; i < count; i++)
        {
            chunk.CopyTo(all, (long)i * chunk.Length);
        }

        return all;
    }

    private static byte[] Chunk(string kind, byte[] content)
    {
        byte[] chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        Encoding.ASCII.GetBytes(kind).CopyTo(chunk, 4);
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    private static byte[] Gif(int width, int height, int frames)
    {
        byte[] size = [(byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8)];

        // Clear, then the code that a table's next entry gets, again and again: each stands for one pixel more than the one before.
        byte[] frame = [0x2C, 0, 0, 0, 0, .. size, 0, 2, 4, 0x84, 0x8F, 0xA9, 0x05, 0];
        return [.. "GIF89a"u8, .. size, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. Enumerable.Range(0, frames).SelectMany(_ => frame), 0x3B];
    }

    private static byte[] Bmp(int width, int height)
    {
        byte[] head = new byte[54 + 1024];
        "BM"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(10), head.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(22), height);
        (head[26], head[28], head[30]) = (1, 8, 1);
        return [.. head, .. Enumerable.Range(0, 200_000).SelectMany(_ => (byte[])[255, 1]), 0, 1];
    }

    /// <summary>One component, one table of one code: every block is one bit or so, and the file ends where it likes.</summary>
    private static byte[] TinyJpeg(int width, int height) =>
    [
        0xFF, 0xD8, .. QuantizationTable(), .. Frame(0xC0, width, height), .. Huffman(0x00), .. Huffman(0x10),
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0xFF, 0xD9,
    ];

    private static byte[] Jpeg(int width, int height, int scans)
    {
        byte[] blocks = new byte[Math.Max(((width + 7) / 8 * ((height + 7) / 8) / 8) + 64, 128_000)];
        var file = new List<byte> { 0xFF, 0xD8 };
        file.AddRange(QuantizationTable());
        file.AddRange(Frame(0xC2, width, height));
        file.AddRange(Huffman(0x00));
        file.AddRange(Huffman(0x10));
        file.AddRange([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]);
        file.AddRange(blocks);
        for (int scan = 1; scan < scans; scan++)
        {
            file.AddRange([0xFF, 0xDA, 0, 8, 1, 1, 0, (byte)(1 + (scan % 63)), (byte)(1 + (scan % 63)), 0, 0]);
        }

        file.AddRange([0xFF, 0xD9]);
        return [.. file];
    }

    private static byte[] QuantizationTable() => [0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)];

    private static byte[] Frame(byte marker, int width, int height) =>
        [0xFF, marker, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0];

    private static byte[] Huffman(byte kind) => [0xFF, 0xC4, 0, 20, kind, 1, .. new byte[15], 0];
}
