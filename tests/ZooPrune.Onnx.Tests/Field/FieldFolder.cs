using System.Text.Json.Nodes;
using Google.Protobuf;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Tests;

/// <summary>A copy of a tiny model's folder, made into what users send.</summary>
internal sealed class FieldFolder : IDisposable
{
    private readonly TestFolder _folder = new();

    public FieldFolder(string family = "llava-interleave")
    {
        string source = FamilyCase.ModelFolder(family);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string name = System.IO.Path.GetRelativePath(source, file);
            if (!name.StartsWith("cases", StringComparison.Ordinal) && !name.StartsWith("images", StringComparison.Ordinal)
                && (!name.EndsWith(".onnx", StringComparison.Ordinal) || !name.Contains("_q") && !name.Contains("_fp16")))
            {
                _folder.Write(name, File.ReadAllBytes(file));
            }
        }
    }

    public string Root => _folder.Root;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    public void Write(string name, string content) => _folder.Write(name, content);

    public void Write(string name, byte[] content) => _folder.Write(name, content);

    public void Delete(string name) => File.Delete(Path(name));

    /// <summary>Changes a JSON file.</summary>
    public FieldFolder Json(string name, Action<JsonNode> change)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(Path(name)))!;
        change(root);
        Write(name, root.ToJsonString());
        return this;
    }

    /// <summary>Has a graph ask for one more input.</summary>
    public FieldFolder AddInput(string graph, string name, OnnxGraphBuilder.Element type, params string[] shape)
    {
        var builder = new OnnxGraphBuilder("other");
        builder.Input(name, type, shape);
        ModelProto other = ModelProto.Parser.ParseFrom(builder.Build());
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path($"onnx/{graph}.onnx")));
        model.Graph.Input.Add(other.Graph.Input);
        Write($"onnx/{graph}.onnx", model.ToByteArray());
        return this;
    }

    public string LoadError(VisionLanguageModelOptions? options = null) =>
        Assert.Throws<ZooPruneException>(() => VisionLanguageModel.Load(Root, options).Dispose()).Message;

    public IReadOnlyList<string> Problems(params (int Width, int Height)[] sizes) => ModelInspector.Inspect(Root, sizes).Problems;

    public void Dispose() => _folder.Dispose();
}
