using System.Text.Json;

namespace ZooPrune.Onnx.Tests;

/// <summary>A picture and a question for a tiny model of some family, and what transformers answers, step by step.</summary>
/// <remarks>From Data/Families; ZOOPRUNE_FAMILIES names another folder of the same form, with more cases.</remarks>
internal sealed class FamilyCase
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("ZOOPRUNE_FAMILIES") ?? TestPaths.Data("Families");

    private readonly JsonElement _case;

    private FamilyCase(string family, JsonElement golden)
    {
        Family = family;
        _case = golden;
        Tensors = new GoldenTensors(Path.Combine(Folder, family, golden.GetProperty("tensors").GetString()!));
    }

    public static IReadOnlyList<string> Families { get; } = ["llava", "llava-interleave", "llava-next", "qwen2-vl", "qwen2.5-vl"];

    public string Family { get; }

    public GoldenTensors Tensors { get; }

    public string Question => _case.GetProperty("question").GetString()!;

    public string Prompt => _case.GetProperty("prompt").GetString()!;

    public int VisualTokens => _case.GetProperty("visual_tokens").GetInt32();

    public int[] GeneratedIds => Ids(_case, "generated_ids");

    public string GeneratedText => _case.GetProperty("generated_text").GetString()!;

    public string ImagePath => Path.Combine(Folder, Family, _case.GetProperty("image").GetString()!);

    /// <summary>What the case says about each budget.</summary>
    public IEnumerable<PrunedCase> Pruned => _case.GetProperty("pruned").EnumerateArray().Select(pruned => new PrunedCase(pruned));

    public static string ModelFolder(string family) => Path.Combine(Folder, family);

    public static IEnumerable<FamilyCase> Of(string family)
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, family, "cases.json")));
        return [.. cases.RootElement.EnumerateArray().Select(golden => new FamilyCase(family, golden.Clone()))];
    }

    /// <summary>The pixel values of transformers, so that what follows does not depend on a rounding of ours.</summary>
    public PreparedImage Image()
    {
        bool hasGrid = Tensors.Has("image_grid_thw");
        int[]? grid = hasGrid ? Tensors.Int32s("image_grid_thw") : null;
        (int Height, int Width) size = Tensors.Has("image_sizes") && Tensors.Int32s("image_sizes") is [var height, var width] ? (height, width) : (1, 1);
        return new PreparedImage(Tensors.Singles("pixel_values"), Tensors.Shape("pixel_values"), size.Height, size.Width, grid);
    }

    internal static int[] Ids(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}

/// <summary>What transformers answers with some of the visual tokens.</summary>
internal sealed class PrunedCase(JsonElement golden)
{
    // Where a pick was nearly a draw, float32 may choose otherwise, and what follows from that is no error.
    private const double LeastMargin = 1e-4;

    public int Keep => golden.GetProperty("keep").GetInt32();

    public double? Ratio => golden.TryGetProperty("ratio", out JsonElement ratio) ? ratio.GetDouble() : null;

    public bool IsClear => golden.GetProperty("selection_margin").GetDouble() >= LeastMargin;

    public int[] SelectionOrder => [.. golden.GetProperty("selection_order").EnumerateArray().SelectMany(tile => tile.EnumerateArray()).Select(id => id.GetInt32())];

    public int[] GeneratedIds(string mode) => FamilyCase.Ids(golden, $"generated_ids_{mode}");
}
