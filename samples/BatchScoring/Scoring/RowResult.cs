namespace ZooPrune.Samples;

/// <summary>What became of one row.</summary>
internal sealed record RowResult
{
    /// <summary>The answer; empty in a row with an error.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Visual tokens of the image; null in a row with an error.</summary>
    public int? VisualTokens { get; init; }

    /// <summary>How many of them the language model read; null in a row with an error.</summary>
    public int? KeptTokens { get; init; }

    /// <summary>What should be known about the row; usually empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Why there is no answer; empty = there is one.</summary>
    public string Error { get; init; } = "";

    /// <summary>Milliseconds of each stage; empty in a row with an error.</summary>
    public IReadOnlyList<float> Milliseconds { get; init; } = [];

    /// <summary>Whether there is no answer.</summary>
    public bool IsFailed => Error.Length > 0;
}
