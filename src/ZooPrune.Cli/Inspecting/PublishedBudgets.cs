namespace ZooPrune.Cli;

/// <summary>The budgets that ZOO-Prune was published with (Kim et al., CVPR 2026), by family.</summary>
internal static class PublishedBudgets
{
    /// <summary>Visual tokens of a tile of the models that were measured.</summary>
    private const int PublishedTile = 576;

    /// <param name="isTiled">Whether pictures are cut into tiles, each pruned on its own.</param>
    /// <param name="tileTokens">Visual tokens of one tile, by which counts are scaled; 0 where pictures have any size: shares then.</param>
    public static IReadOnlyList<KeepBudget> Of(bool isTiled, int tileTokens) =>
        tileTokens == 0 ? [KeepBudget.Ratio(0.2), KeepBudget.Ratio(0.1)]
        : isTiled ? Scaled(tileTokens, 640, 320, 160)
        : Scaled(tileTokens, 192, 128, 64);

    private static IReadOnlyList<KeepBudget> Scaled(int tileTokens, params int[] counts) =>
        [.. counts.Select(count => KeepBudget.Tokens(Math.Max(1, (int)Math.Round((double)count * tileTokens / PublishedTile))))];
}
