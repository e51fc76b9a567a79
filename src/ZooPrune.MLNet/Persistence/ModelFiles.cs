using System.Collections.Concurrent;
using System.Security.Cryptography;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>The files that a vision-language model consists of: what they are, and whether they still are what they were.</summary>
internal static class ModelFiles
{
    private static readonly HashSet<string> SmallFiles = new(StringComparer.Ordinal)
    {
        "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "chat_template.json", "chat_template.jinja", "model.safetensors.index.json",
    };

    /// <summary>Measures the files of a model.</summary>
    public static IReadOnlyList<SavedFile> Describe(VisionLanguageModel model) =>
        [.. new SortedSet<string>(model.UsedFiles, StringComparer.Ordinal).Select(path => Measure(path, NameOf(model, path)))];

    /// <summary>Which graphs a model takes depends on what is there: another one than was saved would answer something else.</summary>
    /// <param name="saved">What was saved.</param>
    /// <param name="model">The model that was loaded for it, with its options.</param>
    /// <param name="file">The saved file, for messages.</param>
    /// <exception cref="ZooPruneException">It took another graph.</exception>
    public static void CheckGraphs(SavedModel saved, VisionLanguageModel model, string file)
    {
        string? other = model.UsedFiles.Where(IsGraph).Select(path => NameOf(model, path))
            .FirstOrDefault(name => !saved.Files.Any(known => known.Name == name));
        if (other is not null)
        {
            throw Throw.ModelTookOtherGraph(file, model.Files.Root, other);
        }
    }

    /// <summary>Measures a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="name">What it is called where it is written about.</param>
    public static SavedFile Measure(string path, string name)
    {
        using FileStream stream = RegularFile.Open(path);
        return new SavedFile(name, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    /// <summary>Compares the files of a folder with what was saved.</summary>
    /// <param name="saved">What was saved.</param>
    /// <param name="folder">Where the files should be.</param>
    /// <param name="file">The saved file, for messages.</param>
    /// <exception cref="ZooPruneException">A file is missing or is another one; the message says which.</exception>
    public static void Check(SavedModel saved, string folder, string file)
    {
        if (!Directory.Exists(folder))
        {
            throw Throw.SavedModelFolderMissing(file, folder);
        }

        // A saved file may come from anybody, and a folder that it names may be any: it is told about files of a model and no others.
        ModelFolder.Open(folder);
        if (saved.Files.FirstOrDefault(was => !IsOfAModel(was.Name)) is { } other)
        {
            throw Throw.BrokenSave(file, $"'{Throw.Shorten(other.Name)}' is no file of a model");
        }

        string[] differences = [.. saved.Files.Select(was => Difference(was, Path.Combine(folder, was.Name))).OfType<string>()];
        if (differences.Length > 0)
        {
            throw Throw.ModelFilesDiffer(file, folder, differences);
        }
    }

    private static bool IsOfAModel(string name) => name.Split('/') switch
    {
        [var one] => SmallFiles.Contains(one) || IsGraphOrData(one) || one.EndsWith(".safetensors", StringComparison.Ordinal),
        ["onnx", var one] => IsGraphOrData(one),
        _ => false,
    };

    /// <summary>A graph, or what it keeps beside itself in a file that begins with its name.</summary>
    private static bool IsGraphOrData(string name) => name.Contains(".onnx", StringComparison.Ordinal);

    private static bool IsGraph(string path) => path.EndsWith(".onnx", StringComparison.Ordinal);

    private static string NameOf(VisionLanguageModel model, string path) => Path.GetRelativePath(model.Files.Root, path).Replace('\\', '/');

    private static string? Difference(SavedFile was, string path)
    {
        if (RegularFile.KindOf(path) != FileKind.Regular)
        {
            return Throw.FileGone(was);
        }

        // A length costs nothing to compare.
        long bytes = new FileInfo(RegularFile.RealPath(path)).Length;
        if (bytes != was.Bytes)
        {
            return Throw.FileHasOtherLength(was, bytes);
        }

        SavedFile there = Measure(path, was.Name);
        return there == was ? null : Throw.FileHasOtherContent(was, there.Sha256);
    }
}

/// <summary>The vision-language models that a saved file names, opened, and the folders that they were unpacked to. Not thread-safe
/// until it is filled.</summary>
internal sealed class LoadedModels : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> AllUnpacked = new(StringComparer.Ordinal);

    private readonly List<VisionLanguageModel> _opened = [];
    private readonly List<string> _unpacked = [];
    private bool _isDisposed;

    public IReadOnlyList<VisionLanguageModel> Opened => _opened;

    /// <summary>Whether the files of a model go away together with a loaded chain, so that nothing that lasts longer may refer to
    /// them.</summary>
    public static bool WillGoAway(VisionLanguageModel model) => AllUnpacked.ContainsKey(model.Files.Root);

    /// <summary>Makes a folder that is deleted when this is disposed.</summary>
    public string NewFolder()
    {
        string folder = Directory.CreateTempSubdirectory("zooprune-").FullName;
        _unpacked.Add(folder);
        AllUnpacked[folder] = true;
        return folder;
    }

    /// <summary>Takes a model over.</summary>
    public void Add(VisionLanguageModel model) => _opened.Add(model);

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _opened.ForEach(model => model.Dispose());
        foreach (string folder in _unpacked)
        {
            AllUnpacked.TryRemove(folder, out _);
            Directory.Delete(folder, recursive: true);
        }
    }
}
