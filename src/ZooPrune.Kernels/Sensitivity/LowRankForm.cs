using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The sensitivity form as its diagonal and a few squares: S_i^2 = [sum_k q_k d_ik^2 + sum_r s_r (f_r . d_i)^2] / D, s_r = 1 or -1.
/// R products of length H1 a token in place of H1.
/// </summary>
internal sealed class LowRankForm : ISensitivityForm
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
    public LowRankForm(float[] diagonal, float[] factors, float[] signs, int inputWidth)
    {
        _diagonal = diagonal;
        _factors = factors;
        _signs = signs;
        _inputWidth = inputWidth;
    }

    /// <inheritdoc/>
    public void Evaluate(ReadOnlySpan<float> slopes, Span<float> sensitivity, ITokenKernels kernels)
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
