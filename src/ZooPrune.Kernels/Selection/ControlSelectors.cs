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

/// <summary>
/// A control: every position gets the hash of (seed, position), and the lowest hashes stay. The same on every machine; the choice
/// for K is the beginning of that for K + 1.
/// </summary>
/// <remarks>The same seed draws the same positions for every image of a size; a fresh draw needs another seed.</remarks>
internal sealed class RandomSelector(int seed) : ISelectionMethod
{
    // Apart from the streams of DirectionBank, which start at 0.
    private const int Stream = -1;

    public bool UsesSensitivity => false;

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        ulong stream = CounterHash.Stream(seed, Stream);
        Span<ulong> hashes = tokens.Workspace.Hashes.Take(tokens.Count);
        Span<int> indices = tokens.Workspace.Ranking.Take(tokens.Count);
        for (int i = 0; i < tokens.Count; i++)
        {
            hashes[i] = CounterHash.Bits(stream, tokens.PositionOf(i));
            indices[i] = i;
        }

        hashes.Sort(indices);
        indices[..order.Length].CopyTo(order);
    }
}
