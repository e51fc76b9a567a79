using System.Security.Cryptography;
using System.Text;

namespace ZooPrune.Onnx.Models;

/// <summary>Tells the models apart that made kept tokens.</summary>
internal static class ModelFingerprint
{
    private const int HexDigits = 32;

    /// <summary>Configuration, image processor, and name and size of the graphs that make kept tokens: not their weights, which would
    /// have to be read.</summary>
    /// <exception cref="ZooPruneException">A file cannot be read.</exception>
    public static string Of(ModelFolder files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in (string[])[files.Configuration, files.Preprocessor])
        {
            hash.AppendData(SHA256.HashData(RegularFile.ReadAll(path, JsonFile.MaxLength)));
        }

        foreach (string graph in new[] { files.VisionEncoder, files.Projector }.OfType<string>())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Path.GetFileName(graph)} {new FileInfo(graph).Length};")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HexDigits];
    }

    /// <summary>SHA-256 over the names and bytes of files, in hexadecimal.</summary>
    /// <param name="root">The folder that names are relative to.</param>
    /// <param name="files">The files.</param>
    /// <param name="cancellation">Looked at before each file.</param>
    public static string OfFiles(string root, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(root, file).Replace('\\', '/')}\n"));
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
