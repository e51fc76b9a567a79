using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ZooPrune.Tests;

/// <summary>Changes of a saved chain: of the file's bytes, of its description, and of what ML.NET saved, whose length and hash are then made to
/// fit, so that ML.NET sees it.</summary>
internal static class ZipMutation
{
    private const string Description = "zooprune.json";

    public static byte[] Apply(byte[] zip, Random random)
    {
        if (random.Next(4) == 0)
        {
            return ByteMutation.Apply(zip, random);
        }

        Dictionary<string, byte[]> entries = Read(zip);
        string[] parts = [.. entries.Keys.Where(name => name.StartsWith("parts/", StringComparison.Ordinal))];
        if (parts.Length == 0 || random.Next(2) == 0)
        {
            entries[Description] = random.Next(5) == 0
                ? ByteMutation.Apply(entries[Description], random)
                : JsonMutation.Apply(entries[Description], random);
            return Write(entries, CompressionLevel.NoCompression);
        }

        string part = parts[random.Next(parts.Length)];
        int changed = random.Next(Read(entries[part]).Count);
        int at = 0;
        return ChangePart(zip, part, content => at++ == changed && content.Length > 0 ? ByteMutation.Apply(content, random) : content);
    }

    /// <summary>Changes what ML.NET saved for a part, and has the description say that it is right.</summary>
    /// <param name="zip">The file.</param>
    /// <param name="part">Name of the part.</param>
    /// <param name="change">Is given each entry of the part.</param>
    public static byte[] ChangePart(byte[] zip, string part, Func<byte[], byte[]> change)
    {
        Dictionary<string, byte[]> entries = Read(zip);
        Dictionary<string, byte[]> inner = Read(entries[part]);
        foreach (string name in inner.Keys)
        {
            inner[name] = change(inner[name]);
        }

        entries[part] = Write(inner, CompressionLevel.Optimal);
        JsonNode root = JsonNode.Parse(entries[Description])!;
        foreach (JsonNode? file in root["parts"]!.AsArray().Select(one => one!["file"]).Where(file => (string?)file?["name"] == part))
        {
            file!["bytes"] = entries[part].Length;
            file["sha256"] = Convert.ToHexStringLower(SHA256.HashData(entries[part]));
        }

        entries[Description] = System.Text.Encoding.UTF8.GetBytes(root.ToJsonString());
        return Write(entries, CompressionLevel.NoCompression);
    }

    private static Dictionary<string, byte[]> Read(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    private static byte[] Write(Dictionary<string, byte[]> entries, CompressionLevel level)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }
}
