using System.Globalization;

namespace ZooPrune.Benchmarks;

/// <summary>What was predicted and what was measured, in milliseconds.</summary>
internal sealed record BreakEvenRow(string What, PruningAdvice Predicted, double MeasuredCost, double MeasuredSaving)
{
    public const string Header = """
        | | kept | cost predicted | measured | error | saved predicted | measured | error | pays: predicted | measured | break-even |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- | ---: |
        """;

    // What two runs of the same thing may differ by on a machine that does something else as well.
    private const double TooClose = 0.2;

    /// <summary>Whether the verdict is the measured one; either is right where cost and saving are about the same.</summary>
    public bool Agrees => Predicted.PaysOff == MeasuredPaysOff
        || Math.Abs(MeasuredSaving - MeasuredCost) <= TooClose * Math.Max(MeasuredSaving, MeasuredCost);

    private bool MeasuredPaysOff => MeasuredSaving >= MeasuredCost;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {What} | {Predicted.KeptTokenCount} | {Time(Predicted.CostMilliseconds)} | {Time(MeasuredCost)} | {Error(Predicted.CostMilliseconds, MeasuredCost)} | {Time(Predicted.SavedMilliseconds)} | {Time(MeasuredSaving)} | {Error(Predicted.SavedMilliseconds, MeasuredSaving)} | {Word(Predicted.PaysOff)} | {Word(MeasuredPaysOff)} | {Predicted.BreakEvenTokenCount} |");

    private static string Time(double milliseconds) =>
        milliseconds.ToString(milliseconds >= 100 ? "N0" : milliseconds >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>Relative to what was measured; no per cent of next to nothing.</summary>
    private static string Error(double predicted, double measured) =>
        measured < 0.05 ? "-" : ((predicted - measured) / measured).ToString("+0 %;-0 %;0 %", CultureInfo.InvariantCulture);

    private static string Word(bool paysOff) => paysOff ? "yes" : "no";
}
