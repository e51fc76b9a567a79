using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// Cen-Prune: begin with the most distinct token, then add, one by one, the token of largest
/// d_i (1 - max over the kept p of cos(Z_i - mean Z, Z_p - mean Z)), where d_i = 1 - mean over j of cos(Z_i, Z_j). Ties: lowest index.
/// </summary>
/// <remarks>
/// Raw cosines say what differs from the rest of the picture, centred ones tell the rest apart. The choice for K is the beginning of the
/// choice for K + 1. <see cref="PruningOptions.Centering"/> is not used: it is 1 for the one and 0 for the other.
/// </remarks>
internal sealed class CenPruneSelector(PruningOptions options, ITokenKernels kernels) : ISelectionMethod
{
    public bool UsesSensitivity => false;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        Span<float> weights = tokens.Workspace.Weights.Take(tokens.Count);
        Distinctiveness(tokens, weights);
        CosineSimilarity cosines = tokens.Workspace.Cosines(tokens, 1, order.Length, options.MaxThreads, kernels);
        GreedyLoop.Run(weights, TensorPrimitives.IndexOfMax<float>(weights), cosines, order, kernels);
    }

    /// <summary>d, [N], 0 to 2: the mean of the unit rows once, instead of all pairs. A zero row has the cosine 0 with every
    /// token.</summary>
    private static void Distinctiveness(in ScoredTokens tokens, Span<float> distinctiveness)
    {
        Span<double> scales = tokens.Workspace.Keys.Take(tokens.Count);
        double[] sum = new double[tokens.Width];
        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<float> token = tokens.Token(i);
            double norm = Math.Sqrt(DoubleSums.SumOfSquares(token));
            double scale = scales[i] = norm > 0 ? 1 / norm : 0;
            for (int k = 0; k < sum.Length; k++)
            {
                sum[k] += scale * token[k];
            }
        }

        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<float> token = tokens.Token(i);
            double product = 0;
            for (int k = 0; k < sum.Length; k++)
            {
                product += sum[k] * token[k];
            }

            distinctiveness[i] = (float)(1 - (scales[i] * product / tokens.Count));
        }
    }
}
