using System.Globalization;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx.Splitting;

/// <summary>A vision encoder that ended after the projector, cut in two.</summary>
/// <param name="Encoder">ONNX bytes of the graph from pixels to X, in float32; its large constants may be in files of the folder.</param>
/// <param name="Folder">Full path of the folder to which locations of constants in other files are relative.</param>
/// <param name="OutputName">Name of the only output, X, shaped like the output of the whole graph but as wide as the encoder.</param>
/// <param name="Projector">What was cut off.</param>
internal sealed record SplitVisionEncoder(byte[] Encoder, string Folder, string OutputName, ProjectorPart Projector);

/// <summary>What a projector is, as far as that could be recognised.</summary>
/// <param name="InputWidth">D.</param>
/// <param name="OutputWidth">H.</param>
internal abstract record ProjectorPart(int InputWidth, int OutputWidth)
{
    /// <summary>Linear, GELU, Linear.</summary>
    public sealed record Mlp(MlpWeights Weights) : ProjectorPart(Weights.First.InputWidth, Weights.Second.OutputWidth);

    /// <summary>One Linear layer, whose sensitivity is the same for every token.</summary>
    public sealed record Linear(LinearLayer Layer) : ProjectorPart(Layer.InputWidth, Layer.OutputWidth);

    /// <summary>Anything else that treats each token on its own.</summary>
    /// <param name="Model">ONNX bytes, everything inside, in float32.</param>
    /// <param name="InputWidth">D.</param>
    /// <param name="OutputWidth">H.</param>
    /// <param name="Why">Why it has no closed form, as a clause.</param>
    public sealed record Graph(byte[] Model, int InputWidth, int OutputWidth, string Why) : ProjectorPart(InputWidth, OutputWidth);
}

/// <summary>Cuts a vision encoder that ends after the projector in two, at the input of the projector's first Linear layer.</summary>
internal static class VisionEncoderSplitter
{
    /// <param name="path">Full path of a graph from pixels to projected visual tokens.</param>
    /// <param name="inPlaceFrom">
    /// Weights inside the file stay there where they have so many bytes in all; the default is to take them out of it.
    /// </param>
    /// <exception cref="ZooPruneException">The file cannot be read, or nothing at its end treats each token on its own.</exception>
    public static SplitVisionEncoder Split(string path, long inPlaceFrom = long.MaxValue)
    {
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            return Split(path, file.Memory, inPlaceFrom);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            throw Throw.SplitUnreadable(path, exception);
        }
    }

    /// <summary>A model's graph from pixels to X and its constants, to be written anew, and the folder of its data files.</summary>
    /// <exception cref="ZooPruneException">The file cannot be cut before its projector.</exception>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (ConstantFolder Constants, string Folder) EncoderOf(ModelFolder files)
    {
        (byte[] model, string folder) = files.Projector is null ? Cut() : Whole();
        return (new ConstantFolder(new GraphOrder(OnnxGraphReader.Read(model)), new ExternalDataFolder(folder)), folder);

        (byte[] Model, string Folder) Cut()
        {
            SplitVisionEncoder split = Split(files.VisionEncoder, RewrittenGraph.InPlaceFrom);
            return (split.Encoder, split.Folder);
        }

        (byte[] Model, string Folder) Whole()
        {
            using OnnxFile file = OnnxFile.Open(files.VisionEncoder);
            RewrittenGraph graph = RewrittenGraph.Write(
                OnnxModelReader.Read(file.Memory), files.VisionEncoder, file.Memory, RewrittenGraph.InPlaceFrom);
            return (graph.Model, graph.Folder);
        }
    }

    private static SplitVisionEncoder Split(string path, ReadOnlyMemory<byte> file, long inPlaceFrom)
    {
        OnnxGraph graph = OnnxGraphReader.Read(file);
        if (graph.Outputs.Any(value => value.Name == PrunerGraphWriter.KeptIndices))
        {
            throw Throw.EncoderBaked(path);
        }

        var files = new ExternalDataFolder(Path.GetDirectoryName(path));
        Check(graph, files);
        var constants = new ConstantFolder(new GraphOrder(graph), files);
        OnnxValue output = graph.Outputs is [var only] ? only
            : graph.Outputs.FirstOrDefault(value => value.Name == "image_features")
                ?? throw Throw.GraphNames(
                    path, "output", graph.Outputs.Select(value => value.Name), "one output, or one called image_features");
        ProjectorTail tail = ProjectorTail.Find(constants, output, out string found)
            ?? throw Throw.ProjectorNotFound(path, output.Name, found);
        ProjectorPart projector = ProjectorRecognizer.Recognize(constants, tail);
        (ModelProto encoder, string name) = EncoderSplitter.Split(constants, tail, output);
        RewrittenGraph written = RewrittenGraph.Write(encoder, path, file, inPlaceFrom);
        return new SplitVisionEncoder(written.Model, written.Folder, name, projector);
    }

    /// <summary>Every constant must be where it should be, and all must fit into memory, before anything is done with them.</summary>
    private static void Check(OnnxGraph graph, ExternalDataFolder files)
    {
        long total = graph.Constants.Values.Sum(files.Check);
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (total > available)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"its weights take {total / 1e9:0.0} GB and there is memory for {available / 1e9:0.0} GB"));
        }
    }
}
