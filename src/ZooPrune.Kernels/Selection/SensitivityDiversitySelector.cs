using System.Numerics.Tensors;

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
        GreedyLoop.Run(weights, TensorPrimitives.IndexOfMax<float>(weights), cosines, order, kernels);
    }

    /// <summary>S_hat, [N], 0 to 1.</summary>
    internal static void Scale(ReadOnlySpan<float> sensitivity, float? sharpness, Span<float> scaled)
    {
        double least = TensorPrimitives.Min(sensitivity);
        double most = TensorPrimitives.Max(sensitivity);
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
}

/// <summary>The greedy selection that ZOO-Prune and DivPrune share.</summary>
internal static class GreedyLoop
{
    /// <summary>
    /// After a first token, adds again and again the token of largest weight_i (1 - max over the taken p of cos(Z_i, Z_p)); each
    /// step looks at the newest token only. Taken tokens are left out, not given a low score, so none is picked twice.
    /// </summary>
    /// <param name="weights">[N]; overwritten: NaN marks what is taken.</param>
    /// <param name="first">The first token.</param>
    /// <param name="cosines">The similarities.</param>
    /// <param name="order">Receives the choice; its length, 1 to N, is how many are chosen.</param>
    /// <param name="kernels">The loops.</param>
    public static void Run(Span<float> weights, int first, CosineSimilarity cosines, Span<int> order, ITokenKernels kernels)
    {
        Span<float> closest = cosines.NothingClose();
        order[0] = first;
        weights[first] = float.NaN;
        for (int k = 1; k < order.Length; k++)
        {
            int next = kernels.PickNext(weights, cosines.Row(order[k - 1]), closest);
            order[k] = next;
            weights[next] = float.NaN;
        }
    }
}
