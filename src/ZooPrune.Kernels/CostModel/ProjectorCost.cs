namespace ZooPrune;

/// <summary>
/// What a projector Linear, GELU, Linear takes, as measured, and what the work of pruning takes in proportion. Immutable.
/// </summary>
public sealed record ProjectorCost
{
    /// <summary>D, the width of a visual token; at least 1.</summary>
    public required int InputWidth { get; init; }

    /// <summary>H1, the width between the two layers; at least 1.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>H, the width of a projected visual token; at least 1.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Milliseconds that the projector takes for one of many visual tokens; finite, at least 0.</summary>
    public required double MillisecondsPerToken { get; init; }

    /// <summary>
    /// Milliseconds that pruning takes beyond the projection that is needed anyway: its multiply-adds at the projector's pace.
    /// </summary>
    internal double Pruning(int tokenCount, int keep, PruningOptions options)
    {
        double pass = (double)HiddenWidth * (InputWidth + (double)OutputWidth);
        double work = SensitivityWork(options, pass) + SelectionWork(tokenCount, keep, options);
        return tokenCount * MillisecondsPerToken * (work / pass);
    }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Check(string parameter)
    {
        CostCheck.Count($"{nameof(ProjectorCost)}.{nameof(InputWidth)}", InputWidth, 1, parameter);
        CostCheck.Count($"{nameof(ProjectorCost)}.{nameof(HiddenWidth)}", HiddenWidth, 1, parameter);
        CostCheck.Count($"{nameof(ProjectorCost)}.{nameof(OutputWidth)}", OutputWidth, 1, parameter);
        CostCheck.Time($"{nameof(ProjectorCost)}.{nameof(MillisecondsPerToken)}", MillisecondsPerToken, parameter);
    }

    /// <summary>Multiply-adds a token.</summary>
    private double SensitivityWork(PruningOptions options, double pass)
    {
        bool usesSensitivity =
            options.Selection is SelectionMethod.ZooPrune or SelectionMethod.ZooPruneTuned or SelectionMethod.Sensitivity;
        return (usesSensitivity, options.Sensitivity) switch
        {
            (false, _) => 0,
            (_, SensitivityMethod.Sampled) => 2.0 * options.Directions * pass,
            (_, SensitivityMethod.SharedProduct) => (double)options.Directions * HiddenWidth * OutputWidth,
            _ => (double)HiddenWidth * HiddenWidth,
        };
    }

    /// <summary>Multiply-adds a token: half of the Gram matrix of Z, or one row of cosines a pick where few are kept.</summary>
    private double SelectionWork(int tokenCount, int keep, PruningOptions options) => options.Selection switch
    {
        SelectionMethod.Sensitivity or SelectionMethod.Norm or SelectionMethod.Uniform or SelectionMethod.Random => 0,
        _ => Math.Min(keep, tokenCount / 2.0) * OutputWidth,
    };
}
