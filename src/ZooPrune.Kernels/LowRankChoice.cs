namespace ZooPrune;

/// <summary>
/// The rank that was chosen for the low-rank closed form of a projector, and the error it makes in S against the exact closed form.
/// Immutable.
/// </summary>
/// <remarks>
/// Half of the probe tokens shape the form, the other half judge it: the figures are of tokens that the form has not seen. Chosen is
/// the smallest rank whose rank correlation reaches <see cref="NeededRankCorrelation"/>; where none up to
/// <see cref="LargestRank"/> does, it is the largest there is and <see cref="IsAccurate"/> says no.
/// </remarks>
public sealed record LowRankChoice
{
    /// <summary>The rank correlation that is asked for: 0.999.</summary>
    public const double NeededRankCorrelation = 0.999;

    /// <summary>The largest rank that is tried.</summary>
    public const int LargestRank = 64;

    /// <summary>R, the number of squares beyond the diagonal; 0 to <see cref="LargestRank"/>.</summary>
    public required int Rank { get; init; }

    /// <summary>Spearman's rank correlation of S by the low-rank form and by the exact one; -1 to 1.</summary>
    public required double RankCorrelation { get; init; }

    /// <summary>Largest |S - exact S| / exact S over the judging tokens.</summary>
    public required double LargestRelativeError { get; init; }

    /// <summary>How many tokens judged.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Whether <see cref="RankCorrelation"/> reaches <see cref="NeededRankCorrelation"/>.</summary>
    public bool IsAccurate => RankCorrelation >= NeededRankCorrelation;
}
