using System.Diagnostics;
using ZooPrune.Onnx.Images;
using ZooPrune.Tests;

namespace ZooPrune.Onnx.Tests;

/// <summary>Picture files that are little data and much work, a slice of the seeded run of "bench --hostile", and the end of patience.</summary>
public sealed class HostilePictureTests
{
    public static TheoryData<string> Bombs { get; } = [.. HostilePictures.All().Select(bomb => bomb.What)];

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Bombs))]
    public void Decode_LittleDataMuchWork_EndsSoon(string what)
    {
        byte[] file = HostilePictures.All().Single(bomb => bomb.What == what).Create();
        var decoder = new ImageDecoder(64_000_000);
        TimeSpan best = TimeSpan.MaxValue;
        for (int round = 0; round < 3 && best > TimeSpan.FromSeconds(5); round++)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                decoder.Decode(file, "picture");
            }
            catch (ZooPruneException)
            {
                // Refused is as good as read.
            }

            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
        }

        Assert.True(best < TimeSpan.FromSeconds(5), $"{what}: {best.TotalSeconds:F1} s");
    }

    [Fact]
    public void Decode_MutatedPictures_WorksOrSaysWhy()
    {
        var decoder = new ImageDecoder(16_000_000);
        byte[][] good = [.. ((string[])["rgb.png", "palette.png", "progressive.jpg", "full_chroma.jpg", "matrix/webp_lossy.webp", "matrix/gif.gif", "matrix/bmp_rgb.bmp"])
            .Select(file => ImageDecoderTests.Load(file))];
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            byte[] file = ByteMutation.Apply(good[random.Next(good.Length)], random);
            try
            {
                decoder.Decode(file, "picture");
            }
            catch (ZooPruneException exception)
            {
                Assert.True(exception.Message.Length < 1000 && !exception.Message.Any(char.IsControl), $"seed {seed}: {exception.Message}");
            }
        }
    }

    [Fact]
    public void Decode_CallerHadEnough_IsCancelled()
    {
        byte[] file = ImageDecoderTests.Load("rgb.png");
        using var model = VisionLanguageModel.Load(TestPaths.Model);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => model.Prepare(file, "picture", stop.Token));
        Assert.Throws<OperationCanceledException>(() => model.Prepare(new MemoryStream(file), stop.Token));
        Assert.Throws<OperationCanceledException>(() => model.Prepare(Path.Combine(TestPaths.HeldOut, "0000.png"), stop.Token));
    }

    [Fact]
    public void Decode_LargeJpegByBands_GivesTheSamePixelsAndCanBeStopped()
    {
        using var stop = new CancellationTokenSource();
        byte[] jpeg = LargeJpeg(1200, 1100);
        var decoder = new ImageDecoder(64_000_000);

        RgbImage whole = decoder.Decode(jpeg, "picture");
        RgbImage banded = decoder.Decode(jpeg, "picture", stop.Token);

        Assert.True(whole.Pixels.SequenceEqual(banded.Pixels));
    }

    [Fact]
    public void Prepare_SidesBeyondAllPixels_IsAnErrorThatCountsRight()
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model);

        string message = Assert.Throws<ArgumentException>(() => model.Prepare([], int.MaxValue, int.MaxValue)).Message;

        Assert.Contains("Expected 13,835,058,042,397,261,827, three for each pixel", message);
    }

    [UnixFact]
    public void Read_WhatIsNoRegularFile_IsAnErrorSoon()
    {
        using var folder = new TestFolder();
        string pipe = Path.Combine(folder.Root, "pipe.png");
        Process.Start("mkfifo", pipe)!.WaitForExit();
        string link = Path.Combine(folder.Root, "link.png");
        File.CreateSymbolicLink(link, pipe);
        var decoder = new ImageDecoder(64_000_000);

        foreach (string path in (string[])[pipe, link, "/dev/zero", "/dev/stdin", folder.Root])
        {
            var reading = new Thread(() => Assert.Throws<ZooPruneException>(() => decoder.Read(path))) { IsBackground = true };
            reading.Start();
            Assert.True(reading.Join(TimeSpan.FromSeconds(30)), path);
        }

        Assert.Contains("a\uFFFDb", Assert.Throws<ZooPruneException>(() => decoder.Read("a\0b")).Message);
    }

    private static byte[] LargeJpeg(int width, int height)
    {
        using var bitmap = new SkiaSharp.SKBitmap(width, height, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SkiaSharp.SKColor((byte)(x * y), (byte)(x + (3 * y)), (byte)((x ^ y) * 5)));
            }
        }

        using SkiaSharp.SKData data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Jpeg, 80);
        return data.ToArray();
    }
}
