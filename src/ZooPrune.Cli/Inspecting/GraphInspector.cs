using ZooPrune.Onnx;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Cli;

/// <summary>What graphs say about themselves. Files are mapped, not read: weights stay on the disk.</summary>
/// <param name="root">The model folder.</param>
/// <param name="findings">Takes what is missing or broken.</param>
internal sealed class GraphInspector(string root, Findings findings)
{
    private static readonly string[] ElementTypes =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64",
        "complex64", "complex128", "bfloat16",
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

            graphs.AddRange(precisions.Select((precision, index) => Inspect(part, files.Choose(part.File, precision)!, precision, index == 0)));
        }

        return graphs;
    }

    private GraphFacts Inspect(GraphPart part, string path, ModelPrecision precision, bool isDefault)
    {
        string name = Path.GetRelativePath(root, path).Replace('\\', '/');
        var facts = new GraphFacts(part.Name, name, Names.Precisions.NameOf(precision), isDefault, SmallFiles.Size(path) ?? 0, null, [], [], []);
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
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException or ArgumentException)
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
    private static long MemoryOf(OnnxTensor tensor) => (tensor.ByteLength ?? tensor.Raw.Length) * (tensor.ElementType == OnnxTensor.Float16 ? 2 : 1);

    private static PortFacts Port(OnnxValue value) => new(
        value.Name,
        value.ElementType >= 0 && value.ElementType < ElementTypes.Length ? ElementTypes[value.ElementType] : $"type {value.ElementType}",
        [.. value.Dimensions ?? []]);
}
