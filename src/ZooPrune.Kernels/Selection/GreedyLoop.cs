namespace ZooPrune;

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
