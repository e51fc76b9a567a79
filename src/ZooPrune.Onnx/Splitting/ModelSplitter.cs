using Google.Protobuf;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Inspection;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx;

/// <summary>
/// Writes a model folder whose vision encoder ends before the projector, so that nothing has to be cut at load and other programs can use
/// both parts.
/// </summary>
public static class ModelSplitter
{
    // What a folder may have besides its graphs that answers depend on.
    private static readonly string[] SmallFiles =
    [
        "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>
    /// Writes onnx/vision_encoder.onnx and onnx/projector.onnx, and copies the other files that the model needs, graphs in the precisions
    /// that were chosen. The folder appears whole or not at all.
    /// </summary>
    /// <param name="files">A model without projector.onnx.</param>
    /// <param name="outFolder">Path of a folder that is not there yet, or is empty.</param>
    /// <returns>What was cut off, and where.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="files"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="outFolder"/> is empty or white space.</exception>
    /// <exception cref="ZooPruneException">The model is split already or cannot be split, or the folder cannot be written.</exception>
    public static ProjectorFacts? Split(ModelFolder files, string outFolder)
    {
        ArgumentNullException.ThrowIfNull(files);
        Write(files, outFolder, NewlineEmbedding(files));
        return ProjectorInspector.Read(files.Root, files.Relative(files.VisionEncoder), isWhole: false, new Findings(files.Root));
    }

    /// <summary>The one tensor that a family needs of the checkpoint, so that the new folder can do without the rest.</summary>
    private static (string Name, float[] Values)? NewlineEmbedding(ModelFolder files)
    {
        using JsonFile configuration = JsonFile.Open(files.Configuration);
        IReadOnlyList<string> names = ModelFamilies.Read(configuration.Root).NewlineNames;
        return names.Count == 0
            ? null
            : (names[0], ModelWeights.Find(files.Root, names) ?? throw Throw.NewlineEmbeddingMissing(files.Root, names));
    }

    /// <summary>
    /// Writes onnx/vision_encoder.onnx and onnx/projector.onnx, and copies the other files that the model needs, graphs in the precisions
    /// that were chosen. The folder appears whole or not at all.
    /// </summary>
    /// <param name="files">A model without projector.onnx.</param>
    /// <param name="outFolder">Path of a folder that is not there yet, or is empty.</param>
    /// <param name="newlineEmbedding">
    /// Name and values of the one tensor that the model needs from model.safetensors; null where it needs none.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="outFolder"/> is empty or white space.</exception>
    /// <exception cref="ZooPruneException">The model is split already or cannot be split, or the folder cannot be written.</exception>
    internal static void Write(ModelFolder files, string outFolder, (string Name, float[] Values)? newlineEmbedding = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outFolder);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outFolder));
        if (files.Projector is { } there)
        {
            throw Throw.SplitAlready(files.Root, files.Relative(there));
        }

        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw Throw.SplitTargetTaken(target);
        }

        SplitVisionEncoder split = VisionEncoderSplitter.Split(files.VisionEncoder);
        string partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            string graphs = Directory.CreateDirectory(Path.Combine(partial, "onnx")).FullName;
            WriteEncoder(split, graphs);
            File.WriteAllBytes(Path.Combine(graphs, "projector.onnx"), Projector(split.Projector));
            CopyGraph(files.EmbedTokens, graphs);
            CopyGraph(files.Decoder, graphs);
            foreach (string name in SmallFiles.Where(name => File.Exists(Path.Combine(files.Root, name))))
            {
                File.Copy(Path.Combine(files.Root, name), Path.Combine(partial, name));
            }

            if (newlineEmbedding is { } tensor)
            {
                File.WriteAllBytes(Path.Combine(partial, "model.safetensors"), SafetensorsWriter.Write(tensor.Name, tensor.Values));
            }

            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(partial, target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Throw.SplitNotWritten(target, exception);
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }

    private static byte[] Projector(ProjectorPart part) => part switch
    {
        ProjectorPart.Mlp mlp => MlpGraph.Plain(mlp.Weights),
        ProjectorPart.Linear linear => MlpGraph.OneLayer(linear.Layer),
        ProjectorPart.Graph graph => graph.Model,
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    };

    /// <summary>The encoder; of constants in other files only those that it uses, in one file, in the order of the graph.</summary>
    private static void WriteEncoder(SplitVisionEncoder split, string folder)
    {
        const string Name = "vision_encoder.onnx";
        ModelProto model = OnnxModelReader.Read(split.Encoder);
        if (model.Graph.Initializer.Any(tensor => tensor.DataLocation == DataLocation.External))
        {
            var source = new ExternalDataFolder(split.Folder);
            using FileStream data = File.Create(Path.Combine(folder, $"{Name}_data"));
            ExternalDataFolder.Move(model, tensor =>
            {
                long offset = data.Position;
                long length = source.CopyTo(tensor, data);

                // The next one starts where vector instructions like it.
                data.Position += -data.Position & 63;
                return new ExternalData($"{Name}_data", offset, length);
            });
        }

        using FileStream file = File.Create(Path.Combine(folder, Name));
        model.WriteTo(file);
    }

    /// <summary>A graph with the files that hold its constants.</summary>
    private static void CopyGraph(string path, string folder)
    {
        File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));

        // Constants of subgraphs, as merged decoders have them, are not listed; their files are called like the graph.
        string source = Path.GetDirectoryName(path)!;
        string[] named = Directory.GetFiles(source, $"{Path.GetFileName(path)}_data*");
        using OnnxFile file = OnnxFile.Open(path);
        var external = new ExternalDataFolder(source);
        IEnumerable<string> listed = OnnxGraphReader.Read(file.Memory).Constants.Values.Select(external.FileOf).OfType<string>();
        foreach (string data in named.Concat(listed).Distinct())
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(source, data));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(data, copy);
        }
    }
}
