using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>Golden cases of rival methods in Data/METHOD: cases.json and a file of tensors each.</summary>
internal static class RivalCases
{
    /// <summary>Every case of a method, for every kernel set of this machine.</summary>
    public static TheoryData<string, string> Of(string method)
    {
        TheoryData<string, string> rows = [];
        foreach (ITokenKernels set in TokenKernels.Available)
        {
            foreach (JsonElement item in All(method).EnumerateArray())
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

    private static JsonElement All(string method) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(method), "cases.json"))).RootElement;

    private static string Folder(string method) => Path.Combine(AppContext.BaseDirectory, "Data", method);
}
