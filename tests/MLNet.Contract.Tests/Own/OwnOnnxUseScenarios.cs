using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: ONNX stages in use; the texts are the genuine packages' answers.</summary>
public static class OwnOnnxUseScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Onnx_OutputThatHidesAColumn,
        Onnx_Disposal,
        Onnx_ManyRowsInOrder,
        Onnx_ExceptionsFromUpstream,
        Onnx_GpuThatIsNotThere,
        Onnx_InAChainWithImages,
        Onnx_EngineAndMapper);

    private static string Onnx_OutputThatHidesAColumn()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRowWithY { X = [1, 2, 3, 4], Y = 5, W = 6 } });
        using var model = ml.Transforms.ApplyOnnxModel("y", "x", path).Fit(view);
        t.Schema(model.Transform(view).Schema);
        t.Rows(model.Transform(view));
        t.Shape(ml.Transforms.ApplyOnnxModel("y", "x", path).GetOutputSchema(Kit.ShapeOf(view.Schema)));
        return t.ToString();
    }

    private static string Onnx_Disposal()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        var estimator = ml.Transforms.ApplyOnnxModel("y", "x", path);
        var model = estimator.Fit(view);
        t.Line($"one transformer per estimator {Kit.Text(ReferenceEquals(model, estimator.Fit(view)))}");
        var scored = model.Transform(view);
        model.Dispose();
        model.Dispose();
        t.Throws("GetOutputSchema", () => model.GetOutputSchema(view.Schema));
        t.Throws("Transform", () => model.Transform(view));
        t.Throws("rows", () => _ = scored.GetColumn<float[]>("y").Count());
        t.Throws("Fit", () => estimator.Fit(view));
        t.Throws("shape", () => estimator.GetOutputSchema(Kit.ShapeOf(view.Schema)));
        var engine = ml.Model.CreatePredictionEngine<OnnxRow, OnnxOutput>(ml.Transforms.ApplyOnnxModel("y", "x", path).Fit(view));
        engine.Dispose();
        t.Throws("Predict", () => engine.Predict(new OnnxRow { X = [1, 2, 3, 4] }));
        var chain = ml.Transforms.ApplyOnnxModel("y", "x", path).Append(ml.Transforms.CopyColumns("c", "y")).Fit(view);
        chain.Dispose();
        t.Throws("rows of a disposed chain", () => _ = chain.Transform(view).GetColumn<float[]>("c").Count());
        File.Delete(path);
        return t.ToString();
    }

    private static string Onnx_ManyRowsInOrder()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 500).Select(i => new OnnxRow { X = [i, i, i, -i] }));
        using var model = ml.Transforms.ApplyOnnxModel(["y", "z"], ["x"], path).Append(ml.Transforms.CopyColumns("c", "z")).Fit(view);
        var scored = model.Transform(view);
        var values = scored.GetColumn<float[]>("c").Select(c => c[3]).ToList();
        t.Line($"rows {values.Count}, in order {Kit.Text(values.Select((v, i) => v == i).All(ok => ok))}");
        return t.ToString();
    }

    private static string Onnx_ExceptionsFromUpstream()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        var source = ml.Transforms.CustomMapping<Number, OnnxRow>((i, o) => o.X = i.X == 1 ? throw new FormatException() : [1, 2, 3, i.X], null)
            .Fit(numbers).Transform(numbers);
        using var model = ml.Transforms.ApplyOnnxModel("y", "x", path).Fit(source);
        t.Throws("the model's output", () => _ = model.Transform(source).GetColumn<float[]>("y").Count());
        t.Throws("its input", () => _ = model.Transform(source).GetColumn<float[]>("x").Count());
        t.Line("another column " + Kit.Text(model.Transform(source).GetColumn<float>("X")));
        return t.ToString();
    }

    private static string Onnx_GpuThatIsNotThere()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        t.Throws("missing file and GPU",
            () => ml.Transforms.ApplyOnnxModel("y", "x", folder.File("none.onnx"), gpuDeviceId: 0, fallbackToCpu: true));
        t.Throws("unknown name, no GPU", () => ml.Transforms.ApplyOnnxModel("q", "x", path, gpuDeviceId: null, fallbackToCpu: true));
        return t.ToString();
    }

    private static string Onnx_InAChainWithImages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png.Write(2, 2, (x, y) => ((byte)x, (byte)y, 3, 255)));
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 3, 2, 2]));
        var paths = ml.Data.LoadFromEnumerable(new[] { new PathRow { Path = "a.png" } });
        using var model = ml.Transforms.LoadImages("img", folder.Path, "Path").Append(ml.Transforms.ResizeImages("img", 2, 2))
            .Append(ml.Transforms.ExtractPixels("x", "img")).Append(ml.Transforms.ApplyOnnxModel("y", "x", path)).Fit(paths);
        var view = model.Transform(paths);
        t.Schema(view.Schema);
        t.Rows(view, "y");
        using var engine = ml.Model.CreatePredictionEngine<PathRow, OnnxOutput>(model, new PredictionEngineOptions { OwnsTransformer = false });
        t.Line(Kit.Text(engine.Predict(new PathRow { Path = "a.png" }).Y));
        return t.ToString();
    }

    private static string Onnx_EngineAndMapper()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] }, new OnnxRow { X = [5, 6, 7, 8] } });
        using var model = ml.Transforms.ApplyOnnxModel(["y", "z"], ["x"], path).Fit(view);
        var mapper = ((ITransformer)model).GetRowToRowMapper(view.Schema);
        using var cursor = view.GetRowCursor(view.Schema);
        using var row = mapper.GetRow(cursor, [mapper.OutputSchema["z"]]);
        var get = row.GetGetter<VBuffer<float>>(mapper.OutputSchema["z"]);
        VBuffer<float> value = default;
        t.Throws("before the first row", () => get(ref value));
        while (cursor.MoveNext())
        {
            get(ref value);
            get(ref value);
            t.Line(Kit.Text(value));
        }

        t.Throws("output not asked for", () => row.GetGetter<VBuffer<float>>(mapper.OutputSchema["y"]));
        t.Throws("wrong type", () => row.GetGetter<VBuffer<int>>(mapper.OutputSchema["z"]));
        t.Throws("scalar", () => row.GetGetter<float>(mapper.OutputSchema["z"]));
        using var engine = ml.Model.CreatePredictionEngine<OnnxRow, OnnxOutput>(model);
        t.Line(Kit.Text(engine.Predict(new OnnxRow { X = [1, 1, 1, 2] }).Y));
        t.Throws("too short", () => engine.Predict(new OnnxRow { X = [1] }), inner: false);
        t.Line(Kit.Text(engine.Predict(new OnnxRow { X = [1, 1, 1, 3] }).Y));
        return t.ToString();
    }
}
