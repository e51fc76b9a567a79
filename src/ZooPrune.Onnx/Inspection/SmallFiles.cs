using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Inspection;

/// <summary>The files of a model folder that are no graphs.</summary>
internal static class SmallFiles
{
    private const string Weights = "model.safetensors";
    private const string WeightIndex = "model.safetensors.index.json";

    private static readonly string[] ChatTemplates = ["chat_template.jinja", "chat_template.json", "tokenizer_config.json"];

    /// <summary>Lists the files that loading looks at, and notes those that are missing.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="needsWeights">Whether the family takes an embedding out of the checkpoint.</param>
    /// <param name="findings">Takes what is missing.</param>
    public static IReadOnlyList<FolderFile> List(string root, bool needsWeights, Findings findings)
    {
        string preprocessor = Path.GetFileName(Preprocessor(root));
        List<FolderFile> files =
        [
            Required("config.json", "says what kind of model this is"),
            Required(preprocessor, "says how pictures are prepared"),
            Required("tokenizer.json", "turns text into tokens"),
            Optional("generation_config.json"),
        ];
        if (ChatTemplate(root) is { } template)
        {
            files.Add(template);
        }

        if (needsWeights)
        {
            files.Add(File.Exists(Path.Combine(root, WeightIndex))
                ? Required(WeightIndex, "names the file with the image_newline embedding")
                : Required(Weights, "holds the image_newline embedding, which ends each row of a picture"));
        }

        return files;

        FolderFile Required(string name, string purpose)
        {
            FolderFile file = new(name, true, Size(Path.Combine(root, name)));
            if (file.Bytes is null && name == "tokenizer.json" && OtherLayout.SlowTokenizerIn(root) is { } slow)
            {
                findings.Add(Throw.TokenizerSlow(root, slow).Message);
            }
            else if (file.Bytes is null)
            {
                findings.FileMissing(name, purpose);
            }

            return file;
        }

        FolderFile Optional(string name) => new(name, false, Size(Path.Combine(root, name)));
    }

    /// <summary>The size of a file; null where there is none.</summary>
    public static long? Size(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? null
            : file.LinkTarget is not null && new FileInfo(RegularFile.RealPath(path)) is { Exists: true } target ? target.Length
            : file.Length;
    }

    private static string Preprocessor(string root)
    {
        try
        {
            return PreprocessorLoader.FileIn(root);
        }
        catch (ZooPruneException)
        {
            return Path.Combine(root, "processor_config.json");
        }
    }

    private static FolderFile? ChatTemplate(string root) => ChatTemplates
        .Select(name => new FolderFile(name, false, Size(Path.Combine(root, name))))
        .FirstOrDefault(file => file.Bytes is not null);
}
