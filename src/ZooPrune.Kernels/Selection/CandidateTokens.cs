namespace ZooPrune;

/// <summary>The tokens of an image that compete: all but the protected ones, moved together.</summary>
internal readonly ref struct CandidateTokens
{
    private readonly PruningWorkspace _workspace;
    private readonly int _width;

    private CandidateTokens(PruningWorkspace workspace, int count, int width)
    {
        _workspace = workspace;
        _width = width;
        Count = count;
    }

    public int Count { get; }

    /// <summary>Candidates of each tile, or of all tiles where they compete together.</summary>
    public ReadOnlySpan<int> TileLengths { get; private init; }

    private ReadOnlySpan<float> Projected { get; init; }

    private ReadOnlySpan<float> Sensitivity { get; init; }

    private ReadOnlySpan<float> Scores { get; init; }

    /// <summary>Empty where nothing is protected.</summary>
    private ReadOnlySpan<int> Positions { get; init; }

    /// <summary>Finds the candidates of an image; copies only where some tokens are protected.</summary>
    public static CandidateTokens Of(in ImageTokens image, bool joinsTiles, PruningWorkspace workspace)
    {
        int width = image.Projected.Length / image.Count;
        int count = image.Count - image.ProtectedTokens.Length;
        ReadOnlySpan<int> positions = image.ProtectedTokens.IsEmpty ? [] : Unprotected(image, workspace.Positions.Take(count));
        return new CandidateTokens(workspace, count, width)
        {
            Projected = Pick(image.Projected, positions, width, workspace.CandidateRows),
            Sensitivity = Pick(image.Sensitivity, positions, 1, workspace.CandidateSensitivity),
            Scores = Pick(image.Scores, positions, 1, workspace.CandidateScores),
            Positions = positions,
            TileLengths = Lengths(image, joinsTiles, count, workspace),
        };
    }

    /// <summary><paramref name="length"/> candidates, at least one, from <paramref name="first"/> on.</summary>
    public ScoredTokens Slice(int first, int length) =>
        new(
            Projected.Slice(first * _width, length * _width),
            Sensitivity.IsEmpty ? [] : Sensitivity.Slice(first, length),
            length,
            first,
            _workspace)
        {
            Scores = Scores.IsEmpty ? [] : Scores.Slice(first, length),
            ImageScores = Scores,
            Positions = Positions.IsEmpty ? [] : Positions.Slice(first, length),
        };

    private static ReadOnlySpan<int> Unprotected(in ImageTokens image, Span<int> positions)
    {
        int filled = 0;
        int next = 0;
        for (int token = 0; token < image.Count; token++)
        {
            if (next < image.ProtectedTokens.Length && image.ProtectedTokens[next] == image.First + token)
            {
                next++;
            }
            else
            {
                positions[filled++] = token;
            }
        }

        return positions;
    }

    private static ReadOnlySpan<float> Pick(ReadOnlySpan<float> rows, ReadOnlySpan<int> positions, int width, GrowingBuffer<float> buffer)
    {
        if (positions.IsEmpty || rows.IsEmpty)
        {
            return rows;
        }

        Span<float> picked = buffer.Take(positions.Length * width);
        for (int i = 0; i < positions.Length; i++)
        {
            rows.Slice(positions[i] * width, width).CopyTo(picked[(i * width)..]);
        }

        return picked;
    }

    private static ReadOnlySpan<int> Lengths(in ImageTokens image, bool joinsTiles, int count, PruningWorkspace workspace)
    {
        Span<int> lengths = workspace.TileLengths.Take(joinsTiles ? 1 : image.TileLengths.Length);
        if (joinsTiles)
        {
            lengths[0] = count;
            return lengths;
        }

        int end = image.First;
        int next = 0;
        for (int tile = 0; tile < lengths.Length; tile++)
        {
            end += image.TileLengths[tile];
            lengths[tile] = image.TileLengths[tile];
            for (; next < image.ProtectedTokens.Length && image.ProtectedTokens[next] < end; next++)
            {
                lengths[tile]--;
            }
        }

        return lengths;
    }
}
