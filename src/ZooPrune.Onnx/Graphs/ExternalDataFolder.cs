using System.Globalization;

namespace ZooPrune.Onnx.Graphs;

/// <summary>The files beside a graph that hold its large constants. They are read by range, never whole.</summary>
/// <param name="folder">Full path of the graph's folder; null for a graph that has none, whose constants must all be inside.</param>
internal sealed class ExternalDataFolder(string? folder)
{
    private const int PieceLength = 1 << 22;
    private const int LongestLocation = 1024;

    /// <summary>The values of a constant, wherever they are.</summary>
    /// <exception cref="InvalidDataException">They are not where the graph says.</exception>
    public ReadOnlyMemory<byte> Read(OnnxTensor tensor)
    {
        if (tensor.External is not { } external)
        {
            return tensor.Raw;
        }

        int length = checked((int)Check(tensor));
        byte[] bytes = new byte[length];
        using FileStream file = RegularFile.Open(PathOf(tensor.Name, external));
        file.Seek(external.Offset, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Copies the values of a constant in another file, piece by piece.</summary>
    /// <returns>Number of bytes.</returns>
    /// <exception cref="InvalidDataException">They are not where the graph says.</exception>
    public long CopyTo(OnnxTensor tensor, Stream target)
    {
        long length = Check(tensor);
        using FileStream file = RegularFile.Open(FileOf(tensor)!);
        file.Seek(tensor.External!.Offset, SeekOrigin.Begin);
        byte[] piece = new byte[Math.Clamp(length, 1, PieceLength)];
        for (long left = length; left > 0;)
        {
            Span<byte> next = piece.AsSpan(0, (int)Math.Min(left, piece.Length));
            file.ReadExactly(next);
            target.Write(next);
            left -= next.Length;
        }

        return length;
    }

    /// <summary>Full path of the file that holds the values; null where they are in the graph.</summary>
    /// <exception cref="InvalidDataException">It is not in the graph's folder.</exception>
    public string? FileOf(OnnxTensor tensor) => tensor.External is { } external ? PathOf(tensor.Name, external) : null;

    /// <summary>Makes sure that the values are there, without reading them.</summary>
    /// <returns>Number of bytes.</returns>
    /// <exception cref="InvalidDataException">They are not where the graph says.</exception>
    public long Check(OnnxTensor tensor)
    {
        if (tensor.External is not { } external)
        {
            return tensor.Raw.Length;
        }

        var file = new FileInfo(PathOf(tensor.Name, external));
        FileKind kind = RegularFile.KindOf(file.FullName);
        if (kind != FileKind.Regular)
        {
            throw new InvalidDataException(
                $"constant '{tensor.Name}' is in the file '{external.Location}', which is "
                + (kind == FileKind.Missing ? "missing" : "no regular file or empty"));
        }

        long available = (Target(file) ?? file).Length;
        long length = tensor.ByteLength ?? external.Length ?? 0;
        return external.Offset <= available - length
            ? length
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"constant '{tensor.Name}' is {length:N0} bytes from byte {external.Offset:N0} of '{external.Location}', "
                + $"which has {available:N0}"));
    }

    /// <summary>
    /// Where constants really are that links in the folder lead to, as in the hub's cache: ONNX Runtime takes no file that a link leads out
    /// of the folder to.
    /// </summary>
    /// <returns>The folder to use, and names in it by location; without links the graph's own folder and no names.</returns>
    /// <exception cref="InvalidDataException">The links lead to several folders.</exception>
    public (string? Folder, IReadOnlyDictionary<string, string> Names) FollowLinks(IEnumerable<OnnxTensor> tensors)
    {
        (string Location, FileInfo File, FileInfo? Target)[] files =
        [
            .. tensors.Where(tensor => tensor.External is not null).DistinctBy(tensor => tensor.External!.Location)
                .Select(tensor => (tensor.External!.Location, File: new FileInfo(PathOf(tensor.Name, tensor.External))))
                .Select(found => (found.Location, found.File, Target(found.File))),
        ];
        if (files.All(file => file.Target is null))
        {
            return (folder, new Dictionary<string, string>());
        }

        string[] folders = [.. files.Select(file => (file.Target ?? file.File).DirectoryName!).Distinct()];
        return folders is [var only]
            ? (only, files.ToDictionary(file => file.Location, file => (file.Target ?? file.File).Name))
            : throw new InvalidDataException($"its data files are links into several folders, {string.Join(" and ", folders)}");
    }

    /// <summary>Changes where a model says that its constants in other files are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="move">Where a constant is now, given as it was; called in the order of the file.</param>
    public static void Move(ModelProto model, Func<OnnxTensor, ExternalData> move)
    {
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => tensor.DataLocation == DataLocation.External))
        {
            Place(tensor, move(OnnxGraphReader.ReadTensor(tensor)));
        }
    }

    /// <summary>Has a constant say that its values are in another file; whoever calls it takes out those that were inside.</summary>
    public static void Place(TensorProto tensor, ExternalData external)
    {
        tensor.DataLocation = DataLocation.External;
        tensor.ExternalData.Clear();
        Add("location", external.Location);
        Add("offset", external.Offset.ToString(CultureInfo.InvariantCulture));
        if (external.Length is { } stated)
        {
            Add("length", stated.ToString(CultureInfo.InvariantCulture));
        }

        void Add(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    /// <summary>The file that a path leads to, behind links.</summary>
    public static FileInfo RealFile(string path) => Target(new FileInfo(path)) ?? new FileInfo(path);

    private static FileInfo? Target(FileInfo file) => file.LinkTarget is null ? null : new FileInfo(RegularFile.RealPath(file.FullName));

    private string PathOf(string name, ExternalData external)
    {
        // Checked as text, before anything is opened; a link inside the folder is the user's own.
        string[] parts = external.Location.Split('/', '\\');
        return folder is not null && !Path.IsPathRooted(external.Location) && !parts.Contains("..") && !external.Location.Contains(':')
            && external.Location.Length <= LongestLocation && !external.Location.Any(char.IsControl)
            ? Path.Combine([folder, .. parts])
            : throw new InvalidDataException($"constant '{name}' is in the file '{external.Location}', which is not in the graph's folder");
    }
}
