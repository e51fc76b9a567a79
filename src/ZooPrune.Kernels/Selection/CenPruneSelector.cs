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

    /// <summary>d, [N], 0 to 2: the mean of the unit rows once, instead of all pairs. A zero row has the cosine 0 with every token.</summary>
    internal static void Distinctiveness(in ScoredTokens tokens, Span<float> distinctiveness)
    {
        Span<double> norms = tokens.Workspace.Keys.Take(tokens.Count);
        double[] mean = new double[tokens.Width];
        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<float> token = tokens.Token(i);
            norms[i] = Math.Sqrt(DoubleSums.SumOfSquares(token));
            for (int k = 0; norms[i] > 0 && k < mean.Length; k++)
            {
                mean[k] += token[k] / norms[i];
            }
        }

        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<float> token = tokens.Token(i);
            double product = 0;
            for (int k = 0; k < mean.Length; k++)
            {
                product += token[k] * mean[k];
            }

            distinctiveness[i] = (float)(1 - (norms[i] > 0 ? product / norms[i] / tokens.Count : 0));
        }
    }
}
