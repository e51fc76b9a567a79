using Microsoft.ML;
using Microsoft.ML.Transforms.Onnx;

namespace ZooPrune.Contract;

/// <summary>Models to run, and texts of what a stage makes of them.</summary>
internal static class OnnxStage
{
    public const int Float = 1;

    public static string Write(TemporaryFolder folder, byte[] model) => folder.Write($"{Guid.NewGuid():N}.onnx", model);

    public static string Identity(TemporaryFolder folder, int type, params object[] dimensions) => Write(folder, OnnxModel.Model(
        [OnnxModel.Node("Identity", ["x"], "y")], [Value("x", type, dimensions)], [Value("y", type, dimensions)]));

    /// <summary>A value of any tensor type: the third-party writer knows float only.</summary>
    public static byte[] Value(string name, int type, params object[] dimensions)
    {
        byte[] value = OnnxModel.Value(name, dimensions);
        int index = 2;
        while (value[index] != 8 || value[index + 1] != Float)
        {
            index++;
        }

        value[index + 1] = (byte)type;
        return value;
    }

    public static void Show<TRow>(
        Transcript t, string what, string path, IDictionary<string, int[]>? shapes, string output, params TRow[] rows)
        where TRow : class
    {
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(rows);
        t.Line(what);
        OnnxScoringEstimator? estimator = null;
        t.Part("  make", () => estimator = shapes is null
            ? ml.Transforms.ApplyOnnxModel(output, "x", path)
            : ml.Transforms.ApplyOnnxModel(output, "x", path, shapes));
        if (estimator is null)
        {
            return;
        }

        t.Part("  shape", () => t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(view.Schema)), output));
        t.Part("  view", () =>
        {
            using var model = estimator.Fit(view);
            var scored = model.Transform(view);
            var added = scored.Schema[^1];
            t.Line($"    {added.Name}:{added.Type}");
            using var cursor = scored.GetRowCursor([added]);
            while (cursor.MoveNext())
            {
                t.Line("    " + Values.Of(cursor, added));
            }
        });
    }
}
