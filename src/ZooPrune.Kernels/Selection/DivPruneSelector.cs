using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// DivPrune (CVPR 2025): begin with the token whose nearest neighbour is farthest, then add, one by one, the token whose nearest
/// kept token is farthest; distances 1 - cos(Z_i, Z_j). Ties: lowest index.
/// </summary>
/// <remarks>
/// As published the tiles of a picture compete together. One difference: the published code may pick a token twice once only exact
/// duplicates of kept tokens are left and then returns fewer than K; here the duplicates fill up the budget, lowest index first.
/// </remarks>
internal sealed class DivPruneSelector(PruningOptions options, ITokenKernels kernels) : ISelectionMethod
{
    public bool UsesSensitivity => false;

    public bool JoinsTiles => true;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        CosineSimilarity cosines = tokens.Workspace.Cosines(tokens, options.Centering, tokens.Count, options.MaxThreads, kernels);
        Span<float> weights = tokens.Workspace.Weights.Take(tokens.Count);
        weights.Fill(1f);
        GreedyLoop.Run(weights, FarthestFromNeighbour(cosines, tokens.Count), cosines, order, kernels);
    }

    private static int FarthestFromNeighbour(CosineSimilarity cosines, int count)
    {
        int best = 0;
        float least = float.PositiveInfinity;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = cosines.Row(i);
            float nearest = MathF.Max(Largest(row[..i]), Largest(row[(i + 1)..]));
            if (nearest < least)
            {
                best = i;
                least = nearest;
            }
        }

        return best;
    }

    private static float Largest(ReadOnlySpan<float> values) => values.IsEmpty ? float.NegativeInfinity : TensorPrimitives.Max(values);
}
