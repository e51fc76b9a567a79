using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>The tiny models of other families, and what Hugging Face transformers computed with them.</summary>
internal static class FamilyFolder
{
    private static readonly string Root = Path.Combine(Repository.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "Families");

    public static TheoryData<string> Names => new("llava", "llava-interleave", "llava-next", "qwen2-vl", "qwen2.5-vl");

    /// <summary>The model's folder.</summary>
    public static string Of(string family) => Path.Combine(Root, family);

    /// <summary>Pictures and the visual tokens that each has in a prompt, newlines included.</summary>
    public static IReadOnlyList<(string Picture, int VisualTokens)> Cases(string family) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Of(family), "cases.json"))).RootElement.EnumerateArray()
            .Select(row => (Path.Combine(Of(family), row.GetProperty("image").GetString()!), row.GetProperty("visual_tokens").GetInt32()))
            .Where(row => File.Exists(row.Item1))];
}
