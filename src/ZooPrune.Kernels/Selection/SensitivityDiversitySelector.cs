namespace ZooPrune;

/// <summary>
/// ZOO-Prune, algorithm 1: begin with the most sensitive token, then add, one by one, the token of largest
/// S_hat_i (1 - max over the kept p of cos(Z_i, Z_p)). Ties: lowest index.
/// </summary>
/// <remarks>
/// S_hat = (S - min S) / (max S - min S + 1e-8), or (S / max S)^p where <see cref="PruningOptions.Sharpness"/> gives p; 1 for all
/// where all S are equal. The choice for K is the beginning of the choice for K + 1.
/// </remarks>
internal sealed class SensitivityDiversitySelector(PruningOptions options, ITokenKernels kernels) : ISelectionMethod
{
    private const double RangeFloor = 1e-8;

    public bool UsesSensitivity => true;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        Span<float> weights = tokens.Workspace.Weights.Take(tokens.Count);
        Scale(tokens.Sensitivity, options.Sharpness, weights);
        CosineSimilarity cosines = tokens.Workspace.Cosines(tokens, options.Centering, order.Length, options.MaxThreads, kernels);
        GreedyLoop.Run(weights, IndexOfLargest(weights), cosines, order, kernels);
    }

    /// <summary>S_hat, [N], 0 to 1.</summary>
    internal static void Scale(ReadOnlySpan<float> sensitivity, float? sharpness, Span<float> scaled)
    {
        double least = double.PositiveInfinity;
        double most = double.NegativeInfinity;
        foreach (float value in sensitivity)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] = (least == most, sharpness) switch
            {
                (true, _) => 1,
                (_, null) => (float)((sensitivity[i] - least) / (most - least + RangeFloor)),
                (_, float power) => (float)Math.Pow(sensitivity[i] / most, power),
            };
        }
    }

    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
