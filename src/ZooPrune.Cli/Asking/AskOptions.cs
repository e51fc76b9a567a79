using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>What was typed after "ask", checked as far as it can be without loading the model.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Images">Pictures in their order; may be empty.</param>
/// <param name="Question">What is asked.</param>
/// <param name="Pruning">What is kept and how it is chosen; null = all visual tokens.</param>
/// <param name="MaxNewTokens">Most tokens of the answer.</param>
/// <param name="Running">How the model runs.</param>
/// <param name="Overlay">The PNG to draw; null = none.</param>
/// <param name="Compare">Whether to ask with all visual tokens as well.</param>
/// <param name="Json">Whether the result is JSON.</param>
internal sealed record AskOptions(
    string Model,
    IReadOnlyList<string> Images,
    string Question,
    PruningOptions? Pruning,
    int MaxNewTokens,
    VisionLanguageModelOptions Running,
    string? Overlay,
    bool Compare,
    bool Json);
