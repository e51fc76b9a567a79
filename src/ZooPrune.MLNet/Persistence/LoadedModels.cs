using System.Collections.Concurrent;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

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
