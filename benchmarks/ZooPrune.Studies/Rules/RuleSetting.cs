using ZooPrune.Onnx;

namespace ZooPrune.Studies;

/// <summary>A rule at a budget in a position mode.</summary>
internal readonly record struct RuleSetting(string Rule, int Keep, PositionMode Positions);

/// <summary>How many of the questions about one image were answered exactly.</summary>
/// <param name="Exact">Of all questions.</param>
/// <param name="ExactCounts">Of the questions that ask for a number of objects.</param>
internal readonly record struct RuleOutcome(int Exact, int ExactCounts);
