namespace ZooPrune;

/// <summary>How a projector normalises each patch before its first linear layer.</summary>
public enum NormKind
{
    /// <summary>w o x / sqrt(mean(x^2) + epsilon): Qwen2.5-VL's merger.</summary>
    RootMeanSquare,

    /// <summary>w o (x - mean(x)) / sqrt(var(x) + epsilon) + b: Qwen2-VL's merger.</summary>
    Layer,
}
