using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx;

/// <summary>Where the files of a model are: a folder in the layout of the Hugging Face hub. Immutable.</summary>
public sealed class ModelFolder
{
    private const string EncoderName = "vision_encoder";
    private const string EmbeddingName = "embed_tokens";
    private const string TokenizerName = "tokenizer.json";
    private const string DecoderName = "decoder_model_merged";

    private ModelFolder(string root, GraphFiles graphs, ModelPrecision precision)
    {
        Root = root;
        Graphs = graphs;
        VisionEncoder = graphs.Choose(EncoderName, precision) ?? Expected(EncoderName);
        EmbedTokens = graphs.Choose(EmbeddingName, precision) ?? Expected(EmbeddingName);
        Decoder = graphs.Choose(DecoderName, precision) ?? Expected(DecoderName);
        Projector = Existing(graphs.Folder, "projector.onnx");
        Preprocessor = PreprocessorLoader.FileIn(root);
        Generation = Existing(root, "generation_config.json");

        string Expected(string graph) => Path.Combine(graphs.Folder, $"{graph}.onnx");
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    /// <summary>pixel_values to visual tokens, or to projected visual tokens where <see cref="Projector"/> is null: the full path of
    /// onnx/vision_encoder.onnx, or of the file of the chosen precision.</summary>
    public string VisionEncoder { get; }

    /// <summary>
    /// Visual tokens to projected visual tokens: the full path of onnx/projector.onnx; null where there is none, because the vision
    /// encoder's graph ends after the projector, as on the hub.
    /// </summary>
    public string? Projector { get; }

    /// <summary>Token ids to embeddings: the full path of onnx/embed_tokens.onnx, or of the file of the chosen precision.</summary>
    public string EmbedTokens { get; }

    /// <summary>Embeddings and KV cache to logits: the full path of onnx/decoder_model_merged.onnx, or of the file of the chosen
    /// precision.</summary>
    public string Decoder { get; }

    internal string Configuration => Path.Combine(Root, "config.json");

    /// <summary>preprocessor_config.json, or processor_config.json where that describes the image processor.</summary>
    internal string Preprocessor { get; }

    internal string Tokenizer => Path.Combine(Root, TokenizerName);

    /// <summary>generation_config.json; null where there is none.</summary>
    internal string? Generation { get; }

    /// <summary>The ONNX files in all precisions.</summary>
    internal GraphFiles Graphs { get; }

    private bool LacksGraphs => !File.Exists(VisionEncoder) || !File.Exists(EmbedTokens) || !File.Exists(Decoder);

    /// <summary>Every file that the model needs and that is chosen, as full paths.</summary>
    internal IReadOnlyList<string> Required => [Configuration, Preprocessor, Tokenizer, VisionEncoder, EmbedTokens, Decoder];

    /// <summary>Finds the folder and every file in it.</summary>
    /// <param name="folder">Path of the folder; relative paths start at the current directory.</param>
    /// <param name="precision">Which of the graphs to take.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The folder or some of its files are missing.</exception>
    public static ModelFolder Open(string folder, ModelPrecision precision = ModelPrecision.Auto)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw File.Exists(root) ? Throw.ModelFolderIsFile(root)
                : OtherLayout.IsHubName(folder) ? Throw.ModelIsHubName(folder)
                : Throw.ModelFolderMissing(root);
        }

        // A folder of exports of one's own may have no folder for the graphs.
        var inside = new GraphFiles(Path.Combine(root, "onnx"));
        var files = new ModelFolder(root, Directory.Exists(inside.Folder) ? inside : new GraphFiles(root), precision);
        files.CheckPrecision(precision);
        string[] missing = [.. files.Required.Where(file => !File.Exists(file)).Select(files.Relative)];
        if (missing.Length > 0)
        {
            throw files.LacksGraphs && OtherLayout.Of(root) is { } layout
                ? Throw.ModelLayout(root, layout)
                : missing is [TokenizerName] && OtherLayout.SlowTokenizerIn(root) is { } slow ? Throw.TokenizerSlow(root, slow)
                : Throw.ModelFilesMissing(root, missing);
        }

        return files.Required.FirstOrDefault(OtherLayout.IsPointer) is { } pointer ? throw Throw.FileIsPointer(pointer) : files;
    }

    /// <summary>A path as messages name it: from the folder on, with slashes.</summary>
    internal string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static string? Existing(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? path : null;
    }

    /// <summary>One graph may lack the precision that is asked for, all of them may not.</summary>
    private void CheckPrecision(ModelPrecision precision)
    {
        (string Graph, IReadOnlyList<ModelPrecision> Precisions)[] there =
            [.. new[] { EncoderName, EmbeddingName, DecoderName }.Select(graph => (graph, Graphs.PrecisionsOf(graph)))];
        if (precision == ModelPrecision.Auto || there.All(graph => graph.Precisions.Count == 0))
        {
            return;
        }

        bool isNowhere = !there.Any(graph => graph.Precisions.Contains(precision));
        if (isNowhere || there.Any(graph => graph.Precisions.Count > 0 && Graphs.Choose(graph.Graph, precision) is null))
        {
            throw Throw.PrecisionMissing(Root, precision, there);
        }
    }
}
