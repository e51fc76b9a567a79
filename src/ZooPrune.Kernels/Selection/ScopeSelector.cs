using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

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

    /// <summary>Four sums in double, whatever the processor has: the same bits everywhere.</summary>
    private static double Gain(ReadOnlySpan<float> cosines, ReadOnlySpan<float> covered)
    {
        Vector256<double> sums = Vector256<double>.Zero;
        int i = 0;
        for (; i + Vector256<float>.Count <= cosines.Length; i += Vector256<float>.Count)
        {
            Vector256<float> more = Vector256.Max(
                Vector256.Create(cosines.Slice(i, Vector256<float>.Count)) - Vector256.Create(covered.Slice(i, Vector256<float>.Count)),
                Vector256<float>.Zero);
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(more);
            sums += low + high;
        }

        double gain = sums[0] + sums[1] + sums[2] + sums[3];
        for (; i < cosines.Length; i++)
        {
            gain += Math.Max(0, cosines[i] - covered[i]);
        }

        return gain;
    }
}
