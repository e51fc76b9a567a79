using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

/// <summary>Pruning of tokens that are read as they come.</summary>
internal static class PlainPruning
{
    private const int Width = 6;

    public static TokenSelection Prune(this ModelPruner pruning, float[] visualTokens, PruningOptions? options) =>
        pruning.Prune(visualTokens, ImageLayout.Plain(Math.Max(1, visualTokens.Length / Width)), options);
}
