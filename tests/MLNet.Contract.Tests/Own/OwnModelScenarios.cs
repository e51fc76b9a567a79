using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: saving, loading and looking at stages; the texts are the genuine packages' answers.</summary>
public static class OwnModelScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Model_RoundTripOfStages,
        Model_RoundTripOfScopes,
        Model_RoundTripOfImageStages,
        Model_RoundTripOfOnnxStages,
        Model_GpuOfALoadedOnnxStage,
        Preview_OfAView);

    private static string Model_RoundTripOfStages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var model = ml.Transforms.CopyColumns("Q", "P").Append(ml.Transforms.CopyColumns("R", "Q")).Fit(loaded);
        using var stream = new MemoryStream();
        ml.Model.Save(model, null!, stream);
        t.Line($"the stream stays open {Kit.Text(stream.CanRead)}");
        stream.Position = 0;
        var back = new MLContext(2).Model.Load(stream, out var schema);
        t.Line($"{back.GetType().Name} of {string.Join(", ", ((IEnumerable<ITransformer>)back).Select(m => m.GetType().Name))}");
        t.Line($"input schema is null {Kit.Text(schema is null)}, the stream stays open {Kit.Text(stream.CanRead)}");
        t.Rows(back.Transform(loaded));
        t.Line(RoundTrip(ml.Transforms.CopyColumns("Q", "P").Fit(loaded)).GetType().Name);
        t.Throws("not a model", () => ml.Model.Load(new MemoryStream([1, 2, 3]), out _), inner: false);
        t.Throws("a mapping without a name", () => RoundTrip(ml.Transforms.CustomMapping<Number, Mapped>((_, _) => { }, null).Fit(loaded)), inner: false);
        return t.ToString();
    }

    private static string Model_RoundTripOfScopes()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var training = ml.Transforms.CopyColumns("T", "X").Fit(loaded);
        var inner = new TransformerChain<ITransformer>(ml.Transforms.CopyColumns("U", "X").Fit(loaded));
        var chain = new TransformerChain<ITransformer>().Append(training, TransformerScope.TrainTest).Append<ITransformer>(inner);
        var back = (TransformerChain<ITransformer>)RoundTrip(chain);
        t.Line(string.Join(", ", back.Select(m => m.GetType().Name)));
        t.Line("scoring " + Kit.Names(back.GetOutputSchema(loaded.Schema)));
        t.Line("training " + Kit.Names(back.GetModelFor(TransformerScope.Training).GetModelFor(TransformerScope.Everything).GetOutputSchema(loaded.Schema, TransformerScope.Training)));
        var empty = (TransformerChain<ITransformer>)RoundTrip(new TransformerChain<ITransformer>());
        t.Line($"empty: {Kit.Text(empty.Any())}, last is null {Kit.Text(empty.LastTransformer is null)}");
        return t.ToString();
    }

    private static string Model_RoundTripOfImageStages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("b.png", Png.Write(3, 2, (x, y) => ((byte)(40 * x), (byte)(90 * y), 7, 255)));
        foreach (string imageFolder in new[] { folder.Path, "" })
        {
            var view = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = imageFolder.Length == 0 ? folder.File("b.png") : "b.png" } });
            var model = ml.Transforms.LoadImages("i", imageFolder, "Path")
                .Append(ml.Transforms.ResizeImages("r", 4, 4, "i", ImageResizingEstimator.ResizingKind.Fill))
                .Append(ml.Transforms.ExtractPixels(
                    "p",
                    "r",
                    ImagePixelExtractingEstimator.ColorBits.Rgb,
                    ImagePixelExtractingEstimator.ColorsOrder.ABGR,
                    interleavePixelColors: true,
                    offsetImage: 3,
                    scaleImage: 0.5f))
                .Append(ml.Transforms.ExtractPixels("bytes", "r", ImagePixelExtractingEstimator.ColorBits.Red, outputAsFloatArray: false))
                .Fit(view);
            var back = RoundTrip(model);
            t.Schema(back.GetOutputSchema(view.Schema));
            foreach (string column in new[] { "p" })
            {
                float[] before = model.Transform(view).GetColumn<float[]>(column).Single();
                t.Line($"{column} {before.Length} values, as before {Kit.Text(before.SequenceEqual(back.Transform(view).GetColumn<float[]>(column).Single()))}");
            }

            t.Line("bytes " + Kit.Text(back.Transform(view).GetColumn<byte[]>("bytes").Single()));
        }

        var gone = folder.File("gone");
        Directory.CreateDirectory(gone);
        using var stream = new MemoryStream();
        ml.Model.Save(ml.Transforms.LoadImages("i", gone, "Path").Fit(ml.Data.LoadFromEnumerable(new[] { new PathRow() })), null!, stream);
        Directory.Delete(gone);
        stream.Position = 0;
        t.Throws("folder that is gone", () => ml.Model.Load(stream, out _), inner: false);
        return t.ToString();
    }

    private static string Model_RoundTripOfOnnxStages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        using var one = ml.Transforms.ApplyOnnxModel("y", "x", path).Fit(view);
        using var all = ml.Transforms.ApplyOnnxModel(path).Fit(view);
        byte[] saved = Save(one);
        byte[] savedAll = Save(all);
        File.Delete(path);
        foreach (byte[] bytes in new[] { saved, savedAll })
        {
            var back = ml.Model.Load(new MemoryStream(bytes), out _);
            t.Line(back.GetType().Name);
            t.Rows(back.Transform(view));
            ((IDisposable)back).Dispose();
        }

        string open = OnnxStage.Identity(folder, OnnxStage.Float, 1, "n");
        using var shaped = ml.Transforms.ApplyOnnxModel("y", "x", open, new Dictionary<string, int[]> { ["x"] = [1, 4], ["y"] = [1, 4] }).Fit(view);
        using var backShaped = (IDisposable)RoundTrip(shaped);
        t.Schema(((ITransformer)backShaped).GetOutputSchema(view.Schema), "y");
        t.Rows(((ITransformer)backShaped).Transform(view));
        return t.ToString();
    }

    private static string Model_GpuOfALoadedOnnxStage()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        using var model = ml.Transforms.ApplyOnnxModel("y", "x", path).Fit(view);
        byte[] saved = Save(model);
        bool fails = false;
        try
        {
            new MLContext(1) { GpuDeviceId = 77 }.Model.Load(new MemoryStream(saved), out _);
        }
        catch (Exception)
        {
            fails = true;
        }

        t.Line($"a context with a GPU that is not there fails {Kit.Text(fails)}");
        return t.ToString();
    }

    private static string Preview_OfAView()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Transforms.CopyColumns("Q", "P").Fit(ml.Data.LoadFromEnumerable(new[] { new NumberAndP() }))
            .Transform(ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 }, new NumberAndP { X = 3, P = 4 }, new NumberAndP { X = 5, P = 6 } }));
        foreach (int rows in new[] { 2, 100, 0 })
        {
            var preview = view.Preview(rows);
            t.Line($"{preview}");
            t.Line(string.Join(" | ", preview.RowView.Select(row => string.Join(" ", row.Values.Select(value => $"{value.Key}={Kit.Text(value.Value)}")))));
            t.Line(string.Join(" | ", preview.ColumnView.Select(column => $"{column.Column.Name}: {string.Join(" ", column.Values.Select(value => Kit.Text(value)))}")));
        }

        var vectors = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } }).Preview();
        t.Line($"{vectors.RowView[0].Values[0].Value}");
        t.Line($"{vectors.Schema} {vectors.Schema[0]}");
        t.Throws("fewer than no rows", () => view.Preview(-1));
        t.Throws("no view", () => ((IDataView)null!).Preview());
        return t.ToString();
    }

    private static ITransformer RoundTrip(ITransformer model) => new MLContext(3).Model.Load(new MemoryStream(Save(model)), out _);

    private static byte[] Save(ITransformer model)
    {
        using var stream = new MemoryStream();
        new MLContext(2).Model.Save(model, null!, stream);
        return stream.ToArray();
    }
}
