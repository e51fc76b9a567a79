using System.Text.Json;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// Reads single tensors of a model's checkpoint: what no graph of its export holds, such as LLaVA-NeXT's image_newline. The checkpoint
/// is model.safetensors, or the shards that model.safetensors.index.json lists.
/// </summary>
internal static class ModelWeights
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    /// <summary>The first tensor of these names, row-major. Nothing else of the checkpoint is read but headers.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="names">What the tensor may be called, the best name first.</param>
    /// <returns>The values; null where the folder has no checkpoint, or the checkpoint no such tensor.</returns>
    /// <exception cref="ZooPruneException">A file is missing, broken or outside the folder, or the tensor cannot be used.</exception>
    public static float[]? Find(string folder, IReadOnlyList<string> names)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string single = Path.Combine(root, Single);
        if (File.Exists(single))
        {
            using SafetensorsFile file = Open(root, single);
            return names.FirstOrDefault(file.Has) is string name ? file.Read(name) : null;
        }

        string index = Path.Combine(root, Index);
        if (!File.Exists(index) || FindShard(root, index, names) is not (string path, string tensor))
        {
            return null;
        }

        using SafetensorsFile weights = Open(root, path);
        return weights.Has(tensor) ? weights.Read(tensor) : throw Throw.ShardLacksTensor(path, tensor, Index);
    }

    /// <summary>The files that <see cref="Find"/> reads, as full paths; none where the folder has no checkpoint.</summary>
    public static IReadOnlyList<string> FilesOf(string folder, IReadOnlyList<string> names)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string single = Path.Combine(root, Single);
        string index = Path.Combine(root, Index);
        return File.Exists(single) ? [single]
            : !File.Exists(index) ? []
            : FindShard(root, index, names) is (string path, _) ? [index, path] : [index];
    }

    /// <summary>The shard that has the first tensor of these names; null where the index lists none of them.</summary>
    private static (string Path, string Tensor)? FindShard(string root, string index, IReadOnlyList<string> names)
    {
        using JsonFile file = JsonFile.Open(index, JsonFile.MaxIndexLength);
        JsonSection map = file.Root.Section("weight_map");
        if (map.Kind != JsonValueKind.Object)
        {
            throw file.Root.Wrong("weight_map", map.Element.GetRawText(), "an object that names each tensor's file");
        }

        if (names.FirstOrDefault(map.Has) is not string name)
        {
            return null;
        }

        string shard = map.RequiredText(name);
        if (!IsFileName(shard))
        {
            throw Throw.ShardName(index, name, shard);
        }

        string path = Path.Combine(root, shard);
        if (!File.Exists(path))
        {
            throw Throw.ShardMissing(index, name, shard);
        }

        return (path, name);
    }

    /// <summary>A name and no path, on every system: an index that works only on one is as wrong as one that leads elsewhere.</summary>
    private static bool IsFileName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal)
        && name.AsSpan().IndexOfAny(['/', '\\', ':']) < 0
        && !name.Any(char.IsControl);

    private static SafetensorsFile Open(string root, string path)
    {
        string? target;
        try
        {
            target = new FileInfo(path).LinkTarget is null ? null : RegularFile.RealPath(path);
            root = target is null ? root : RegularFile.RealPath(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Throw.WeightsUnreadable(path, exception);
        }

        return target is null || IsInside(root, target) || IsInsideCache(root, target)
            ? SafetensorsFile.Open(path)
            : throw Throw.WeightsOutside(path, target);
    }

    /// <summary>The hub's cache keeps MODEL/snapshots/REVISION with links to MODEL/blobs; these may be followed.</summary>
    private static bool IsInsideCache(string root, string target) =>
        Path.GetFileName(Path.GetDirectoryName(root)) == "snapshots"
        && IsInside(Path.GetFullPath(Path.Combine(root, "..", "..", "blobs")), target);

    private static bool IsInside(string folder, string target) =>
        Path.GetFullPath(target).StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
