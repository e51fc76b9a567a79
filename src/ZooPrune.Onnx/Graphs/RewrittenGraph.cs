using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace ZooPrune.Onnx.Graphs;

/// <summary>A graph that ZooPrune made out of a file, as ONNX Runtime takes it.</summary>
/// <param name="Model">ONNX bytes; large constants may be in files of the folder.</param>
/// <param name="Folder">Full path of the folder to which locations of constants in other files are relative.</param>
/// <remarks>
/// Weights inside the file, where there are many, are not copied: the new graph says that they are in another file, namely in the
/// original one, at the byte where they are. ONNX Runtime maps them from there, as it does with data files, and needs no alignment.
/// So the graph's own file is now what data files have always been: replacing it by another of the same name, as downloads do, changes
/// nothing for a loaded model; to write into it or to shorten it while a model is loading or loaded is not allowed, and ends the process
/// at worst (Windows prevents it).
/// </remarks>
internal sealed record RewrittenGraph(byte[] Model, string Folder)
{
    /// <summary>Bytes of weights in a file from which on they stay there. Fewer are copied faster than a file is opened again.</summary>
    public const long InPlaceFrom = 16 << 20;

    // Shapes, axes and scales stay in the graph, where ONNX Runtime looks at them before it loads weights.
    private const int LeastConstant = 1024;

    /// <param name="model">The new graph; constants that it took over are views of the file. Is changed.</param>
    /// <param name="path">Full path of the original file.</param>
    /// <param name="file">The original file.</param>
    /// <param name="inPlaceFrom">Weights inside the file stay there where they have so many bytes in all.</param>
    /// <exception cref="InvalidDataException">Files of constants are not in the graph's folder, or links lead to several folders.</exception>
    public static RewrittenGraph Write(ModelProto model, string path, ReadOnlyMemory<byte> file, long inPlaceFrom)
    {
        var files = new ExternalDataFolder(Path.GetDirectoryName(path));
        OnnxTensor[] outside =
        [
            .. model.Graph.Initializer.Where(tensor => tensor.DataLocation == DataLocation.External).Select(OnnxGraphReader.ReadTensor),
        ];
        (string? folder, IReadOnlyDictionary<string, string> links) = files.FollowLinks(outside);
        if (links.Count > 0)
        {
            ExternalDataFolder.Move(model, tensor => tensor.External! with { Location = links[tensor.External.Location] });
        }

        // There is one folder for all: where data files are elsewhere, what is inside the file has to be copied.
        FileInfo real = ExternalDataFolder.RealFile(path);
        if (outside.Length == 0 || folder == real.DirectoryName)
        {
            (TensorProto Tensor, long Offset)[] inside =
                [.. model.Graph.Initializer.Select(tensor => (tensor, OffsetIn(file, tensor))).Where(found => found.Item2 >= 0)];
            if (inside.Sum(found => (long)found.Tensor.RawData.Length) >= inPlaceFrom)
            {
                folder = real.DirectoryName;
                foreach ((TensorProto tensor, long offset) in inside)
                {
                    ExternalDataFolder.Place(tensor, new ExternalData(real.Name, offset, tensor.RawData.Length));
                    tensor.ClearRawData();
                }
            }
        }

        return new RewrittenGraph(model.ToByteArray(), folder!);
    }

    /// <summary>The byte of the file at which the values are; -1 where they are not in it, are listed one by one, or are few.</summary>
    private static long OffsetIn(ReadOnlyMemory<byte> file, TensorProto tensor)
    {
        if (tensor.DataLocation == DataLocation.External || !tensor.HasRawData || tensor.RawData.Length < LeastConstant)
        {
            return -1;
        }

        // Views of the file, so the distance of the two addresses is the place in the file.
        ref byte start = ref MemoryMarshal.GetReference(file.Span);
        ref byte values = ref MemoryMarshal.GetReference(tensor.RawData.Span);
        long offset = Unsafe.ByteOffset(ref start, ref values);
        return offset >= 0 && offset <= file.Length - tensor.RawData.Length ? offset : -1;
    }
}
