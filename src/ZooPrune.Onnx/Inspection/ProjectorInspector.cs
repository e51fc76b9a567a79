using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Inspection;

/// <summary>Finds the projector of a model folder: in its own file, or at the end of the vision encoder's.</summary>
internal static class ProjectorInspector
{
    /// <param name="root">The model folder.</param>
    /// <param name="graphs">Its graphs.</param>
    /// <param name="findings">Takes what does not fit.</param>
    public static ProjectorFacts? Find(string root, IReadOnlyList<GraphFacts> graphs, Findings findings)
    {
        GraphFacts? own = graphs.FirstOrDefault(graph => graph.Part == GraphPart.Projector.Name);
        GraphFacts? graph = own ?? graphs.FirstOrDefault(graph => graph.Part == GraphPart.VisionEncoder.Name && graph.IsDefault);
        return graph is { MemoryBytes: not null } && graph.ExternalFiles.All(file => file.Bytes is not null)
            ? Read(root, graph.File, isWhole: own is not null, findings)
            : null;
    }

    /// <param name="root">The model folder.</param>
    /// <param name="file">The graph's path in it.</param>
    /// <param name="isWhole">Whether the graph is the projector and nothing else; otherwise the projector is looked for at its end.</param>
    /// <param name="findings">Takes what does not fit.</param>
    public static ProjectorFacts? Read(string root, string file, bool isWhole, Findings findings)
    {
        string path = Path.Combine(root, file);
        try
        {
            using OnnxFile content = OnnxFile.Open(path);
            OnnxGraph graph = OnnxGraphReader.Read(content.Memory);
            var constants = new ConstantFolder(new GraphOrder(graph), new ExternalDataFolder(Path.GetDirectoryName(path)));
            return isWhole ? Whole(file, graph, constants) : InEncoder(file, graph, constants, findings);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            findings.GraphUnreadable(file, exception);
            return null;
        }
    }

    private static ProjectorFacts? InEncoder(string file, OnnxGraph graph, ConstantFolder constants, Findings findings)
    {
        OnnxValue? output = graph.Outputs is [var only] ? only : graph.Outputs.FirstOrDefault(value => value.Name == "image_features");
        if (output is null)
        {
            findings.Add($"Graph '{file}': it has {graph.Outputs.Count} outputs and none is called image_features. Expected one "
                + "output, after the projector; export it so.");
            return null;
        }

        if (ProjectorTail.Find(constants, output, out string found) is not { } tail)
        {
            findings.Add(Throw.ProjectorNotFound(file, output.Name, found).Message);
            return null;
        }

        return Describe(ProjectorRecognizer.Recognize(constants, tail), file, tail.Start);
    }

    private static ProjectorFacts Whole(string file, OnnxGraph graph, ConstantFolder constants) =>
        ProjectorRecognizer.Recognize(constants, out string why) is { } part
            ? Describe(part, file, null)
            : new ProjectorFacts("graph", Width(graph.Inputs), null, Width(graph.Outputs), null, file, null, "sampled", why);

    private static ProjectorFacts Describe(ProjectorPart part, string file, string? cutAt)
    {
        const string ClosedForm = "closed form";
        return part switch
        {
            ProjectorPart.Mlp { Weights: var weights } => new ProjectorFacts(
                "Linear, GELU, Linear",
                part.InputWidth,
                weights.First.OutputWidth,
                part.OutputWidth,
                Activation(weights.Gelu),
                file,
                cutAt,
                ClosedForm,
                null),
            ProjectorPart.Linear => new ProjectorFacts(
                "Linear", part.InputWidth, null, part.OutputWidth, null, file, cutAt, ClosedForm, "it is the same for every token; "
                    + "they are chosen by diversity"),
            ProjectorPart.Graph { Why: var why } => new ProjectorFacts(
                "graph", part.InputWidth, null, part.OutputWidth, null, file, cutAt, "sampled", why),
            _ => throw new ArgumentOutOfRangeException(nameof(part)),
        };
    }

    private static string Activation(GeluKind gelu) => gelu switch
    {
        GeluKind.Exact => "GELU (erf)",
        GeluKind.Tanh => "GELU (tanh)",
        _ => "GELU (quick)",
    };

    private static int? Width(IReadOnlyList<OnnxValue> values) => values is [var only] ? only.Width : null;
}
