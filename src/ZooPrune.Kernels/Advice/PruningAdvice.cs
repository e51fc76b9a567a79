using System.Globalization;

namespace ZooPrune;

/// <summary>What pruning costs and what it saves. From a <see cref="PruningAdvisor"/>. Immutable.</summary>
public sealed record PruningAdvice
{
    internal PruningAdvice(int tokenCount, int keptTokenCount, double costMilliseconds, double savedMilliseconds, int breakEvenTokenCount)
    {
        TokenCount = tokenCount;
        KeptTokenCount = keptTokenCount;
        CostMilliseconds = costMilliseconds;
        SavedMilliseconds = savedMilliseconds;
        BreakEvenTokenCount = breakEvenTokenCount;
    }

    /// <summary>N, the visual tokens before pruning.</summary>
    public int TokenCount { get; }

    /// <summary>K, the visual tokens that pruning would keep.</summary>
    public int KeptTokenCount { get; }

    /// <summary>Milliseconds of sensitivity and selection, beyond the projection that is needed anyway; at least 0.</summary>
    public double CostMilliseconds { get; }

    /// <summary>Milliseconds that the language model takes less; at least 0.</summary>
    public double SavedMilliseconds { get; }

    /// <summary>The largest K below N at which pruning saves as much as it costs; 0 where there is none.</summary>
    public int BreakEvenTokenCount { get; }

    /// <summary>Whether pruning saves at least what it costs.</summary>
    public bool PaysOff => SavedMilliseconds >= CostMilliseconds;

    /// <summary>What a result says whose tokens were all kept because of this advice.</summary>
    internal string Refusal =>
        $"not pruned: costs more than it saves (cost {Text(CostMilliseconds)} ms, saves {Text(SavedMilliseconds)} ms)";

    /// <summary>The advice in one sentence, always with a decimal point.</summary>
    /// <returns>"Keeping 64 of 576 visual tokens costs 46 ms and saves 36 ms: it does not pay, and no budget would."</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Keeping {KeptTokenCount:N0} of {TokenCount:N0} visual tokens costs {Text(CostMilliseconds)} ms and saves {Text(SavedMilliseconds)} ms: {Verdict}");

    private string Verdict => (PaysOff, BreakEvenTokenCount) switch
    {
        (true, 0) => "it pays.",
        (true, int most) => string.Create(CultureInfo.InvariantCulture, $"it pays, as would keeping up to {most:N0}."),
        (false, 0) => "it does not pay, and no budget would.",
        (false, int most) => string.Create(CultureInfo.InvariantCulture, $"it does not pay; keeping up to {most:N0} would."),
    };

    /// <summary>Three digits at most, so that cost and saving can be told apart.</summary>
    private static string Text(double milliseconds) =>
        milliseconds.ToString(milliseconds >= 100 ? "N0" : milliseconds >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
