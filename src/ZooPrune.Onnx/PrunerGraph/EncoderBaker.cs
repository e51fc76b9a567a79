using Google.Protobuf.Collections;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>
/// Puts a pruner behind a vision encoder, in one graph from pixel_values to image_features, of the kept tokens alone, and kept_indices.
/// Whatever was there of a projector is replaced by the one that the engine runs, in float32.
/// </summary>
internal sealed class EncoderBaker : IDisposable
{
    private const string ImageFeatures = "image_features";

    private readonly ModelFolder _files;
    private readonly PruningOptions _options;
    private readonly VisionEncoder _vision;
    private readonly IProjector _projector;
    private readonly VisualTokenPruner _pruner;
    private readonly byte[] _encoder;
    private readonly OnnxGraph _graph;
    private readonly OnnxValue _tokens;
    private readonly OnnxGraphBuilder.Element _type;

    /// <param name="files">The model.</param>
    /// <param name="options">What to keep.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="NotSupportedException">The selection has no graph.</exception>
    /// <exception cref="ZooPruneException">The model cannot be baked.</exception>
    public EncoderBaker(ModelFolder files, PruningOptions options)
    {
        if (!PrunerNodes.CanWrite(options))
        {
            throw Throw.GraphSelection(options);
        }

        (_files, _options) = (files, options);
        IImagePreprocessor preprocessor = PreprocessorLoader.Load(files.Preprocessor);
        if (preprocessor is TiledImagePreprocessor)
        {
            throw Throw.BakeTiles(files.Root);
        }

        SplitVisionEncoder? split = files.Projector is null ? VisionEncoderSplitter.Split(files.VisionEncoder) : null;
        (_encoder, Folder) = split is null ? Whole(files.VisionEncoder) : (split.Encoder, split.Folder);
        _graph = OnnxGraphReader.Read(_encoder);
        _vision = VisionEncoder.Open(
            GraphSession.OpenPart(files.VisionEncoder, _encoder, 0, Folder),
            split?.Projector.InputWidth,
            preprocessor.TileSize?.Height);
        try
        {
            _tokens = _graph.Outputs[0];
            _type = split is null ? OnnxGraphBuilder.Element.Float : OutputType(files.VisionEncoder);
            _projector = files.Projector is { } path
                ? ProjectorLoader.Load(path, threads: 0, _vision.Width, () => CalibrationImage.Tokens(_vision, preprocessor))
                : ProjectorLoader.Load(
                    split!.Projector, files.VisionEncoder, threads: 0, () => CalibrationImage.Tokens(_vision, preprocessor));
            _pruner = new VisualTokenPruner(_projector, options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes the folder of <see cref="BakedModel"/>.</summary>
    /// <inheritdoc cref="BakedModel.Write" path="/exception"/>
    public static BakedModel Write(ModelFolder files, string outFolder, PruningOptions options)
    {
        BakedModel? baked = null;
        ModelSplitter.WriteFolder(files, outFolder, "baked", null, () =>
        {
            using var baker = new EncoderBaker(files, options);
            ModelProto model = baker.Write();
            baked = baker.Describe(Path.TrimEndingDirectorySeparator(Path.GetFullPath(outFolder)));
            string source = baker.Folder;
            return graphs => ModelSplitter.WriteEncoder(model, source, graphs);
        });
        return baked!;
    }

    /// <summary>Full path of the folder to which locations of constants in other files are relative.</summary>
    private string Folder { get; }

    /// <summary>N; null where it depends on the picture.</summary>
    private int? TokenCount => _vision.TakesPatches ? null : _vision.TokenCount;

    /// <summary>H.</summary>
    private int OutputWidth => _projector.OutputWidth;

    /// <summary>The new graph; its large constants may be in files of <see cref="Folder"/>.</summary>
    /// <exception cref="ZooPruneException">The graph's operator set is too old.</exception>
    private ModelProto Write()
    {
        var nodes = ProjectorNodes.Of(_projector);
        if (_graph.OperatorSet < PrunerNodes.LeastOperatorSet)
        {
            throw Throw.BakeOperatorSet(_files.VisionEncoder, _graph.OperatorSet, $"{PrunerNodes.LeastOperatorSet} or later");
        }

        if (nodes.OperatorSet is { } needed && needed != _graph.OperatorSet)
        {
            throw Throw.BakeOperatorSet(_files.VisionEncoder, _graph.OperatorSet, $"{needed}, as the projector has");
        }

        ModelProto model = _graph.Model.Clone();
        HashSet<string> names = Names(model.Graph);
        string tokens = MakeRoom(model.Graph, names, PrunerGraphWriter.KeptIndices, _tokens.Name);
        tokens = MakeRoom(model.Graph, names, ImageFeatures, tokens);

        string prefix = "zooprune.";
        while (names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            prefix = $"{prefix}.";
        }

        var graph = new OnnxGraphBuilder("pruner", _graph.OperatorSet, prefix);
        var pruner = new PrunerNodes(graph, nodes, _options);
        PrunerOutputs outputs = TokenCount is { } count ? pruner.Rows(tokens, count) : pruner.Image(tokens);
        string[] dimensions = TokenCount is { } known
            ? [Batch(), $"{_options.Keep.Resolve(known)}"]
            : ["kept"];
        graph.Node("Cast", "", [outputs.KeptTokens], ImageFeatures, ("to", (int)_type));
        graph.Node("Identity", "", [outputs.KeptIndices], PrunerGraphWriter.KeptIndices);
        graph.Output(ImageFeatures, _type, [.. dimensions, $"{OutputWidth}"]);
        graph.Output(PrunerGraphWriter.KeptIndices, OnnxGraphBuilder.Element.Int64, dimensions);

        // Version 4 of the format lets constants be no inputs.
        model.IrVersion = Math.Max(model.IrVersion, 4);
        model.Graph.Node.Add(graph.Graph.Node);
        model.Graph.Initializer.Add(graph.Graph.Initializer);
        model.Graph.Output.Clear();
        model.Graph.Output.Add(graph.Graph.Output);
        if (graph.Graph.Node.Any(node => node.Domain == OnnxGraphBuilder.MicrosoftDomain)
            && model.OpsetImport.All(set => set.Domain != OnnxGraphBuilder.MicrosoftDomain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = OnnxGraphBuilder.MicrosoftDomain, Version = 1 });
        }

        return model;
    }

    private BakedModel Describe(string folder)
    {
        int? kept = TokenCount is { } count ? _options.Keep.Resolve(count) : null;
        return new BakedModel
        {
            Folder = folder,
            TokenCount = TokenCount,
            KeptTokenCount = kept,
            Width = OutputWidth,
            Sensitivity = _pruner.SensitivityMethodUsed,
            Note = _pruner.NoteOn(TokenCount is { } all ? [all] : []),
        };
    }

    public void Dispose()
    {
        _vision.Dispose();
        (_projector as IDisposable)?.Dispose();
    }

    private string Batch() => _tokens.Dimensions is [{ Length: > 0 } batch, ..] ? batch : "images";

    /// <summary>An encoder that ends before the projector already.</summary>
    private static (byte[] Model, string Folder) Whole(string path)
    {
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            RewrittenGraph graph = RewrittenGraph.Write(OnnxModelReader.Read(file.Memory), path, file.Memory, long.MaxValue);
            return (graph.Model, graph.Folder);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Throw.GraphUnreadable(path, exception);
        }
    }

    /// <summary>What a program that ran the whole encoder got.</summary>
    private static OnnxGraphBuilder.Element OutputType(string path)
    {
        using OnnxFile file = OnnxFile.Open(path);
        IReadOnlyList<OnnxValue> outputs = OnnxGraphReader.Read(file.Memory).Outputs;
        OnnxValue output = outputs.FirstOrDefault(value => value.Name == ImageFeatures) ?? outputs[0];
        return output.ElementType == OnnxTensor.Float16 ? OnnxGraphBuilder.Element.Float16 : OnnxGraphBuilder.Element.Float;
    }

    private static HashSet<string> Names(GraphProto graph) =>
    [
        .. graph.Input.Select(input => input.Name),
        .. graph.Initializer.Select(tensor => tensor.Name),
        .. graph.Node.SelectMany(node => node.Output),
    ];

    /// <summary>Gives a value that has the name of an output to be another one; returns what a value is called afterwards.</summary>
    private static string MakeRoom(GraphProto graph, HashSet<string> names, string wanted, string value)
    {
        if (!names.Contains(wanted))
        {
            return value;
        }

        string other = wanted;
        while (!names.Add(other))
        {
            other += "_all";
        }

        foreach (NodeProto node in graph.Node)
        {
            Rename(node.Input);
            Rename(node.Output);
        }

        return value == wanted ? other : value;

        void Rename(RepeatedField<string> values)
        {
            for (int i = 0; i < values.Count; i++)
            {
                values[i] = values[i] == wanted ? other : values[i];
            }
        }
    }
}
