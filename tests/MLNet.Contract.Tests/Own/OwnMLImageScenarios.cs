using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: images in memory; the texts are the genuine packages' answers.</summary>
public static class OwnMLImageScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        MLImage_Save,
        MLImage_CreateErrors,
        MLImage_AfterDispose,
        MLImage_AlphaAndPixels,
        ImageType_InShapesAndCustomMapping);

    private static string MLImage_Save()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, [1, 2, 3, 255, 4, 5, 6, 128]);
        foreach (string name in new[] { "a.png", "a.PNG", "a.jpg", "a.jpeg", "a.webp", "a.bmp", "a.gif", "a.ico", "a.xyz", "a" })
        {
            t.Part(name, () =>
            {
                image.Save(folder.File(name));
                using var back = MLImage.CreateFromFile(folder.File(name));
                t.Line($"  {back.PixelFormat} {back.Width}x{back.Height}");
            });
        }

        image.Save(folder.File("exact.png"));
        using (var exact = MLImage.CreateFromFile(folder.File("exact.png")))
        {
            t.Line("png " + string.Join(" ", exact.Pixels.ToArray()));
        }

        t.Throws("no path", () => image.Save(null!));
        t.Throws("folder that is not there", () => image.Save(folder.File("none/a.png")));
        t.Throws("over a file", () => image.Save(folder.File("a.png")));
        return t.ToString();
    }

    private static string MLImage_CreateErrors()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        byte[] png = Png.Write(4, 4, (x, y) => ((byte)x, (byte)y, 0, 255));
        folder.Write("cut.png", png[..40]);
        folder.Write("half.png", png[..^20]);
        folder.Write("empty.png", []);
        t.Throws("empty path", () => MLImage.CreateFromFile(""));
        t.Throws("a folder", () => MLImage.CreateFromFile(folder.Path));
        t.Throws("empty file", () => MLImage.CreateFromFile(folder.File("empty.png")));
        t.Throws("cut file", () => MLImage.CreateFromFile(folder.File("cut.png")).Dispose());
        t.Throws("file cut near its end", () => MLImage.CreateFromFile(folder.File("half.png")).Dispose());
        t.Throws("empty stream", () => MLImage.CreateFromStream(new MemoryStream()));
        t.Throws("height 0", () => MLImage.CreateFromPixels(1, 0, MLPixelFormat.Rgba32, new byte[4]));
        t.Throws("width -1", () => MLImage.CreateFromPixels(-1, 1, MLPixelFormat.Rgba32, new byte[4]));
        t.Throws("too many pixels", () => MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, new byte[8]));
        t.Throws("no pixels", () => MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, default));
        t.Throws("format beyond", () => MLImage.CreateFromPixels(1, 1, (MLPixelFormat)77, new byte[4]));
        t.Throws("everything wrong", () => MLImage.CreateFromPixels(0, 0, MLPixelFormat.Unknown, default));
        return t.ToString();
    }

    private static string MLImage_AfterDispose()
    {
        var t = new Transcript();
        var image = Pictures.Ramp(2, 2);
        image.Dispose();
        image.Dispose();
        t.Throws("Width", () => _ = image.Width);
        t.Throws("PixelFormat", () => _ = image.PixelFormat);
        t.Throws("Pixels", () => _ = image.Pixels.Length);
        t.Throws("BGR", () => _ = image.GetBGRPixels);
        t.Throws("bits", () => _ = image.BitsPerPixel);
        t.Throws("Tag", () => _ = image.Tag);
        t.Throws("Tag set", () => image.Tag = "x");
        t.Throws("Save", () => image.Save("x.png"));
        t.Throws("Save to a bad path", () => image.Save("x"));
        return t.ToString();
    }

    private static string MLImage_AlphaAndPixels()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        folder.Write("alpha.png", Png.Write(3, 1, (x, _) => (200, 100, 50, (byte)(x == 0 ? 128 : x == 1 ? 0 : 255))));
        folder.Write("rgb.png", Png.Write(2, 1, (_, _) => (200, 100, 50, 0), alpha: false));
        foreach (string name in new[] { "alpha.png", "rgb.png" })
        {
            using var image = MLImage.CreateFromFile(folder.File(name));
            t.Line($"{name}: {string.Join(" ", image.Pixels.ToArray())}, BGR {string.Join(" ", image.GetBGRPixels)}");
        }

        foreach (var format in new[] { MLPixelFormat.Rgba32, MLPixelFormat.Bgra32 })
        {
            using var image = MLImage.CreateFromPixels(2, 1, format, [100, 50, 25, 128, 10, 20, 30, 0]);
            t.Line($"{format}: {string.Join(" ", image.Pixels.ToArray())}, BGR {string.Join(" ", image.GetBGRPixels)}");
        }

        byte[] gray = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgCGBY8B8AA4UB8Nm1qigAAAAASUVORK5CYII=");
        t.Part("gray", () =>
        {
            using var image = MLImage.CreateFromStream(new MemoryStream(gray));
            t.Line($"  {image.PixelFormat}, {image.BitsPerPixel} bits, {string.Join(" ", image.Pixels.ToArray())}, BGR {string.Join(" ", image.GetBGRPixels)}");
        });
        return t.ToString();
    }

    private static string ImageType_InShapesAndCustomMapping()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new ImageRow { Img = Pictures.Ramp(2, 1) } });
        var mapping = ml.Transforms.CustomMapping<ImageRow, Number>((i, o) => o.X = i.Img!.Width, null);
        t.Throws("shape", () => t.Shape(mapping.GetOutputSchema(Kit.ShapeOf(view.Schema))));
        t.Throws("Fit", () => t.Rows(mapping.Fit(view).Transform(view), "X"));
        var output = ml.Transforms.CustomMapping<Number, ImageRow>((_, o) => o.Img = Pictures.Ramp(2, 1), null);
        var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("image as an output", () =>
        {
            t.Shape(output.GetOutputSchema(Kit.ShapeOf(numbers.Schema)));
            t.Schema(output.Fit(numbers).Transform(numbers).Schema);
        });
        t.Part("unsized by a definition", () =>
        {
            var definition = SchemaDefinition.Create(typeof(ImageRow));
            definition["img"].ColumnType = new ImageDataViewType();
            var unsized = ml.Data.LoadFromEnumerable([new ImageRow { Img = Pictures.Ramp(3, 3) }], definition);
            t.Schema(unsized.Schema);
            t.Line($"  {unsized.GetColumn<MLImage>("img").First().Width}");
            t.Line($"  {ml.Data.CreateEnumerable<ImageRow>(unsized, false).First().Img!.Width}");
        });
        t.Part("another size by a definition", () =>
        {
            var definition = SchemaDefinition.Create(typeof(ImageRow));
            definition["img"].ColumnType = new ImageDataViewType(77, 78);
            var other = ml.Data.LoadFromEnumerable([new ImageRow { Img = Pictures.Ramp(3, 3) }], definition);
            t.Schema(other.Schema);
            t.Line($"  {other.GetColumn<MLImage>("img").First().Width}");
        });
        t.Part("CustomMapping of an unsized image", () =>
        {
            using var folder = new TemporaryFolder();
            folder.Write("a.png", Png.Write(3, 2, (_, _) => (1, 2, 3, 255)));
            var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "a.png" } });
            var loaded = ml.Transforms.LoadImages("img", folder.Path, "Path").Fit(paths).Transform(paths);
            t.Throws("  shape", () => t.Shape(mapping.GetOutputSchema(Kit.ShapeOf(loaded.Schema))));
            t.Throws("  Fit", () => mapping.Fit(loaded));
            t.Throws("  rows", () => t.Rows(mapping.Fit(loaded).Transform(loaded), "X"));
        });
        t.Throws("unsized image into a sized member", () =>
        {
            var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow() });
            var loaded = ml.Transforms.LoadImages("img", null!, "Path").Fit(paths).Transform(paths);
            t.Line($"{ml.Data.CreateEnumerable<ImageRow>(loaded, false).First().Img is null}");
        });
        return t.ToString();
    }
}
