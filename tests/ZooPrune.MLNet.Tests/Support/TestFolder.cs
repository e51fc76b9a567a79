using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>A folder that is deleted at the end of a test.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Root = Directory.CreateTempSubdirectory("zooprune-").FullName;

    public string Root { get; }

    /// <summary>Writes a file and returns its name.</summary>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(Path.Combine(Root, name), bytes);
        return name;
    }

    /// <summary>Copies a held-out image and returns the copy's name.</summary>
    public string Copy(string image, string name) => Write(name, File.ReadAllBytes(Path.Combine(TestModel.Images, image)));

    /// <summary>Copies the first half of a held-out image's file and returns the copy's name.</summary>
    public string CopyHalf(string image, string name)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(TestModel.Images, image));
        return Write(name, file.AsSpan(0, file.Length / 2));
    }

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>Small images in memory.</summary>
internal static class TestImages
{
    public const int Width = 40;
    public const int Height = 30;

    /// <summary>[height, width, 3], red first: a colour for every pixel.</summary>
    public static byte[] Rgb()
    {
        byte[] rgb = new byte[3 * Width * Height];
        for (int i = 0; i < Width * Height; i++)
        {
            rgb[3 * i] = (byte)(i % Width * 6);
            rgb[(3 * i) + 1] = (byte)(i / Width * 8);
            rgb[(3 * i) + 2] = (byte)(i * 31);
        }

        return rgb;
    }

    /// <summary>The same picture as an image of the given format; every pixel opaque unless told otherwise.</summary>
    public static MLImage Image(MLPixelFormat format, byte alpha = 255)
    {
        byte[] rgb = Rgb();
        byte[] pixels = new byte[4 * Width * Height];
        int red = format == MLPixelFormat.Rgba32 ? 0 : 2;
        for (int i = 0; i < Width * Height; i++)
        {
            pixels[(4 * i) + red] = rgb[3 * i];
            pixels[(4 * i) + 1] = rgb[(3 * i) + 1];
            pixels[(4 * i) + 2 - red] = rgb[(3 * i) + 2];
            pixels[(4 * i) + 3] = alpha;
        }

        return MLImage.CreateFromPixels(Width, Height, format, pixels);
    }
}
