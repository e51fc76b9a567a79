using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>One line of the result: a method, a budget and a position mode.</summary>
/// <param name="Candidate">The method; null = all tokens.</param>
/// <param name="Keep">The budget; null = all tokens.</param>
/// <param name="Positions">The position mode.</param>
internal sealed record Setting(Candidate? Candidate, KeepBudget? Keep, PositionMode Positions)
{
    /// <summary>All tokens, to which every other setting is compared.</summary>
    public static Setting Full { get; } = new(null, null, PositionMode.Auto);

    /// <summary>The method's name.</summary>
    public string Method => Candidate?.Name ?? "all tokens";

    /// <summary>How often every question is asked.</summary>
    public int Seeds => Candidate?.Seeds ?? 1;
}
