using System.Numerics.Tensors;

namespace ZooPrune;

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
