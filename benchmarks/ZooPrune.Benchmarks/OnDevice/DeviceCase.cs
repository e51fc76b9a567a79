using System.Text.Json;

namespace ZooPrune.Benchmarks;

/// <summary>A picture and a question for the tiny model of a family, and budgets of which the choice is clear.</summary>
/// <param name="ImagePath">Full path of the picture.</param>
/// <param name="Question">The question.</param>
/// <param name="Pruning">What to keep; null for all.</param>
internal sealed record DeviceCase(string ImagePath, string Question, IReadOnlyList<PruningOptions?> Pruning)
{
    // Where a pick was nearly a draw, float32 may choose otherwise.
    private const double LeastMargin = 1e-4;

    /// <summary>The cases of a family.</summary>
    /// <param name="folder">A model folder with cases.json.</param>
    public static IEnumerable<DeviceCase> Of(string folder)
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        return
        [
            .. cases.RootElement.EnumerateArray().Select(golden => new DeviceCase(
                Path.Combine(folder, golden.GetProperty("image").GetString()!),
                golden.GetProperty("question").GetString()!,
                [
                    null,
                    .. golden.GetProperty("pruned").EnumerateArray()
                        .Where(pruned => pruned.GetProperty("selection_margin").GetDouble() >= LeastMargin)
                        .Select(pruned => new PruningOptions { Keep = KeepBudget.Tokens(pruned.GetProperty("keep").GetInt32()) }),
                ])),
        ];
    }
}
