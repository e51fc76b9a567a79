using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// SCOPE's gain with the sensitivity as saliency: add, one by one, the token of largest S_hat_j sum over i of max(0, cos(Z_i, Z_j) - c_i),
/// where c_i is the largest cosine of token i to a kept one, 0 at first. Ties: lowest index.
/// </summary>
/// <remarks>Published is the class token's attention as saliency. The choice for K is the beginning of the choice for K + 1.</remarks>
internal sealed class ScopeSelector(PruningOptions options, ITokenKernels kernels) : ISelectionMethod
{
    public bool UsesSensitivity => true;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        float[] saliency = new float[tokens.Count];
        SensitivityDiversitySelector.Scale(tokens.Sensitivity, options.Sharpness, saliency);
        CosineSimilarity cosines = tokens.Workspace.Cosines(tokens, options.Centering, tokens.Count, options.MaxThreads, kernels);
        float[] covered = new float[tokens.Count];
        bool[] taken = new bool[tokens.Count];
        for (int k = 0; k < order.Length; k++)
        {
            int best = -1;
            double most = double.NegativeInfinity;
            for (int token = 0; token < taken.Length; token++)
            {
                double gain = taken[token] ? double.NegativeInfinity : saliency[token] * Gain(cosines.Row(token), covered);
                (best, most) = gain > most ? (token, gain) : (best, most);
            }

            order[k] = best;
            taken[best] = true;
            TensorPrimitives.Max(cosines.Row(best), covered, covered);
        }
    }

    private static double Gain(ReadOnlySpan<float> cosines, ReadOnlySpan<float> covered)
    {
        double gain = 0;
        for (int i = 0; i < cosines.Length; i++)
        {
            gain += Math.Max(0, cosines[i] - covered[i]);
        }

        return gain;
    }
}

/// <summary>
/// OTPrune (CVPR 2026): the K tokens of largest log det(I + 0.01 G G^T), found greedily; G are the rows of Z divided by their norms. Ties:
/// lowest index.
/// </summary>
/// <remarks>The choice for K is the beginning of the choice for K + 1.</remarks>
internal sealed class OTPruneSelector(PruningOptions options, ITokenKernels kernels) : ISelectionMethod
{
    private const double Weight = 0.01;

    public bool UsesSensitivity => false;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        int count = tokens.Count;
        CosineSimilarity cosines = tokens.Workspace.Cosines(tokens, options.Centering, order.Length, options.MaxThreads, kernels);
        double[] gains = new double[count];
        double[][] factors = new double[order.Length][];
        for (int i = 0; i < count; i++)
        {
            gains[i] = tokens.Token(i).ContainsAnyExcept(0f) ? 1 + Weight : 1;
        }

        for (int k = 0; k < order.Length; k++)
        {
            int next = TensorPrimitives.IndexOfMax<double>(gains);
            ReadOnlySpan<float> cosine = cosines.Row(next);
            double[] factor = factors[k] = new double[count];
            for (int i = 0; i < count; i++)
            {
                factor[i] = Weight * cosine[i];
            }

            foreach (double[] earlier in factors.AsSpan(0, k))
            {
                TensorPrimitives.MultiplyAdd(earlier, -earlier[next], factor, factor);
            }

            double root = Math.Sqrt(gains[next]);
            for (int i = 0; i < count; i++)
            {
                factor[i] /= root;
                gains[i] -= factor[i] * factor[i];
            }

            order[k] = next;
            gains[next] = double.NegativeInfinity;
        }
    }
}
