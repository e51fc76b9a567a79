using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>
/// Golden cases of rival methods in Data/METHOD, or in the folder that ZOOPRUNE_BASELINES names: cases.json and a file of tensors each.
/// </summary>
internal static class RivalCases
{
    /// <summary>Every case of a method, for every kernel set of this machine.</summary>
    /// <param name="method">Name of the folder.</param>
    /// <param name="condition">A parameter that must be true; null takes every case.</param>
    public static TheoryData<string, string> Of(string method, string? condition = null)
    {
        TheoryData<string, string> rows = [];
        foreach (ITokenKernels set in TokenKernels.Available)
        {
            foreach (JsonElement item in All(method).EnumerateArray().Where(
                item => condition is null || item.GetProperty("parameters").GetProperty(condition).GetBoolean()))
            {
                rows.Add(set.Name, item.GetProperty("file").GetString()!);
            }
        }

        return rows;
    }

    public static JsonElement Parameters(string method, string file) =>
        All(method).EnumerateArray().Single(item => item.GetProperty("file").GetString() == file).GetProperty("parameters");

    public static SafeTensors Tensors(string method, string file) => SafeTensors.Read(Path.Combine(Folder(method), file));

    /// <summary>Prunes tokens that need no projector.</summary>
    public static TokenSelection Prune(float[] tokens, int[] tiles, int keep, ISelectionMethod method, float[] scores)
    {
        PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), CustomSelection = method };
        VisualTokenPruner pruner = new(FakeProjector.Identity(tokens.Length / tiles.Sum()), options);
        return pruner.Prune(new PruningInput(tokens, tiles) { Scores = scores });
    }

    /// <summary>The file of every case of a method.</summary>
    public static TheoryData<string> Files(string method) =>
        [.. All(method).EnumerateArray().Select(item => item.GetProperty("file").GetString()!)];

    private static JsonElement All(string method) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(method), "cases.json"))).RootElement;

    private static string Folder(string method) => Path.Combine(
        Environment.GetEnvironmentVariable("ZOOPRUNE_BASELINES") ?? Path.Combine(AppContext.BaseDirectory, "Data"), method);
}
