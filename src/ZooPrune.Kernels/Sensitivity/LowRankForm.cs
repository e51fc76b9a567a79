using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The sensitivity form as its diagonal and a few squares: S_i^2 = [sum_k q_k d_ik^2 + sum_r s_r (f_r . d_i)^2] / D, s_r = 1 or -1.
/// R products of length H1 a token in place of H1. Immutable. From <see cref="MlpProjector.ChooseRank"/>.
/// </summary>
public sealed class LowRankForm : IQuadraticForm
{
    /// <summary>The H1 from which on the low-rank form is worth its error; docs/method.md has the times below it.</summary>
    public const int LeastHiddenWidth = 1024;

    private readonly float[] _diagonal;
    private readonly float[] _factors;
    private readonly float[] _signs;
    private readonly int _inputWidth;

    /// <param name="diagonal">q, [H1].</param>
    /// <param name="factors">f, row-major [R, H1].</param>
    /// <param name="signs">s, [R].</param>
    /// <param name="inputWidth">D.</param>
    internal LowRankForm(float[] diagonal, float[] factors, float[] signs, int inputWidth)
    {
        _diagonal = diagonal;
        _factors = factors;
        _signs = signs;
        _inputWidth = inputWidth;
    }

    /// <summary>q, [H1].</summary>
    public ReadOnlySpan<float> Diagonal => _diagonal;

    /// <summary>f, row-major [R, H1].</summary>
    public ReadOnlySpan<float> Factors => _factors;

    /// <summary>s, [R].</summary>
    public ReadOnlySpan<float> Signs => _signs;

    void IQuadraticForm.Evaluate(ReadOnlySpan<float> slopes, Span<float> sensitivity, ITokenKernels kernels)
    {
        int count = sensitivity.Length;
        int hidden = _diagonal.Length;
        int rank = _signs.Length;
        float[] rented = ArrayPool<float>.Shared.Rent(Math.Max(1, count * rank));
        Span<float> products = rented.AsSpan(0, count * rank);
        products.Clear();
        if (rank > 0)
        {
            kernels.AddProducts(new MatrixView(slopes, count, hidden), new MatrixView(_factors, rank, hidden), products, rank);
        }

        for (int i = 0; i < count; i++)
        {
            double sum = kernels.WeightedSquares(slopes.Slice(i * hidden, hidden), _diagonal);
            for (int r = 0; r < rank; r++)
            {
                double product = products[(i * rank) + r];
                sum += _signs[r] * product * product;
            }

            sensitivity[i] = (float)Math.Sqrt(Math.Max(0, sum) / _inputWidth);
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}

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

    /// <summary>The fewest probe tokens by which a rank can be chosen: 64.</summary>
    public const int LeastTokens = LowRankFit.LeastTokens;

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

/// <summary>Spearman's rank correlation.</summary>
internal static class RankCorrelation
{
    /// <summary>
    /// The correlation of the ranks of x and y; ties share their mean rank. 1 where both are constant, 0 where one is.
    /// </summary>
    public static double Spearman(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double[] left = Ranks(x);
        double[] right = Ranks(y);
        double mean = (x.Length - 1) / 2.0;
        double product = 0;
        double squaresLeft = 0;
        double squaresRight = 0;
        for (int i = 0; i < left.Length; i++)
        {
            product += (left[i] - mean) * (right[i] - mean);
            squaresLeft += (left[i] - mean) * (left[i] - mean);
            squaresRight += (right[i] - mean) * (right[i] - mean);
        }

        return squaresLeft == 0 && squaresRight == 0 ? 1
            : squaresLeft == 0 || squaresRight == 0 ? 0
            : product / Math.Sqrt(squaresLeft * squaresRight);
    }

    private static double[] Ranks(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, order);
        double[] ranks = new double[values.Length];
        for (int first = 0; first < order.Length;)
        {
            int next = first + 1;
            while (next < order.Length && sorted[next] == sorted[first])
            {
                next++;
            }

            for (int i = first; i < next; i++)
            {
                ranks[order[i]] = (first + next - 1) / 2.0;
            }

            first = next;
        }

        return ranks;
    }
}
