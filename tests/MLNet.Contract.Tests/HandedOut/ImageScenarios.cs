using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: images.</summary>
public static class ImageScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Image_LoadImages_SchemaRowsAndErrors,
        Image_MLImage_FromFileAndFromPixels,
        Image_ResizeImages_SizesAndSchema,
        Image_ExtractPixels_Values,
        Image_ExtractPixels_NeedsAKnownSize);

    private static string Image_LoadImages_SchemaRowsAndErrors()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(4, 2, (_, _) => (255, 0, 0, 255)));
        folder.Write("text.png", "not an image"u8.ToArray());
        var relative = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "a.png" } });
        var absolute = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = folder.File("a.png") } });
        var estimator = ml.Transforms.LoadImages("img", folder.Path, "Path");
        t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(relative.Schema)));
        var model = estimator.Fit(relative);
        t.Schema(model.Transform(relative).Schema);
        t.Line($"folder kept {Kit.Text(model.ImageFolder == folder.Path)}, row mapper {Kit.Text(((ITransformer)model).IsRowToRowMapper)}");
        void Load(string what, IDataView view, string? imageFolder)
        {
            t.Part(what, () =>
            {
                foreach (var image in ml.Transforms.LoadImages("img", imageFolder!, "Path").Fit(view).Transform(view).GetColumn<MLImage>("img"))
                    t.Line($"  {(image is null ? "no image" : $"{image.Width}x{image.Height}, tag is the full path {Kit.Text(image.Tag == folder.File("a.png"))}")}");
            });
        }
        Load("relative path", relative, folder.Path);
        Load("absolute path and a folder", absolute, folder.Path);
        Load("absolute path, no folder", absolute, null);
        Load("missing file", ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "none.png" } }), folder.Path);
        Load("not an image", ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "text.png" } }), folder.Path);
        Load("empty path", ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "" } }), folder.Path);
        t.Throws("folder that does not exist", () => ml.Transforms.LoadImages("img", folder.File("none"), "Path").Fit(relative));
        t.Throws("path column of another type", () =>
        {
            var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
            ml.Transforms.LoadImages("img", folder.Path, "X").Fit(numbers);
        });
        t.Throws("missing path column", () => ml.Transforms.LoadImages("img", folder.Path, "nope").Fit(relative));
        return t.ToString();
    }

    private static string Image_MLImage_FromFileAndFromPixels()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        folder.Write("rgba.png", Png.Write(2, 1, (x, _) => ((byte)(10 + x), 20, 30, 255)));
        folder.Write("text.png", "not an image"u8.ToArray());
        void Show(string what, MLImage image)
        {
            t.Line($"{what}: {image.Width}x{image.Height} {image.PixelFormat}, bits {image.BitsPerPixel}, tag is null {Kit.Text(image.Tag is null)}, "
                + $"pixels {string.Join(" ", image.Pixels.ToArray())}");
            t.Line($"  BGR {string.Join(" ", image.GetBGRPixels)}");
        }
        using (var image = MLImage.CreateFromFile(folder.File("rgba.png")))
            Show("file", image);
        using (var stream = File.OpenRead(folder.File("rgba.png")))
        using (var image = MLImage.CreateFromStream(stream))
            Show("stream", image);
        byte[] pixels = [1, 2, 3, 255, 4, 5, 6, 255];
        using (var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, pixels))
            Show("Rgba32", image);
        using (var image = MLImage.CreateFromPixels(1, 2, MLPixelFormat.Bgra32, pixels))
        {
            Show("Bgra32", image);
            pixels[0] = 99;
            t.Line($"a copy is kept {Kit.Text(image.Pixels[0] == 1)}");
            image.Tag = "mine";
            t.Line($"tag {image.Tag}");
        }
        t.Throws("missing file", () => MLImage.CreateFromFile(folder.File("none.png")));
        t.Throws("not an image", () => MLImage.CreateFromFile(folder.File("text.png")));
        t.Throws("null path", () => MLImage.CreateFromFile(null!));
        t.Throws("null stream", () => MLImage.CreateFromStream(null!));
        t.Throws("too few pixels", () => MLImage.CreateFromPixels(2, 2, MLPixelFormat.Rgba32, new byte[8]));
        t.Throws("unknown format", () => MLImage.CreateFromPixels(2, 1, MLPixelFormat.Unknown, new byte[8]));
        t.Throws("no width", () => MLImage.CreateFromPixels(0, 1, MLPixelFormat.Rgba32, []));
        var gone = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, new byte[8]);
        gone.Dispose();
        gone.Dispose();
        t.Throws("use after Dispose", () => _ = gone.Width);
        return t.ToString();
    }

    private static string Image_ResizeImages_SizesAndSchema()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("wide.png", Png.Write(12, 6, (_, _) => (200, 100, 50, 255)));
        folder.Write("tall.png", Png.Write(3, 9, (_, _) => (200, 100, 50, 255)));
        folder.Write("same.png", Png.Write(8, 5, (_, _) => (200, 100, 50, 255)));
        var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "wide.png" }, new PathRow { Path = "tall.png" }, new PathRow { Path = "same.png" } });
        var images = ml.Transforms.LoadImages("img", folder.Path, "Path").Fit(paths).Transform(paths);
        foreach (var kind in Enum.GetValues<ImageResizingEstimator.ResizingKind>())
        {
            var estimator = ml.Transforms.ResizeImages("small", 8, 5, "img", kind);
            t.Line($"{kind}");
            t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(images.Schema)), "small");
            var view = estimator.Fit(images).Transform(images);
            t.Schema(view.Schema, "small");
            t.Line("sizes " + string.Join(" ", view.GetColumn<MLImage>("small").Select(i => $"{i.Width}x{i.Height}")));
        }
        t.Throws("width 0", () => ml.Transforms.ResizeImages("small", 0, 5, "img"));
        t.Throws("missing column", () => ml.Transforms.ResizeImages("small", 8, 5, "nope").Fit(images));
        t.Throws("not an image column", () => ml.Transforms.ResizeImages("small", 8, 5, "Path").Fit(images));
        var type = new ImageDataViewType(5, 8);
        t.Line($"{type}: height {type.Height}, width {type.Width}, raw {Kit.Text(type.RawType)}, equal {Kit.Text(type.Equals(new ImageDataViewType(5, 8)))}, "
            + $"transposed {Kit.Text(type.Equals(new ImageDataViewType(8, 5)))}");
        t.Line($"{new ImageDataViewType()}: height {new ImageDataViewType().Height}");
        return t.ToString();
    }

    private static string Image_ExtractPixels_Values()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        byte[] pixels = [10, 20, 30, 255, 40, 50, 60, 255];
        // A fresh image each time: see the last line.
        IDataView Images(MLPixelFormat format = MLPixelFormat.Rgba32) =>
            ml.Data.LoadFromEnumerable(new[] { new ImageRow { Img = MLImage.CreateFromPixels(2, 1, format, pixels) } });
        t.Schema(Images().Schema);
        void Show(string what, ImagePixelExtractingEstimator estimator)
        {
            t.Line(what);
            var images = Images();
            t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(images.Schema)), "px");
            var view = estimator.Fit(images).Transform(images);
            t.Schema(view.Schema, "px");
            t.Rows(view, "px");
        }
        Show("defaults", ml.Transforms.ExtractPixels("px", "img"));
        Show("interleaved", ml.Transforms.ExtractPixels("px", "img", interleavePixelColors: true));
        Show("order ABGR", ml.Transforms.ExtractPixels("px", "img", orderOfExtraction: ImagePixelExtractingEstimator.ColorsOrder.ABGR));
        Show("order ABGR interleaved", ml.Transforms.ExtractPixels("px", "img", orderOfExtraction: ImagePixelExtractingEstimator.ColorsOrder.ABGR, interleavePixelColors: true));
        Show("with alpha", ml.Transforms.ExtractPixels("px", "img", ImagePixelExtractingEstimator.ColorBits.All));
        Show("alpha only", ml.Transforms.ExtractPixels("px", "img", ImagePixelExtractingEstimator.ColorBits.Alpha));
        Show("green only", ml.Transforms.ExtractPixels("px", "img", ImagePixelExtractingEstimator.ColorBits.Green));
        Show("offset 10, scale 0.5", ml.Transforms.ExtractPixels("px", "img", offsetImage: 10, scaleImage: 0.5f));
        Show("bytes", ml.Transforms.ExtractPixels("px", "img", outputAsFloatArray: false));
        Show("bytes do not take offset and scale", ml.Transforms.ExtractPixels("px", "img", offsetImage: 10, scaleImage: 0.5f, outputAsFloatArray: false));
        var swapped = Images(MLPixelFormat.Bgra32);
        t.Line("the same bytes as Bgra32");
        t.Rows(ml.Transforms.ExtractPixels("px", "img").Fit(swapped).Transform(swapped), "px");
        var mine = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, pixels);
        var row = ml.Data.LoadFromEnumerable(new[] { new ImageRow { Img = mine } });
        t.Rows(ml.Transforms.ExtractPixels("px", "img").Fit(row).Transform(row), "px");
        t.Throws("the image of the row after the pass", () => _ = mine.Width);
        return t.ToString();
    }

    private static string Image_ExtractPixels_NeedsAKnownSize()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(3, 2, (_, _) => (1, 2, 3, 255)));
        var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "a.png" } });
        var images = ml.Transforms.LoadImages("img", folder.Path, "Path").Fit(paths).Transform(paths);
        var extract = ml.Transforms.ExtractPixels("px", "img");
        t.Throws("unsized: shape", () => extract.GetOutputSchema(Kit.ShapeOf(images.Schema)));
        t.Throws("unsized: Fit", () => extract.Fit(images));
        var wrong = ml.Data.LoadFromEnumerable(new[] { new ImageRow { Img = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, new byte[4]) } });
        t.Throws("smaller than declared: Fit", () => extract.Fit(wrong));
        t.Part("smaller than declared: value", () => t.Rows(extract.Fit(wrong).Transform(wrong), "px"));
        var none = ml.Data.LoadFromEnumerable(new[] { new ImageRow() });
        t.Part("null image", () => t.Rows(extract.Fit(none).Transform(none), "px"));
        t.Throws("not an image column", () => ml.Transforms.ExtractPixels("px", "Path").Fit(images));
        t.Throws("no colours", () => ml.Transforms.ExtractPixels("px", "img", default(ImagePixelExtractingEstimator.ColorBits)));
        return t.ToString();
    }
}
