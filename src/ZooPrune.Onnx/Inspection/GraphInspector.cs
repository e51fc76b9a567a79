using System.Globalization;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Inspection;

/// <summary>What graphs say about themselves. Files are mapped, not read: weights stay on the disk.</summary>
/// <param name="root">The model folder.</param>
/// <param name="findings">Takes what is missing or broken.</param>
internal sealed class GraphInspector(string root, Findings findings)
{
    private static readonly string[] ElementTypes =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32",
        "uint64", "complex64", "complex128", "bfloat16",
    ];

    /// <summary>All graphs of the folder in all precisions, those that are taken by default first in their part.</summary>
    public IReadOnlyList<GraphFacts> List(GraphFiles files)
    {
        var graphs = new List<GraphFacts>();
        foreach (GraphPart part in GraphPart.All)
        {
            IReadOnlyList<ModelPrecision> precisions = files.PrecisionsOf(part.File);
            if (precisions.Count == 0 && part.IsRequired)
            {
                findings.GraphMissing(part);
            }

            graphs.AddRange(
                precisions.Select((precision, index) => Inspect(part, files.Choose(part.File, precision)!, precision, index == 0)));
        }

        return graphs;
    }

    private GraphFacts Inspect(GraphPart part, string path, ModelPrecision precision, bool isDefault)
    {
        string name = Path.GetRelativePath(root, path).Replace('\\', '/');
        long bytes = SmallFiles.Size(path) ?? 0;
        var facts = new GraphFacts(part.Name, name, precision.ToString().ToLowerInvariant(), isDefault, bytes, null, [], [], []);
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            OnnxGraph graph = OnnxGraphReader.Read(file.Memory);
            FolderFile[] external = [.. ExternalFiles(graph, Path.GetDirectoryName(path)!)];
            foreach (FolderFile missing in external.Where(file => file.Bytes is null && isDefault))
            {
                findings.WeightsMissing(name, missing.Name);
            }

            return facts with
            {
                Bytes = facts.Bytes + external.Sum(file => file.Bytes ?? 0),
                MemoryBytes = graph.Constants.Values.Sum(MemoryOf),
                ExternalFiles = external,
                Inputs = [.. graph.Inputs.Select(Port)],
                Outputs = [.. graph.Outputs.Select(Port)],
            };
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException or ArgumentException)
        {
            findings.GraphUnreadable(name, exception);
            return facts;
        }
    }

    /// <summary>Files beside a graph. One that a graph names outside of its folder counts as missing: nothing there is opened.</summary>
    private IEnumerable<FolderFile> ExternalFiles(OnnxGraph graph, string folder) => graph.Constants.Values
        .Select(constant => constant.External?.Location)
        .OfType<string>()
        .Distinct()
        .Order(StringComparer.Ordinal)
        .Select(location =>
        {
            string path = Path.GetFullPath(Path.Combine(folder, location));
            bool isInside = path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            return new FolderFile(Path.GetRelativePath(root, path).Replace('\\', '/'), true, isInside ? SmallFiles.Size(path) : null);
        });

    /// <summary>On the CPU ONNX Runtime computes most of float16 in float32, and keeps the weights so.</summary>
    private static long MemoryOf(OnnxTensor tensor) =>
        (tensor.ByteLength ?? tensor.Raw.Length) * (tensor.ElementType == OnnxTensor.Float16 ? 2 : 1);

    private static PortFacts Port(OnnxValue value) => new(
        value.Name,
        value.ElementType >= 0 && value.ElementType < ElementTypes.Length ? ElementTypes[value.ElementType] : $"type {value.ElementType}",
        [.. value.Dimensions ?? []]);
}

/// <summary>One of the graphs that a model consists of; a folder may have it in several precisions.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="File">Name of its file in float32, without the extension.</param>
/// <param name="IsRequired">Whether a model needs it.</param>
internal sealed record GraphPart(string Name, string File, bool IsRequired)
{
    public static GraphPart VisionEncoder { get; } = new("vision encoder", "vision_encoder", true);

    public static GraphPart Projector { get; } = new("projector", "projector", false);

    public static GraphPart Embeddings { get; } = new("text embeddings", "embed_tokens", true);

    public static GraphPart Decoder { get; } = new("language model", "decoder_model_merged", true);

    /// <summary>All parts, in the order of the data.</summary>
    public static IReadOnlyList<GraphPart> All { get; } = [VisionEncoder, Projector, Embeddings, Decoder];
}

/// <summary>How much memory the language model's KV cache takes.</summary>
internal static class CacheSize
{
    private const string Past = "past_key_values.";

    /// <summary>Bytes for one token of one sequence; null where neither the graph nor config.json tells.</summary>
    /// <param name="decoder">The language model's graph.</param>
    /// <param name="configuration">config.json.</param>
    public static long? PerToken(GraphFacts decoder, JsonSection configuration)
    {
        long bytes = 0;
        foreach (PortFacts cache in decoder.Inputs.Where(input => input.Name.StartsWith(Past, StringComparison.Ordinal)))
        {
            // [batch, heads, past, head width]
            if (cache.Shape is not [_, var heads, _, var width]
                || (Number(heads) ?? Heads(configuration)) is not { } headCount
                || (Number(width) ?? HeadWidth(configuration)) is not { } headWidth)
            {
                return null;
            }

            bytes += headCount * headWidth * (cache.Type is "float16" or "bfloat16" ? sizeof(ushort) : sizeof(float));
        }

        return bytes > 0 ? bytes : null;
    }

    private static long? Number(string dimension) =>
        int.TryParse(dimension, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;

    private static long? Heads(JsonSection configuration) =>
        Text(configuration).Int32("num_key_value_heads", 1, int.MaxValue)
        ?? Text(configuration).Int32("num_attention_heads", 1, int.MaxValue);

    private static long? HeadWidth(JsonSection configuration) =>
        Text(configuration).Int32("head_dim", 1, int.MaxValue)
        ?? Text(configuration).Int32("hidden_size", 1, int.MaxValue) / Text(configuration).Int32("num_attention_heads", 1, int.MaxValue);

    private static JsonSection Text(JsonSection configuration) =>
        configuration.Has("text_config") ? configuration["text_config"] : configuration;
}
