namespace ZooPrune;

/// <summary>The candidates of one image or tile and what is known about each; only valid during the call that got it.</summary>
public readonly ref struct ScoredTokens
{
    private readonly PruningWorkspace? _workspace;

    /// <summary>Joins what is known about N tokens; for tests of a selection method, the pruner makes its own.</summary>
    /// <param name="projected">Z, row-major [N, H].</param>
    /// <param name="sensitivity">S, [N], or empty.</param>
    /// <param name="count">N; at least 1.</param>
    /// <param name="first">The position of the first of them among all tokens of the image; the others follow it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="projected"/> is no multiple of N, or <paramref name="sensitivity"/> is neither empty nor [N].
    /// </exception>
    public ScoredTokens(ReadOnlySpan<float> projected, ReadOnlySpan<float> sensitivity, int count, int first)
        : this(projected, sensitivity, count, first, null)
    {
        if (count < 1)
        {
            throw Throw.NoTokens(count, nameof(count));
        }

        if (projected.Length % count != 0)
        {
            throw Throw.NotRowsOfTokens(projected.Length, count, nameof(projected));
        }

        if (!sensitivity.IsEmpty && sensitivity.Length != count)
        {
            throw Throw.WrongLength("Sensitivity", sensitivity.Length, "N", count, nameof(sensitivity));
        }
    }

    internal ScoredTokens(ReadOnlySpan<float> projected, ReadOnlySpan<float> sensitivity, int count, int first, PruningWorkspace? workspace)
    {
        Projected = projected;
        Sensitivity = sensitivity;
        Count = count;
        First = first;
        _workspace = workspace;
    }

    /// <summary>Z, row-major [N, H]: the projected candidates.</summary>
    public ReadOnlySpan<float> Projected { get; }

    /// <summary>S, [N], >= 0; empty where the method uses none.</summary>
    public ReadOnlySpan<float> Sensitivity { get; }

    /// <summary>[N]; the candidates' part of <see cref="PruningInput.Scores"/>; empty where none were given.</summary>
    public ReadOnlySpan<float> Scores { get; init; }

    /// <summary>
    /// The scores of all candidates of the image, tile after tile, for methods that scale them over the whole image;
    /// <see cref="Scores"/> is a part of it. Empty where none were given.
    /// </summary>
    public ReadOnlySpan<float> ImageScores { get; init; }

    /// <summary>N, the number of candidates.</summary>
    public int Count { get; }

    /// <summary>H, the width of a projected token.</summary>
    public int Width => Projected.Length / Count;

    internal int First { get; }

    /// <summary>[N]; where some tokens of the image are no candidates. Empty: the candidates follow each other from First on.</summary>
    internal ReadOnlySpan<int> Positions { get; init; }

    /// <summary>Memory for the methods of this assembly, so that they need not allocate.</summary>
    internal PruningWorkspace Workspace => _workspace ?? new PruningWorkspace();

    /// <summary>One projected candidate, [H].</summary>
    /// <param name="candidate">0 to N - 1.</param>
    /// <returns>Row <paramref name="candidate"/> of <see cref="Projected"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such candidate.</exception>
    public ReadOnlySpan<float> Token(int candidate) => Projected.Slice(candidate * Width, Width);

    /// <summary>The position of a candidate among all tokens of the image, protected ones included, over all tiles.</summary>
    /// <param name="candidate">0 to N - 1.</param>
    /// <returns>The position, counted from 0.</returns>
    public int PositionOf(int candidate) => Positions.IsEmpty ? First + candidate : Positions[candidate];

    /// <summary>Those of an image that compete: all but the protected tokens, moved together; copied only where there are some.</summary>
    /// <param name="image">The image of which these are all tokens.</param>
    internal ScoredTokens Candidates(in PruningInput image)
    {
        int count = Count - image.ProtectedTokens.Length;
        ReadOnlySpan<int> positions = image.ProtectedTokens.IsEmpty ? [] : Unprotected(image, Workspace.Positions.Take(count));
        ReadOnlySpan<float> scores = Pick(Scores, positions, count, 1, Workspace.CandidateScores);
        return new ScoredTokens(
            Pick(Projected, positions, count, Width, Workspace.CandidateRows),
            Pick(Sensitivity, positions, count, 1, Workspace.CandidateSensitivity),
            count,
            0,
            Workspace)
        {
            Scores = scores,
            ImageScores = scores,
            Positions = positions,
        };
    }

    /// <summary><paramref name="length"/> tokens, at least one, from <paramref name="first"/> on.</summary>
    internal ScoredTokens Slice(int first, int length) => new(
        Projected.Slice(first * Width, length * Width),
        Sensitivity.IsEmpty ? [] : Sensitivity.Slice(first, length),
        length,
        First + first,
        _workspace)
    {
        Scores = Scores.IsEmpty ? [] : Scores.Slice(first, length),
        ImageScores = ImageScores,
        Positions = Positions.IsEmpty ? [] : Positions.Slice(first, length),
    };

    private static ReadOnlySpan<int> Unprotected(in PruningInput image, Span<int> positions)
    {
        int filled = 0;
        int next = 0;
        for (int token = 0; filled < positions.Length; token++)
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

    private static ReadOnlySpan<float> Pick(
        ReadOnlySpan<float> rows, ReadOnlySpan<int> positions, int count, int width, GrowingBuffer<float> buffer)
    {
        if (rows.Length == count * width || rows.IsEmpty)
        {
            return rows;
        }

        Span<float> picked = buffer.Take(count * width);
        for (int i = 0; i < count; i++)
        {
            rows.Slice(positions[i] * width, width).CopyTo(picked[(i * width)..]);
        }

        return picked;
    }
}
