using System.Diagnostics;
using System.Text.Json;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

/// <summary>Baked vision encoders in another language: Node with onnxruntime-node, against the engine's own steps.</summary>
public sealed class NodeHostTests : IDisposable
{
    private readonly TestFolder _out = new();

    [NodeTheory]
    [InlineData("shapes-vlm", SelectionMethod.ZooPrune, "64")]
    [InlineData("shapes-vlm", SelectionMethod.DivPrune, "64")]
    [InlineData("llava", SelectionMethod.ZooPrune, "7")]
    [InlineData("llava-interleave", SelectionMethod.ZooPrune, "11")]
    [InlineData("qwen2-vl", SelectionMethod.ZooPrune, "20%")]
    [InlineData("qwen2.5-vl", SelectionMethod.ZooPrune, "9")]
    public void BakedEncoder_InNode_KeepsWhatTheEngineKeeps(string name, SelectionMethod selection, string keep)
    {
        string folder = name == "shapes-vlm" ? TestPaths.Model : FamilyCase.ModelFolder(name);
        var pruning = new PruningOptions { Keep = KeepBudget.Parse(keep), Selection = selection };
        BakedModel baked = BakedModel.Write(folder, Path.Combine(_out.Root, "baked"), pruning);
        using LoadedModel model = LoadedModel.Load(folder, new());
        byte[] rgb = new byte[150 * 90 * 3];
        new Random(5).NextBytes(rgb);
        PreparedImage image = model.Preprocessor.Prepare(rgb, 150, 90);
        float[] tokens = model.Encoder.Encode([image])[0];
        TokenSelection expected = new VisualTokenPruner(model.Projector, pruning).Prune(tokens, tokens.Length / model.Projector.InputWidth);

        (int[] dimensions, float[] features, int[] kept) = InNode(baked, image);

        int count = expected.KeptIndices.Length;
        Assert.Equal(expected.KeptIndices.ToArray(), kept);
        Assert.Equal(image.GridThw is null ? [1, count, baked.Width] : [count, baked.Width], dimensions);
        Near.Equal(expected.KeptTokens, features, 1e-4, 1e-4);
    }

    public void Dispose() => _out.Dispose();

    private static (int[] Dimensions, float[] Features, int[] Kept) InNode(BakedModel baked, PreparedImage image)
    {
        int[] shape = image.Shape.Count == 3 ? [1, .. image.Shape] : [.. image.Shape];
        var inputs = new Dictionary<string, object>
        {
            ["pixel_values"] = new { type = "float32", dims = shape, data = image.PixelValues.ToArray() },
        };
        if (image.GridThw is { } grid)
        {
            inputs["image_grid_thw"] = new { type = "int64", dims = (int[])[1, 3], data = grid };
        }

        var start = new ProcessStartInfo(NodeTheoryAttribute.Node!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])
            [
                Path.Combine(TestPaths.Root, "tests", "ZooPrune.Onnx.Tests", "Node", "run.cjs"),
                NodeTheoryAttribute.Folder,
                Path.Combine(baked.Folder, "onnx", "vision_encoder.onnx"),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(JsonSerializer.Serialize(inputs));
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(60_000));
        Assert.True(process.ExitCode == 0, error.Result);
        using JsonDocument results = JsonDocument.Parse(output.Result);
        JsonElement features = results.RootElement.GetProperty("image_features");
        return (
            features.GetProperty("dims").Deserialize<int[]>()!,
            features.GetProperty("data").Deserialize<float[]>()!,
            results.RootElement.GetProperty("kept_indices").GetProperty("data").Deserialize<int[]>()!);
    }
}

/// <summary>
/// Needs Node on the PATH and onnxruntime-node in artifacts/node; skipped without. To install it: copy tests/ZooPrune.Onnx.Tests/Node's
/// package.json and package-lock.json there and run "npm ci --ignore-scripts" in it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip =
        Node is null ? "Needs Node, which is not on the PATH."
        : !Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node"))
            ? "Needs onnxruntime-node in artifacts/node: copy tests/ZooPrune.Onnx.Tests/Node/package*.json there and run npm ci "
                + "--ignore-scripts."
            : null;

    public static string Folder { get; } = Path.Combine(TestPaths.Root, "artifacts", "node");

    public static string? Node { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => ((string[])["node", "node.exe"]).Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}
