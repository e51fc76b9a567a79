using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: ONNX.</summary>
public static class OnnxScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Onnx_SchemaRowsAndOutputs,
        Onnx_UnknownDimensions,
        Onnx_Errors,
        Onnx_PullsItsInputOncePerRow);

    private static string Onnx_SchemaRowsAndOutputs()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = folder.Write("double.onnx", OnnxModel.DoubleAndNegate([1, 4]));
        var loaded = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] }, new OnnxRow { X = [5, 6, 7, 8] } });
        var estimator = ml.Transforms.ApplyOnnxModel("y", "x", path);
        t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
        using (var model = estimator.Fit(loaded))
        {
            var view = model.Transform(loaded);
            t.Schema(view.Schema);
            t.Rows(view);
            t.Line($"row mapper {Kit.Text(((ITransformer)model).IsRowToRowMapper)}, row count {Kit.Text(view.GetRowCount())}");
            using var engine = ml.Model.CreatePredictionEngine<OnnxRow, OnnxOutput>(model, new PredictionEngineOptions { OwnsTransformer = false });
            t.Line($"Predict {Kit.Text(engine.Predict(new OnnxRow { X = [1, 1, 1, 1] }).Y)}");
        }
        foreach (string[] outputs in new string[][] { ["z"], ["z", "y"] })
        {
            using var model = ml.Transforms.ApplyOnnxModel(outputs, ["x"], path).Fit(loaded);
            t.Line("outputs " + string.Join(" ", outputs));
            t.Schema(model.Transform(loaded).Schema);
            t.Rows(model.Transform(loaded), outputs);
        }
        using (var model = ml.Transforms.ApplyOnnxModel(path).Fit(loaded))
            t.Line("names left out: " + Kit.Names(model.Transform(loaded).Schema));
        return t.ToString();
    }

    private static string Onnx_UnknownDimensions()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string batch = folder.Write("batch.onnx", OnnxModel.DoubleAndNegate(["N", 4]));
        string length = folder.Write("length.onnx", OnnxModel.DoubleAndNegate([1, "L"]));
        string two = folder.Write("two.onnx", OnnxModel.DoubleAndNegate([1, "H", "W"]));
        var fours = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        var free = ml.Data.LoadFromEnumerable(new[] { new FreeOnnxRow { X = [1, 2, 3] }, new FreeOnnxRow { X = [4] } });
        void Show(string what, IDataView view, string path, Dictionary<string, int[]>? shapes = null)
        {
            t.Part(what, () =>
            {
                using var model = (shapes is null
                    ? ml.Transforms.ApplyOnnxModel("y", "x", path)
                    : ml.Transforms.ApplyOnnxModel("y", "x", path, shapes)).Fit(view);
                t.Schema(model.Transform(view).Schema);
                t.Rows(model.Transform(view), "y");
            }, inner: false);
        }
        Show("unknown batch, column of 4", fours, batch);
        Show("unknown length, free column", free, length);
        Show("unknown length, column of 4", fours, length);
        Show("known dimensions, free column of other lengths", free, batch);
        Show("two unknown dimensions", fours, two);
        Show("two unknown dimensions, shapes given", fours, two, new() { ["x"] = [1, 2, 2], ["y"] = [1, 2, 2] });
        Show("unknown length, shape of the input given", fours, length, new() { ["x"] = [1, 4] });
        Show("two rows' worth, shapes given", fours, length, new() { ["x"] = [2, 2], ["y"] = [2, 2] });
        return t.ToString();
    }

    private static string Onnx_Errors()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = folder.Write("double.onnx", OnnxModel.DoubleAndNegate([1, 4]));
        var loaded = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        var integers = ml.Data.LoadFromEnumerable(new[] { new IntOnnxRow { X = [1, 2, 3, 4] } });
        var scalar = ml.Data.LoadFromEnumerable(new[] { new ScalarOnnxRow { X = 1 } });
        var five = ml.Data.LoadFromEnumerable(new[] { new FiveOnnxRow { X = [1, 2, 3, 4, 5] } });
        var without = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var estimator = ml.Transforms.ApplyOnnxModel("y", "x", path);
        t.Throws("column missing: shape", () => estimator.GetOutputSchema(Kit.ShapeOf(without.Schema)));
        t.Throws("column missing: Fit", () => estimator.Fit(without));
        t.Throws("column of integers: shape", () => estimator.GetOutputSchema(Kit.ShapeOf(integers.Schema)));
        t.Throws("column of integers: Fit", () => estimator.Fit(integers));
        t.Throws("scalar column: shape", () => estimator.GetOutputSchema(Kit.ShapeOf(scalar.Schema)));
        t.Throws("scalar column: Fit", () => estimator.Fit(scalar));
        t.Throws("column of 5: shape", () => estimator.GetOutputSchema(Kit.ShapeOf(five.Schema)));
        t.Throws("column of 5: Fit", () => estimator.Fit(five));
        t.Part("column of 5: rows", () => t.Rows(estimator.Fit(loaded).Transform(five), "y"));
        t.Throws("unknown output name", () => ml.Transforms.ApplyOnnxModel("nope", "x", path));
        t.Throws("unknown input name", () => ml.Transforms.ApplyOnnxModel("y", "nope", path));
        t.Throws("unknown input name: Fit", () => ml.Transforms.ApplyOnnxModel("y", "nope", path).Fit(loaded));
        t.Throws("missing file", () => ml.Transforms.ApplyOnnxModel("y", "x", folder.File("none.onnx")));
        t.Throws("not a model", () => ml.Transforms.ApplyOnnxModel("y", "x", folder.Write("text.onnx", "not a model"u8.ToArray())), inner: false);
        return t.ToString();
    }

    private static string Onnx_PullsItsInputOncePerRow()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = folder.Write("double.onnx", OnnxModel.DoubleAndNegate([1, 4]));
        int calls = 0;
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(5));
        var source = ml.Transforms.CustomMapping<Number, OnnxRow>((i, o) =>
        {
            Interlocked.Increment(ref calls);
            o.X = [i.X + 1, i.X + 1, i.X + 1, i.X + 1];
        }, null).Fit(loaded).Transform(loaded);
        using var model = ml.Transforms.ApplyOnnxModel(["y", "z"], ["x"], path).Fit(source);
        t.Line($"after Fit: {calls}");
        var view = model.Transform(source);
        t.Rows(view, "y", "z");
        t.Line($"both outputs of 5 rows: {calls}");
        calls = 0;
        _ = view.GetColumn<float>("X").Count();
        t.Line($"neither output: {calls}");
        return t.ToString();
    }
}
