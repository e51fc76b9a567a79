using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: LoadImages, alone and with what follows it; the texts are the genuine packages' answers.</summary>
public static class OwnLoadImagesScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        LoadImages_Folders,
        LoadImages_ArgumentsAndShape,
        LoadImages_SeveralRowsAndLifetime,
        LoadImages_BadRowAmongGoodOnes,
        LoadImages_InAnEngine,
        ImagePipeline_ManyRowsInOrder);

    private static string LoadImages_Folders()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("sub"));
        File.WriteAllBytes(folder.File("sub/b.png"), Png.Write(3, 2, (_, _) => (1, 2, 3, 255)));
        void Load(string what, string path, string? imageFolder) => t.Part(what, () =>
        {
            var view = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = path } });
            foreach (var image in ml.Transforms.LoadImages("img", imageFolder!, "Path").Fit(view).Transform(view).GetColumn<MLImage>("img"))
            {
                t.Line(image is null ? "  no image" : $"  {image.Width}x{image.Height}, tag {image.Tag.Replace(folder.Path, "FOLDER")}");
            }
        });
        Load("folder within a path", "sub/b.png", folder.Path);
        Load("dots within a path", "sub/../sub/b.png", folder.Path);
        Load("folder with a slash at its end", "sub/b.png", folder.Path + "/");
        Load("empty folder", folder.File("sub/b.png"), "");
        Load("a folder as the image", "sub", folder.Path);
        Load("null path", null!, folder.Path);
        Load("white path", " ", folder.Path);
        t.Throws("folder that does not exist: make", () => ml.Transforms.LoadImages("img", folder.File("none"), "Path"));
        t.Throws("a file as the folder", () => ml.Transforms.LoadImages("img", folder.File("sub/b.png"), "Path"));
        t.Throws("white folder", () => ml.Transforms.LoadImages("img", " ", "Path"));
        return t.ToString();
    }

    private static string LoadImages_ArgumentsAndShape()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new PathRow() });
        t.Throws("null catalog", () => ImageEstimatorsCatalog.LoadImages(null!, "img", null!, "Path"));
        t.Throws("null output", () => ml.Transforms.LoadImages(null!, null!, "Path"));
        t.Throws("empty output", () => ml.Transforms.LoadImages("", null!, "Path"));
        t.Throws("empty input", () => ml.Transforms.LoadImages("img", null!, ""));
        t.Part("input left out", () =>
        {
            t.Shape(ml.Transforms.LoadImages("Path", null!).GetOutputSchema(Kit.ShapeOf(view.Schema)));
            t.Schema(ml.Transforms.LoadImages("Path", null!).Fit(view).Transform(view).Schema);
        });
        t.Throws("missing column: shape", () => ml.Transforms.LoadImages("img", null!, "nope").GetOutputSchema(Kit.ShapeOf(view.Schema)));
        var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("numbers: shape", () => ml.Transforms.LoadImages("img", null!, "X").GetOutputSchema(Kit.ShapeOf(numbers.Schema)));
        var words = ml.Data.LoadFromEnumerable(new[] { new Words() });
        t.Throws("vector of text: shape", () => ml.Transforms.LoadImages("img", null!, "W").GetOutputSchema(Kit.ShapeOf(words.Schema)));
        t.Throws("vector of text: Fit", () => ml.Transforms.LoadImages("img", null!, "W").Fit(words));
        t.Throws("null shape", () => ml.Transforms.LoadImages("img", null!, "Path").GetOutputSchema(null!));
        t.Line($"folder {Kit.Text(ml.Transforms.LoadImages("img", null!, "Path").Fit(view).ImageFolder)}");
        return t.ToString();
    }

    private static string LoadImages_SeveralRowsAndLifetime()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(2, 1, (_, _) => (1, 2, 3, 255)));
        folder.Write("b.png", Png.Write(3, 1, (_, _) => (1, 2, 3, 255)));
        var paths = ml.Data.LoadFromEnumerable(new[] { "a.png", "", "b.png", "a.png" }.Select(p => new PathRow { Path = p }));
        var view = ml.Transforms.LoadImages("img", folder.Path, "Path").Fit(paths).Transform(paths);
        var seen = new List<MLImage?>();
        foreach (var image in view.GetColumn<MLImage>("img"))
        {
            seen.Add(image);
            t.Line(string.Join(" ", seen.Select(Pictures.State)));
        }

        t.Line("at the end " + string.Join(" ", seen.Select(Pictures.State)));
        using var cursor = view.GetRowCursor(view.Schema);
        var get = cursor.GetGetter<MLImage>(view.Schema["img"]);
        cursor.MoveNext();
        MLImage one = null!;
        MLImage two = null!;
        get(ref one);
        get(ref two);
        t.Line($"asked twice: same {Kit.Text(ReferenceEquals(one, two))}, {Pictures.State(one)} {Pictures.State(two)}");
        cursor.Dispose();
        t.Line($"cursor disposed: {Pictures.State(one)} {Pictures.State(two)}");
        one.Dispose();
        return t.ToString();
    }

    private static string LoadImages_BadRowAmongGoodOnes()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(2, 2, (_, _) => (1, 2, 3, 255)));
        folder.Write("bad.png", "no image"u8.ToArray());
        var paths = ml.Data.LoadFromEnumerable(new[] { "a.png", "bad.png", "none.png", "a.png" }.Select(p => new PathRow { Path = p }));
        var view = ml.Transforms.LoadImages("img", folder.Path, "Path").Fit(paths).Transform(paths);
        using (var cursor = view.GetRowCursor(view.Schema))
        {
            var get = cursor.GetGetter<MLImage>(view.Schema["img"]);
            MLImage image = null!;
            while (cursor.MoveNext())
            {
                t.Throws($"row {cursor.Position}", () => get(ref image));
            }
        }

        var pixels = ml.Transforms.ResizeImages("small", 2, 2, "img").Append(ml.Transforms.ExtractPixels("px", "small")).Fit(view)
            .Transform(view);
        t.Throws("behind ExtractPixels", () => _ = pixels.GetColumn<float[]>("px").Count());
        t.Throws("paths only", () => _ = pixels.GetColumn<string>("Path").Count());
        return t.ToString();
    }

    private static string LoadImages_InAnEngine()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(2, 2, (x, y) => ((byte)x, (byte)y, 7, 255)));
        var empty = ml.Data.LoadFromEnumerable(Array.Empty<PathRow>());
        var model = ml.Transforms.LoadImages("img", folder.Path, "Path").Append(ml.Transforms.ResizeImages("small", 2, 2, "img"))
            .Append(ml.Transforms.ExtractPixels("px", "small")).Fit(empty);
        using var engine = ml.Model.CreatePredictionEngine<PathRow, Pixels>(model);
        t.Line(Kit.Text(engine.Predict(new PathRow { Path = "a.png" }).Px));
        t.Line(Kit.Text(engine.Predict(new PathRow { Path = "a.png" }).Px));
        t.Throws("missing file", () => engine.Predict(new PathRow { Path = "none.png" }));
        t.Line("afterwards " + Kit.Text(engine.Predict(new PathRow { Path = "a.png" }).Px));
        return t.ToString();
    }

    private static string ImagePipeline_ManyRowsInOrder()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 10; i++)
        {
            byte red = (byte)(20 * i);
            folder.Write($"{i}.png", Png.Write(2, 2, (_, _) => (red, 1, 2, 255)));
        }

        var paths = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i => new PathRow { Path = $"{i % 10}.png" }));
        var view = ml.Transforms.LoadImages("img", folder.Path, "Path").Append(ml.Transforms.ResizeImages("img", 2, 2))
            .Append(ml.Transforms.ExtractPixels("px", "img")).Fit(paths).Transform(paths);
        var reds = view.GetColumn<float[]>("px").Select(px => px[0]).ToList();
        t.Line($"rows {reds.Count}, in order {Kit.Text(reds.Select((red, i) => red == 20 * (i % 10)).All(ok => ok))}");
        return t.ToString();
    }
}
