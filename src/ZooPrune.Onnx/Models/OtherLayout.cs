using System.Text;

namespace ZooPrune.Onnx.Models;

/// <summary>A layout of model folders that is not read here, recognised by the names of its files.</summary>
/// <param name="Name">What it is called, with the file that gave it away.</param>
/// <param name="Remedy">What to do instead.</param>
internal sealed record OtherLayout(string Name, string Remedy)
{
    private const string Take =
        "take the model's folder in the layout of transformers.js (onnx-community on the Hugging Face hub has many), or export it with "
        + "docs/export-model.py";

    private const int PointerLength = 1024;

    /// <summary>The layout of a folder that lacks graphs; null where it has no name here.</summary>
    /// <param name="root">The folder.</param>
    public static OtherLayout? Of(string root)
    {
        string? Find(params ReadOnlySpan<string> patterns)
        {
            foreach (string folder in (string[])[root, Path.Combine(root, "onnx")])
            {
                foreach (string pattern in patterns)
                {
                    if (Directory.Exists(folder)
                        && Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault() is { } file)
                    {
                        return Path.GetRelativePath(root, file).Replace('\\', '/');
                    }
                }
            }

            return null;
        }

        return Find("genai_config.json") is { } genai
                ? new($"ONNX Runtime GenAI ({genai})", $"run it with Microsoft.ML.OnnxRuntimeGenAI, or {Take}")
            : Find("openvino_*.xml") is { } openVino ? new($"OpenVINO ({openVino})", Take)
            : Find("*.gguf") is { } gguf ? new($"llama.cpp ({gguf})", Take)
            : Snapshot(root) is { } snapshot
                ? new($"the hub's cache ({Path.GetFileName(root)})", $"name the folder of one revision in it, '{snapshot}'")
            : Find("encoder_model*.onnx") is { } encoder && Find("decoder_model_merged*.onnx") is not null
                ? new($"transformers.js for a model with an encoder for text too ({encoder})", $"such models are not pruned here; {Take}")
            : Find("encoder_model*.onnx", "decoder_model.onnx", "decoder_with_past_model*.onnx") is { } optimum
                ? new($"optimum ({optimum})", Take)
            : Find("model.onnx", "model_*.onnx") is { } single ? new($"optimum or transformers.js for a model of one graph "
                + $"({single})", Take)
            : Find("*.onnx") is null && Find("*.safetensors", "pytorch_model*.bin") is { } weights
                ? new($"a transformers checkpoint without graphs ({weights})", Take)
            : null;
    }

    /// <summary>The file of a tokenizer that is there in place of tokenizer.json; null for none.</summary>
    public static string? SlowTokenizerIn(string root) =>
        Array.Find((string[])["tokenizer.model", "vocab.json"], name => File.Exists(Path.Combine(root, name)));

    /// <summary>Whether a text looks like a model's name on the hub, owner/name, and names no folder's parent that is there.</summary>
    public static bool IsHubName(string text) =>
        text.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name]
        && !owner.StartsWith('.') && !owner.Contains(':') && !name.Contains('\\')
        && !Directory.Exists(owner);

    /// <summary>Whether a file is what Git LFS leaves where it did not fetch the file itself.</summary>
    public static bool IsPointer(string path)
    {
        // A pipe has the length 0, and opening it waits for a writer.
        if (new FileInfo(RegularFile.RealPath(path)) is not { Exists: true, Length: > 0 and < PointerLength })
        {
            return false;
        }

        byte[] start = new byte[PointerLength];
        using FileStream file = File.OpenRead(path);
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return Encoding.ASCII.GetString(start, 0, length).StartsWith("version https://git-lfs", StringComparison.Ordinal);
    }

    /// <summary>A revision in models--owner--name of the hub's cache, from the folder on; null where it is no such folder.</summary>
    private static string? Snapshot(string root)
    {
        string snapshots = Path.Combine(root, "snapshots");
        return Directory.Exists(Path.Combine(root, "blobs")) && Directory.Exists(snapshots)
            && Directory.EnumerateDirectories(snapshots).Order(StringComparer.Ordinal).FirstOrDefault() is { } first
            ? first
            : null;
    }
}
