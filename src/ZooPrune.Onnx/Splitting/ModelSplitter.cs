using Google.Protobuf;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>
/// Writes a model folder whose vision encoder ends before the projector, so that nothing has to be cut at load and other programs can use
/// both parts.
/// </summary>
internal static class ModelSplitter
{
    // Protobuf ends at 2 GB; shapes and scales stay inside, where ONNX Runtime looks at them first.
    private const long MostInside = 1_900_000_000;
    private const int LeastOutside = 1024;

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
    /// <param name="newlineEmbedding">
    /// Name and values of the one tensor that the model needs from model.safetensors; null where it needs none.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="outFolder"/> is empty or white space.</exception>
    /// <exception cref="ZooPruneException">The model is split already or cannot be split, or the folder cannot be written.</exception>
    public static void Write(ModelFolder files, string outFolder, (string Name, float[] Values)? newlineEmbedding = null)
    {
        if (files.Projector is { } there)
        {
            throw Throw.SplitAlready(files.Root, files.Relative(there));
        }

        WriteFolder(files, outFolder, "split", newlineEmbedding, () =>
        {
            SplitVisionEncoder split = VisionEncoderSplitter.Split(files.VisionEncoder);
            return graphs =>
            {
                WriteEncoder(OnnxModelReader.Read(split.Encoder), split.Folder, graphs);
                File.WriteAllBytes(Path.Combine(graphs, "projector.onnx"), Projector(split.Projector));
            };
        });
    }

    /// <summary>Copies what a model needs besides its vision encoder. The folder appears whole or not at all.</summary>
    /// <param name="files">The model.</param>
    /// <param name="outFolder">Path of a folder that is not there yet, or is empty.</param>
    /// <param name="kind">What messages call the new model.</param>
    /// <param name="newlineEmbedding">As for <see cref="Write"/>.</param>
    /// <param name="prepare">Does what may fail before anything is written; what it returns writes into the folder of the graphs.</param>
    /// <exception cref="ArgumentException"><paramref name="outFolder"/> is empty or white space.</exception>
    /// <exception cref="ZooPruneException">The folder is taken or cannot be written.</exception>
    internal static void WriteFolder(
        ModelFolder files, string outFolder, string kind, (string Name, float[] Values)? newlineEmbedding, Func<Action<string>> prepare)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outFolder);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outFolder));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw Throw.WriteTargetTaken(target, kind);
        }

        Action<string> write = prepare();
        string partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            string graphs = Directory.CreateDirectory(Path.Combine(partial, "onnx")).FullName;
            write(graphs);
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
            throw Throw.ModelNotWritten(target, kind, exception);
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

    /// <summary>
    /// Writes onnx/vision_encoder.onnx; of constants in other files only those that it uses, in one file, in the order of the graph. Where
    /// what is inside would not leave room in the 2 GB of the format, the large constants go there, too.
    /// </summary>
    /// <param name="model">The encoder. Is changed.</param>
    /// <param name="source">Full path of the folder to which locations of constants in other files are relative.</param>
    /// <param name="folder">Full path of the folder of the graphs.</param>
    /// <param name="mostInside">Bytes of constants that may be inside.</param>
    internal static void WriteEncoder(ModelProto model, string source, string folder, long mostInside = MostInside)
    {
        const string Name = "vision_encoder.onnx";
        bool isTooLarge = model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) > mostInside;
        if (isTooLarge || model.Graph.Initializer.Any(tensor => tensor.DataLocation == DataLocation.External))
        {
            var files = new ExternalDataFolder(source);
            using FileStream data = File.Create(Path.Combine(folder, $"{Name}_data"));
            ExternalDataFolder.Move(model, tensor =>
            {
                long offset = data.Position;
                return Placed(offset, files.CopyTo(tensor, data));
            });
            foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => isTooLarge && tensor.RawData.Length >= LeastOutside))
            {
                long offset = data.Position;
                data.Write(tensor.RawData.Span);
                ExternalDataFolder.Place(tensor, Placed(offset, tensor.RawData.Length));
                tensor.ClearRawData();
            }

            // The next one starts where vector instructions like it.
            ExternalData Placed(long offset, long length)
            {
                data.Position += -data.Position & 63;
                return new ExternalData($"{Name}_data", offset, length);
            }
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
