using Microsoft.ML;
using Microsoft.ML.Transforms.Onnx;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: arguments of ONNX stages; the texts are the genuine packages' answers.</summary>
public static class OwnOnnxArgumentScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Onnx_NamesAndArguments,
        Onnx_Options,
        Onnx_Streams,
        Onnx_SeveralInputsAndOutputs);

    private static string Onnx_NamesAndArguments()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        t.Throws("null catalog", () => OnnxCatalog.ApplyOnnxModel(null!, "y", "x", path));
        t.Throws("null output", () => ml.Transforms.ApplyOnnxModel((string)null!, "x", path));
        t.Throws("white output", () => ml.Transforms.ApplyOnnxModel(" ", "x", path));
        t.Throws("null input", () => ml.Transforms.ApplyOnnxModel("y", (string)null!, path));
        t.Throws("null file", () => ml.Transforms.ApplyOnnxModel("y", "x", (string)null!));
        t.Throws("empty file", () => ml.Transforms.ApplyOnnxModel("y", "x", ""));
        t.Throws("null outputs", () => ml.Transforms.ApplyOnnxModel((string[])null!, ["x"], path));
        t.Throws("null inputs", () => ml.Transforms.ApplyOnnxModel(["y"], (string[])null!, path));
        t.Throws("no outputs", () => t.Line(Kit.Names(ml.Transforms.ApplyOnnxModel([], ["x"], path).Fit(view).Transform(view).Schema)));
        t.Throws("no inputs", () => t.Line(Kit.Names(ml.Transforms.ApplyOnnxModel(["y"], [], path).Fit(view).Transform(view).Schema)));
        t.Throws("an output twice", () =>
        {
            var twice = ml.Transforms.ApplyOnnxModel(["y", "y"], ["x"], path).Fit(view).Transform(view);
            t.Schema(twice.Schema);
        });
        t.Throws("shape of a missing column", () => ml.Transforms.ApplyOnnxModel("y", "x", path).GetOutputSchema(Kit.ShapeOf(ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema)));
        t.Throws("unknown input: shape", () => ml.Transforms.ApplyOnnxModel("y", "nope", path).GetOutputSchema(Kit.ShapeOf(view.Schema)));
        t.Throws("null shape", () => ml.Transforms.ApplyOnnxModel("y", "x", path).GetOutputSchema(null!));
        string dotted = OnnxStage.Write(folder, OnnxModel.Model([OnnxModel.Node("Identity", ["x"], "y.output")], [OnnxModel.Value("x", [1, 4])], [OnnxModel.Value("y.output", [1, 4])]));
        OnnxStage.Show(t, "a name that ends in .output", dotted, null, "y.output", new OnnxRow { X = [1, 2, 3, 4] });
        string chained = OnnxStage.Write(folder, OnnxModel.Model([OnnxModel.Node("Neg", ["x"], "m"), OnnxModel.Node("Neg", ["m"], "y")], [OnnxModel.Value("x", [1, 4])], [OnnxModel.Value("y", [1, 4])]));
        OnnxStage.Show(t, "a value inside the model", chained, null, "m", new OnnxRow { X = [1, 2, 3, 4] });
        return t.ToString();
    }

    private static string Onnx_Options()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, "L"]));
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        var fresh = new OnnxOptions();
        t.Line($"fresh: {Kit.Text(fresh.ModelFile)} {Kit.Text(fresh.InputColumns)} {Kit.Text(fresh.OutputColumns)} {Kit.Text(fresh.GpuDeviceId)} "
            + $"{Kit.Text(fresh.FallbackToCpu)} {Kit.Text(fresh.ShapeDictionary)} {fresh.RecursionLimit} {Kit.Text(fresh.InterOpNumThreads)} {Kit.Text(fresh.IntraOpNumThreads)}");
        var options = new OnnxOptions
        {
            ModelFile = path,
            InputColumns = ["x"],
            OutputColumns = ["z"],
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ShapeDictionary = new Dictionary<string, int[]> { ["x"] = [1, 4], ["z"] = [1, 4] },
        };
        var scored = ml.Transforms.ApplyOnnxModel(options).Fit(view).Transform(view);
        t.Schema(scored.Schema);
        t.Rows(scored, "z");
        t.Throws("null", () => ml.Transforms.ApplyOnnxModel((OnnxOptions)null!));
        t.Throws("fresh", () => ml.Transforms.ApplyOnnxModel(new OnnxOptions()));
        t.Throws("file only", () => ml.Transforms.ApplyOnnxModel(new OnnxOptions { ModelFile = path }));
        t.Throws("no file", () => ml.Transforms.ApplyOnnxModel(new OnnxOptions { InputColumns = ["x"], OutputColumns = ["y"] }));
        t.Throws("unknown output",
            () => ml.Transforms.ApplyOnnxModel(new OnnxOptions { ModelFile = path, InputColumns = ["x"], OutputColumns = ["q"] }));
        return t.ToString();
    }

    private static string Onnx_Streams()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        byte[] model = OnnxModel.DoubleAndNegate([1, 4]);
        var view = ml.Data.LoadFromEnumerable(new[] { new OnnxRow { X = [1, 2, 3, 4] } });
        using var stream = new MemoryStream(model);
        using (var fitted = ml.Transforms.ApplyOnnxModel("y", "x", stream).Fit(view))
        {
            t.Rows(fitted.Transform(view), "y");
        }

        t.Line($"stays open {Kit.Text(stream.CanRead)}");
        using var all = new MemoryStream(model);
        t.Line(Kit.Names(ml.Transforms.ApplyOnnxModel(all).Fit(view).Transform(view).Schema));
        using var arrays = new MemoryStream(model);
        t.Line(Kit.Names(ml.Transforms.ApplyOnnxModel(["z"], ["x"], arrays).Fit(view).Transform(view).Schema));
        using var shaped = new MemoryStream(model);
        t.Line(Kit.Names(ml.Transforms.ApplyOnnxModel("z", "x", shaped, new Dictionary<string, int[]>()).Fit(view).Transform(view).Schema));
        t.Throws("null stream", () => ml.Transforms.ApplyOnnxModel("y", "x", (Stream)null!));
        t.Throws("empty stream", () => ml.Transforms.ApplyOnnxModel("y", "x", new MemoryStream()), inner: false);
        return t.ToString();
    }

    private static string Onnx_SeveralInputsAndOutputs()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Write(folder, OnnxModel.Model(
            [OnnxModel.Node("Add", ["a", "b"], "sum"), OnnxModel.Node("Sub", ["a", "b"], "difference")],
            [OnnxModel.Value("a", [1, 2]), OnnxModel.Value("b", [1, 2])],
            [OnnxModel.Value("sum", [1, 2]), OnnxModel.Value("difference", [1, 2])]));
        var view = ml.Data.LoadFromEnumerable(new[] { new TwoVectors() });
        foreach (var (outputs, inputs) in new (string[], string[])[] { (["sum", "difference"], ["a", "b"]), (["difference"], ["b", "a"]), (["sum"], ["a"]) })
        {
            t.Part($"{string.Join(",", outputs)} of {string.Join(",", inputs)}", () =>
            {
                using var model = ml.Transforms.ApplyOnnxModel(outputs, inputs, path).Fit(view);
                t.Schema(model.Transform(view).Schema);
                t.Rows(model.Transform(view), outputs);
            }, inner: false);
        }

        var mapper = ((ITransformer)ml.Transforms.ApplyOnnxModel(path).Fit(view)).GetRowToRowMapper(view.Schema);
        t.Line("sum needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["sum"]])));
        t.Line("a needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["a"]])));
        return t.ToString();
    }
}
