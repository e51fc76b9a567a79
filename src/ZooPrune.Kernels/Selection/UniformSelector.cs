namespace ZooPrune;

/// <summary>A control: positions floor((k + 1/2) N / K), an even grid over the row-major order of the tokens.</summary>
internal sealed class UniformSelector : ISelectionMethod
{
    public bool UsesSensitivity => false;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        for (int k = 0; k < order.Length; k++)
        {
            order[k] = (int)(((2L * k) + 1) * tokens.Count / (2L * order.Length));
        }
    }
}
