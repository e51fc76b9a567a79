using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: ResizeImages and ExtractPixels; the texts are the genuine packages' answers.</summary>
public static class OwnPixelScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        ResizeImages_Pixels,
        ResizeImages_Arguments,
        ResizeImages_LifetimeAndNull,
        ResizeImages_Tag,
        ExtractPixels_AlphaColours,
        ExtractPixels_OrdersAndArguments,
        ExtractPixels_SeveralRowsAndNulls,
        ExtractPixels_AfterResizeOfLoadedImages);

    private static string ResizeImages_Pixels()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        foreach (var kind in Enum.GetValues<ImageResizingEstimator.ResizingKind>())
        {
            foreach (var anchor in Enum.GetValues<ImageResizingEstimator.Anchor>())
            {
                foreach (var (width, height) in new[] { (4, 4), (3, 7), (8, 5), (12, 2), (6, 4), (1, 1), (12, 8) })
                {
                    var view = ml.Data.LoadFromEnumerable(new[] { new SizedImage { Img = Pictures.Ramp(6, 4) } });
                    using var cursor = ml.Transforms.ResizeImages("o", width, height, "img", kind, anchor).Fit(view)
                        .Transform(view) is var z
                        ? z.GetRowCursor(z.Schema) : null!;
                    cursor.MoveNext();
                    MLImage image = null!;
                    cursor.GetGetter<MLImage>(cursor.Schema["o"])(ref image);
                    t.Line($"{kind} {anchor}: {Pictures.Hash(image)}");
                }
            }
        }

        return t.ToString();
    }

    private static string ResizeImages_Arguments()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        t.Throws("null catalog", () => ImageEstimatorsCatalog.ResizeImages(null!, "o", 1, 1));
        t.Throws("null output", () => ml.Transforms.ResizeImages(null!, 1, 1, "img"));
        t.Throws("height 0", () => ml.Transforms.ResizeImages("o", 1, 0, "img"));
        t.Throws("width -1", () => ml.Transforms.ResizeImages("o", -1, 1, "img"));
        t.Throws("kind beyond", () => ml.Transforms.ResizeImages("o", 1, 1, "img", (ImageResizingEstimator.ResizingKind)9));
        t.Throws("anchor beyond", () => ml.Transforms.ResizeImages("o", 1, 1, "img", cropAnchor: (ImageResizingEstimator.Anchor)9));
        var view = ml.Data.LoadFromEnumerable(new[] { new SizedImage { Img = Pictures.Ramp(6, 4) } });
        t.Part("in place", () =>
        {
            var estimator = ml.Transforms.ResizeImages("img", 2, 2);
            t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(view.Schema)));
            t.Schema(estimator.Fit(view).Transform(view).Schema);
        });
        var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("missing: shape", () => ml.Transforms.ResizeImages("o", 1, 1, "nope").GetOutputSchema(Kit.ShapeOf(numbers.Schema)));
        t.Throws("numbers: shape", () => ml.Transforms.ResizeImages("o", 1, 1, "X").GetOutputSchema(Kit.ShapeOf(numbers.Schema)));
        t.Throws("numbers: Fit", () => ml.Transforms.ResizeImages("o", 1, 1, "X").Fit(numbers));
        return t.ToString();
    }

    private static string ResizeImages_LifetimeAndNull()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var mine = new MLImage?[] { Pictures.Ramp(6, 4), null, Pictures.Ramp(2, 2), Pictures.Ramp(6, 4) };
        var view = ml.Data.LoadFromEnumerable(mine.Select(i => new SizedImage { Img = i }));
        var resized = ml.Transforms.ResizeImages("o", 2, 2, "img").Fit(view).Transform(view);
        var seen = new List<MLImage?>();
        foreach (var image in resized.GetColumn<MLImage>("o"))
        {
            seen.Add(image);
            t.Line($"seen {string.Join(" ", seen.Select(Pictures.State))}, mine {string.Join(" ", mine.Select(Pictures.State))}, the same object {Kit.Text(mine.Contains(image))}");
        }

        t.Line($"at the end: seen {string.Join(" ", seen.Select(Pictures.State))}, mine {string.Join(" ", mine.Select(Pictures.State))}");
        t.Throws("second pass", () => _ = resized.GetColumn<MLImage>("o").Count());
        return t.ToString();
    }

    private static string ResizeImages_Tag()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        foreach (var kind in Enum.GetValues<ImageResizingEstimator.ResizingKind>())
        {
            var image = Pictures.Ramp(6, 4);
            image.Tag = "mine";
            var view = ml.Data.LoadFromEnumerable(new[] { new SizedImage { Img = image } });
            foreach (var resized in ml.Transforms.ResizeImages("o", 2, 2, "img", kind).Fit(view).Transform(view).GetColumn<MLImage>("o"))
            {
                t.Line($"{kind} {Kit.Text(resized.Tag)}");
            }
        }

        return t.ToString();
    }

    private static string ExtractPixels_AlphaColours()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("alpha.png", Png.Write(2, 1, (x, _) => (200, 100, 50, (byte)(x == 0 ? 128 : 255))));
        var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "alpha.png" } });
        var view = ml.Transforms.LoadImages("img", folder.Path, "Path").Append(ml.Transforms.ResizeImages("img", 2, 1)).Fit(paths)
            .Transform(paths);
        var all = ml.Transforms.ExtractPixels("px", "img", ImagePixelExtractingEstimator.ColorBits.All).Fit(view).Transform(view);
        t.Rows(all, "px");
        return t.ToString();
    }

    private static string ExtractPixels_OrdersAndArguments()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        foreach (var order in Enum.GetValues<ImagePixelExtractingEstimator.ColorsOrder>())
        {
            foreach (bool interleaved in new[] { false, true })
            {
                var view = ml.Data.LoadFromEnumerable(new[] { new ImageRow { Img = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, [1, 2, 3, 4, 5, 6, 7, 8]) } });
                var estimator = ml.Transforms.ExtractPixels("px", "img", ImagePixelExtractingEstimator.ColorBits.All, order, interleaved);
                t.Rows(estimator.Fit(view).Transform(view), "px");
            }
        }

        var two = ImagePixelExtractingEstimator.ColorBits.Red | ImagePixelExtractingEstimator.ColorBits.Blue;
        var pair = ml.Data.LoadFromEnumerable(new[] { new ImageRow { Img = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, [1, 2, 3, 4, 5, 6, 7, 8]) } });
        t.Rows(ml.Transforms.ExtractPixels("px", "img", two).Fit(pair).Transform(pair), "px");
        t.Throws("order beyond",
            () => ml.Transforms.ExtractPixels("px", "img", orderOfExtraction: (ImagePixelExtractingEstimator.ColorsOrder)9));
        t.Throws("order 0", () => ml.Transforms.ExtractPixels("px", "img", orderOfExtraction: 0));
        t.Throws("scale 0", () => ml.Transforms.ExtractPixels("px", "img", scaleImage: 0));
        t.Throws("scale NaN", () => ml.Transforms.ExtractPixels("px", "img", scaleImage: float.NaN));
        t.Throws("offset infinite", () => ml.Transforms.ExtractPixels("px", "img", offsetImage: float.PositiveInfinity));
        t.Throws("bits beyond", () => ml.Transforms.ExtractPixels("px", "img", (ImagePixelExtractingEstimator.ColorBits)32));
        t.Throws("null catalog", () => ImageEstimatorsCatalog.ExtractPixels(null!, "px"));
        t.Throws("null output", () => ml.Transforms.ExtractPixels(null!, "img"));
        var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("numbers: shape", () => ml.Transforms.ExtractPixels("px", "X").GetOutputSchema(Kit.ShapeOf(numbers.Schema)));
        t.Throws("missing: shape", () => ml.Transforms.ExtractPixels("px", "nope").GetOutputSchema(Kit.ShapeOf(numbers.Schema)));
        t.Throws("missing: Fit", () => ml.Transforms.ExtractPixels("px", "nope").Fit(numbers));
        return t.ToString();
    }

    private static string ExtractPixels_SeveralRowsAndNulls()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        MLImage?[] mine = [Pictures.Ramp(2, 1), null, Pictures.Ramp(2, 1), null];
        var view = ml.Data.LoadFromEnumerable(mine.Select(i => new ImageRow { Img = i }));
        var pixels = ml.Transforms.ExtractPixels("px", "img").Fit(view).Transform(view);
        t.Rows(pixels, "px");
        t.Line("mine " + string.Join(" ", mine.Select(Pictures.State)));
        var others = new[] { Pictures.Ramp(2, 1), Pictures.Ramp(2, 1) };
        var two = ml.Data.LoadFromEnumerable(others.Select(i => new ImageRow { Img = i }));
        t.Rows(ml.Transforms.ExtractPixels("px", "img", outputAsFloatArray: false).Fit(two).Transform(two), "px");
        t.Line("others " + string.Join(" ", others.Select(Pictures.State)));
        return t.ToString();
    }

    private static string ExtractPixels_AfterResizeOfLoadedImages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(4, 4, (x, y) => ((byte)(x * 60), (byte)(y * 60), 9, 255)));
        var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "a.png" } });
        var model = ml.Transforms.LoadImages("img", folder.Path, "Path")
            .Append(ml.Transforms.ResizeImages("small", 2, 2, "img", ImageResizingEstimator.ResizingKind.Fill))
            .Append(ml.Transforms.ExtractPixels("px", "small", scaleImage: 1f / 255))
            .Append(ml.Transforms.ExtractPixels("same", "small", interleavePixelColors: true, outputAsFloatArray: false)).Fit(paths);
        var view = model.Transform(paths);
        t.Schema(view.Schema);
        t.Rows(view, "same");
        t.Rows(view, "px", "same");
        t.Line($"row mapper {Kit.Text(((ITransformer)model).IsRowToRowMapper)}");
        return t.ToString();
    }
}
