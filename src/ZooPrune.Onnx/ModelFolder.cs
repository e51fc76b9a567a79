namespace ZooPrune.Onnx;

/// <summary>Where the files of a model are: a folder in the layout of the Hugging Face hub. Immutable.</summary>
public sealed class ModelFolder
{
    private ModelFolder(string root) => Root = root;

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    /// <summary>pixel_values to visual tokens: the full path of onnx/vision_encoder.onnx.</summary>
    public string VisionEncoder => Path.Combine(Root, "onnx", "vision_encoder.onnx");

    /// <summary>Visual tokens to projected visual tokens: the full path of onnx/projector.onnx.</summary>
    public string Projector => Path.Combine(Root, "onnx", "projector.onnx");

    /// <summary>Token ids to embeddings: the full path of onnx/embed_tokens.onnx.</summary>
    public string EmbedTokens => Path.Combine(Root, "onnx", "embed_tokens.onnx");

    /// <summary>Embeddings and KV cache to logits: the full path of onnx/decoder_model_merged.onnx.</summary>
    public string Decoder => Path.Combine(Root, "onnx", "decoder_model_merged.onnx");

    internal string Configuration => Path.Combine(Root, "config.json");

    internal string Preprocessor => Path.Combine(Root, "preprocessor_config.json");

    internal string Tokenizer => Path.Combine(Root, "tokenizer.json");

    internal string Generation => Path.Combine(Root, "generation_config.json");

    /// <summary>Every file that a model must have, as full paths.</summary>
    internal IReadOnlyList<string> Required =>
    [
        Configuration, Preprocessor, Tokenizer, Generation, VisionEncoder, Projector, EmbedTokens, Decoder,
    ];

    /// <summary>Finds the folder and every file in it.</summary>
    /// <param name="folder">Path of the folder; relative paths start at the current directory.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The folder or one of its files is missing.</exception>
    internal static ModelFolder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var files = new ModelFolder(Path.GetFullPath(folder));
        if (!Directory.Exists(files.Root))
        {
            throw Throw.ModelFolderMissing(files.Root);
        }

        foreach (string file in files.Required)
        {
            if (!File.Exists(file))
            {
                throw Throw.ModelFileMissing(files.Root, Path.GetRelativePath(files.Root, file).Replace('\\', '/'));
            }
        }

        return files;
    }
}
