using System.Globalization;

namespace ZooPrune;

/// <summary>
/// Says whether pruning saves more time than it takes, from what was measured of a model. Arithmetic only: what is asked twice is
/// answered twice the same. Immutable.
/// </summary>
/// <remarks>
/// Keeping K of N visual tokens beside t text tokens saves (N - K) (a + b (N + K + 2 t) + g d) milliseconds: the prefill of N - K tokens,
/// and g decode steps that each read a cache shorter by N - K. docs/break-even.md compares it with measurements.
/// </remarks>
public sealed class PruningAdvisor
{
    private readonly LanguageModelCost _languageModel;
    private readonly int _textTokenCount;
    private readonly int _decodeStepCount;

    /// <summary>Advice about one language model.</summary>
    /// <param name="languageModel">a, b and d, measured.</param>
    /// <param name="textTokenCount">t, tokens of the prompt beside the image; at least 0. Matters only where b is above 0.</param>
    /// <param name="decodeStepCount">g, tokens that will be generated after the first; at least 0.</param>
    /// <exception cref="ArgumentNullException"><paramref name="languageModel"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative, NaN or infinite, or a count is negative.</exception>
    public PruningAdvisor(LanguageModelCost languageModel, int textTokenCount = 0, int decodeStepCount = 0)
    {
        ArgumentNullException.ThrowIfNull(languageModel);
        languageModel.Check(nameof(languageModel));
        CostCheck.Count("Pruning advice: the number of text tokens", textTokenCount, 0, nameof(textTokenCount));
        CostCheck.Count("Pruning advice: the number of decode steps", decodeStepCount, 0, nameof(decodeStepCount));
        _languageModel = languageModel;
        _textTokenCount = textTokenCount;
        _decodeStepCount = decodeStepCount;
    }

    /// <summary>Advice where the cost of pruning was measured.</summary>
    /// <param name="tokenCount">N; at least 1.</param>
    /// <param name="keep">The budget; K is what it resolves to, all tokens where it is larger than N.</param>
    /// <param name="costMilliseconds">What pruning took beyond the projection; finite, at least 0.</param>
    /// <returns>The advice; its break-even takes the cost to be the same for every budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The budget is <c>default</c>.</exception>
    public PruningAdvice Advise(int tokenCount, KeepBudget keep, double costMilliseconds)
    {
        CostCheck.Time("Pruning advice: the cost in milliseconds", costMilliseconds, nameof(costMilliseconds));
        return Advise(tokenCount, keep.Resolve(tokenCount), _ => costMilliseconds);
    }

    /// <summary>Advice where the cost of pruning is predicted from the projector's.</summary>
    /// <remarks>
    /// Predicted are the multiply-adds, at the pace of the projector's: 2 m passes for sampled sensitivity, m products by W2 where
    /// they are shared, one product by Q for the closed form; and the cosines between the projected tokens. What every call takes
    /// however small the sizes are is not in it: measure where that matters.
    /// </remarks>
    /// <param name="tokenCount">N; at least 1.</param>
    /// <param name="options">What to keep and how to choose. Auto counts as the closed form.</param>
    /// <param name="projector">The projector's widths and its measured time.</param>
    /// <returns>The advice.</returns>
    /// <exception cref="ArgumentNullException">The options or the projector are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The budget is <c>default</c>.</exception>
    public PruningAdvice Advise(int tokenCount, PruningOptions options, ProjectorCost projector)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(projector);
        projector.Check(nameof(projector));
        CostCheck.Count("Pruning advice: PruningOptions.Directions", options.Directions, 1, nameof(options));
        return Advise(tokenCount, options.Keep.Resolve(tokenCount), keep => projector.Pruning(tokenCount, keep, options));
    }

    private PruningAdvice Advise(int tokenCount, int keep, Func<int, double> cost) =>
        new(tokenCount, keep, cost(keep), Saved(tokenCount, keep), BreakEven(tokenCount, cost));

    private double Saved(int tokenCount, int keep) =>
        _languageModel.Saved((long)tokenCount + _textTokenCount, (long)keep + _textTokenCount, _decodeStepCount);

    /// <summary>By halving: with every token more that is kept, less is saved and the cost does not fall.</summary>
    private int BreakEven(int tokenCount, Func<int, double> cost)
    {
        int pays = 0;
        int beyond = tokenCount;
        while (beyond - pays > 1)
        {
            int middle = pays + ((beyond - pays) / 2);
            if (Saved(tokenCount, middle) >= cost(middle))
            {
                pays = middle;
            }
            else
            {
                beyond = middle;
            }
        }

        return pays;
    }
}

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
    public string Refusal =>
        $"not pruned: costs more than it saves (cost {Text(CostMilliseconds)} ms, saves {Text(SavedMilliseconds)} ms)";

    /// <summary>The advice in one sentence, always with a decimal point.</summary>
    /// <returns>"Keeping 64 of 576 visual tokens costs 46 ms and saves 36 ms: it does not pay, and no budget would."</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Keeping {KeptTokenCount:N0} of {TokenCount:N0} visual tokens costs {Text(CostMilliseconds)} ms "
        + $"and saves {Text(SavedMilliseconds)} ms: {Verdict}");

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
