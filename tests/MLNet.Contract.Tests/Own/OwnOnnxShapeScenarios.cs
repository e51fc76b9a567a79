using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: shapes and types of ONNX stages; the texts are the genuine packages' answers.</summary>
public static class OwnOnnxShapeScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Onnx_DimensionsOfTheInput,
        Onnx_FreeColumns,
        Onnx_ScalarColumnsAndOutputs,
        Onnx_LengthsThatDoNotFit,
        Onnx_SparseAndShapedColumns,
        Onnx_ItemTypes,
        Onnx_ShapeDictionary);

    private static string Onnx_DimensionsOfTheInput()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        OnnxRow row = new() { X = [1, 2, 3, 4] };
        foreach (object[] dimensions in new object[][] { [4], [2, 2], [1, 4], [1, 2, 2], ["N", 4], [2], ["N"], ["N", 2], ["H", "W"], [1, "H", "W"], [4, "W"] })
        {
            OnnxStage.Show(t, string.Join("x", dimensions), OnnxStage.Identity(folder, OnnxStage.Float, dimensions), null, "y", row);
        }

        return t.ToString();
    }

    private static string Onnx_FreeColumns()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        FreeOnnxRow[] rows = [new() { X = [1, 2, 3, 4] }, new() { X = [5, 6] }];
        foreach (object[] dimensions in new object[][] { ["N", "L"], ["N", 2, "L"], [2, "L"], [1, "L", 2], ["N", "H", "W"] })
        {
            OnnxStage.Show(t, string.Join("x", dimensions), OnnxStage.Identity(folder, OnnxStage.Float, dimensions), null, "y", rows);
        }

        OnnxStage.Show(t, "known dimensions that fit", OnnxStage.Identity(folder, OnnxStage.Float, 1, 4), null, "y", rows[0]);
        OnnxStage.Show(t, "length that does not divide", OnnxStage.Identity(folder, OnnxStage.Float, "N", 2, "L"), null, "y", new FreeOnnxRow { X = [1, 2, 3] });
        OnnxStage.Show(t, "no values", OnnxStage.Identity(folder, OnnxStage.Float, "N", 2, "L"), null, "y", new FreeOnnxRow());
        OnnxStage.Show(t, "one dimension", OnnxStage.Identity(folder, OnnxStage.Float, "N"), null, "y", rows);
        return t.ToString();
    }

    private static string Onnx_ScalarColumnsAndOutputs()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        ScalarOnnxRow row = new() { X = 3 };
        foreach (object[] dimensions in new object[][] { [1, 1], ["N", 1], [1], ["N"], [] })
        {
            OnnxStage.Show(t, $"scalar for [{string.Join(",", dimensions)}]", OnnxStage.Identity(folder, OnnxStage.Float, dimensions), null, "y", row);
        }

        byte[] sum = OnnxModel.Model([OnnxModel.Node("ReduceSum", ["x"], "y")], [OnnxModel.Value("x", [1, 4])], [OnnxModel.Value("y", [])]);
        OnnxStage.Show(t, "output without dimensions", OnnxStage.Write(folder, sum), null, "y", new OnnxRow { X = [1, 2, 3, 4] });
        return t.ToString();
    }

    private static string Onnx_LengthsThatDoNotFit()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Identity(folder, OnnxStage.Float, 1, 4);
        OnnxStage.Show(t, "shorter than declared", path, null, "y", new OnnxRow { X = [1, 2, 3] });
        OnnxStage.Show(t, "longer than declared", path, null, "y", new OnnxRow { X = [1, 2, 3, 4, 5, 6, 7, 8] });
        OnnxStage.Show(t, "null", path, null, "y", new OnnxRow { X = null! });
        OnnxStage.Show(t, "two rows' worth", path, null, "y", new EightOnnxRow { X = [1, 2, 3, 4, 5, 6, 7, 8] });
        return t.ToString();
    }

    private static string Onnx_SparseAndShapedColumns()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        string path = OnnxStage.Identity(folder, OnnxStage.Float, 1, 4);
        OnnxStage.Show(t, "grid of 2 x 2", path, null, "y", new GridOnnxRow { X = [1, 2, 3, 4] });
        OnnxStage.Show(t, "sparse", path, null, "y", new BufferOnnxRow { X = new VBuffer<float>(4, 1, [7f], [2]) });
        OnnxStage.Show(t, "sparse, then dense", path, null, "y", new BufferOnnxRow { X = new VBuffer<float>(4, 1, [7f], [2]) }, new BufferOnnxRow { X = new VBuffer<float>(4, [1f, 2f, 3f, 4f]) });
        return t.ToString();
    }

    private static string Onnx_ItemTypes()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        void Try<TItem>(int type, params TItem[] items) =>
            OnnxStage.Show(t, $"{type} {typeof(TItem).Name}", OnnxStage.Identity(folder, type, 1, 2), null, "y", new ItemOnnxRow<TItem> { X = items });
        Try<float>(1, 1, 2);
        Try<byte>(2, 1, 2);
        Try<sbyte>(3, -1, 2);
        Try<ushort>(4, 1, 2);
        Try<short>(5, -1, 2);
        Try(6, -1, 2);
        Try<long>(7, -1, 2);
        Try(8, "a", "b");
        Try(9, true, false);
        Try<double>(11, 1, 2);
        Try<uint>(12, 1, 2);
        Try<ulong>(13, 1, 2);
        Try<float>(10, 1, 2);
        Try<float>(11, 1, 2);
        Try<double>(1, 1, 2);
        Try(7, 1, 2);
        return t.ToString();
    }

    private static string Onnx_ShapeDictionary()
    {
        var t = new Transcript();
        using var folder = new TemporaryFolder();
        string known = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, 4]));
        string free = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate([1, "L"]));
        string batch = OnnxStage.Write(folder, OnnxModel.DoubleAndNegate(["N", 2]));
        OnnxRow row = new() { X = [1, 2, 3, 4] };
        void Try(string what, string path, Dictionary<string, int[]> shapes) => OnnxStage.Show(t, what, path, shapes, "y", row);
        Try("empty", known, []);
        Try("of another name", known, new() { ["q"] = [1, 4] });
        Try("other dimensions", known, new() { ["x"] = [4, 1] });
        Try("other dimensions of the output", known, new() { ["y"] = [4, 1] });
        Try("another rank", free, new() { ["x"] = [4] });
        Try("still unknown", free, new() { ["x"] = [1, -1] });
        Try("zero", free, new() { ["x"] = [1, 0] });
        Try("input only", free, new() { ["x"] = [1, 4] });
        Try("output only", free, new() { ["y"] = [1, 4] });
        Try("both", free, new() { ["x"] = [1, 4], ["y"] = [1, 4] });
        Try("a batch of two", batch, new() { ["x"] = [2, 2], ["y"] = [2, 2] });
        Try("unknown where it is known", known, new() { ["x"] = [1, -1], ["y"] = [1, -1] });
        Try("null shape", free, new() { ["x"] = null! });
        return t.ToString();
    }
}
