namespace ZooPrune.Onnx;

/// <summary>Which positions the language model sees once visual tokens have been pruned.</summary>
/// <remarks>Source: ZOO-Prune (arXiv 2509.24837) and its released code, which renumber for the LLaVA family and keep for mRoPE
/// models.</remarks>
public enum PositionMode
{
    /// <summary>What the model folder or, where it says nothing, the model family asks for.</summary>
    Auto,

    /// <summary>Kept tokens and the text after them are numbered 0, 1, 2, ... without gaps.</summary>
    Compact,

    /// <summary>Every kept token keeps the position it had among all N, and the text goes on as if nothing had been removed.</summary>
    KeepOriginal,
}
