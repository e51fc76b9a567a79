using System.Buffers.Binary;
using SkiaSharp;

namespace ZooPrune.Samples.Tests;

/// <summary>PNG files, good ones and bad ones.</summary>
internal static class TestPng
{
    private const int HeaderStart = 12;
    private const int HeaderEnd = 29;

    /// <summary>A picture in 24-bit colour: a blue square in the middle of a grey ground.</summary>
    public static byte[] Create(int width = 336, int height = 336)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(128, 128, 128));
        bitmap.Erase(new SKColor(30, 60, 220), new SKRectI(width / 3, height / 3, width * 2 / 3, height * 2 / 3));
        using SKData file = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return file.ToArray();
    }

    /// <summary>The same picture, cut off before its end.</summary>
    public static byte[] Truncated() => Create().AsSpan()[..^200].ToArray();

    /// <summary>A file that claims to be as large as said and holds next to nothing.</summary>
    public static byte[] Bomb(int width, int height)
    {
        byte[] file = Create(10, 10);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(HeaderStart + 4), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(HeaderStart + 8), height);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(HeaderEnd), Checksum(file.AsSpan(HeaderStart..HeaderEnd)));
        return file;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
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
