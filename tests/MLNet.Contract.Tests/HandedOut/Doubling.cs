namespace ZooPrune.Contract;

/// <summary>What a <see cref="DoublingTransformer"/> does.</summary>
internal sealed record Doubling(string Name, string Input, string Output)
{
    public bool IsRowMapper { get; init; } = true;

    /// <summary>The input value at which the computation throws FormatException.</summary>
    public float? ThrowAt { get; init; }

    public bool SaveThrows { get; init; }
}
