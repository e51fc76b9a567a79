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

    /// <summary>X, row-major [N, D]: the candidates before the projector; empty where a test gave none.</summary>
    public ReadOnlySpan<float> VisualTokens { get; init; }

    /// <summary>What the vision encoder's attention says about the image's tokens; null where it was not given.</summary>
    public EncoderAttention? Attention { get; init; }

    /// <summary>
    /// Candidates of each tile, which sum up to N, for methods that join tiles; empty: one tile.
    /// </summary>
    public ReadOnlySpan<int> TileLengths { get; init; }

    /// <summary>N, the number of candidates.</summary>
    public int Count { get; }

    /// <summary>H, the width of a projected token.</summary>
    public int Width => Projected.Length / Count;

    internal int First { get; }

    /// <summary>The place of the image's first token in <see cref="Attention"/>.</summary>
    internal int AttentionStart { get; init; }

    /// <summary>[N]; where some tokens of the image are no candidates. Empty: the candidates follow each other from First on.</summary>
    internal ReadOnlySpan<int> Positions { get; init; }

    /// <summary>Memory for the methods of this assembly, so that they need not allocate.</summary>
    internal PruningWorkspace Workspace => _workspace ?? new PruningWorkspace();

    /// <summary>One projected candidate, [H].</summary>
    /// <param name="candidate">0 to N - 1.</param>
    /// <returns>Row <paramref name="candidate"/> of <see cref="Projected"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such candidate.</exception>
    public ReadOnlySpan<float> Token(int candidate) => Projected.Slice(candidate * Width, Width);

    /// <summary>The class token's attention to a candidate in the encoder's last layer, see
    /// <see cref="EncoderAttention.LastLayer"/>.</summary>
    /// <param name="candidate">0 to N - 1.</param>
    /// <returns>0 or more.</returns>
    public float LastAttention(int candidate) => Attention!.LastLayer.Span[AttentionStart + PositionOf(candidate)];

    /// <summary>The same in its first layer.</summary>
    /// <param name="candidate">0 to N - 1.</param>
    /// <returns>0 or more.</returns>
    public float FirstAttention(int candidate) => Attention!.FirstLayer.Span[AttentionStart + PositionOf(candidate)];

    /// <summary>The same in its last layer with all heads as one.</summary>
    /// <param name="candidate">0 to N - 1.</param>
    /// <returns>0 or more.</returns>
    public float JoinedAttention(int candidate) => Attention!.Joined.Span[AttentionStart + PositionOf(candidate)];

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
        ReadOnlySpan<float> visualTokens = Pick(
            VisualTokens, positions, count, VisualTokens.Length / Count, Workspace.CandidateVisualTokens);
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
            VisualTokens = visualTokens,
            Attention = Attention,
            AttentionStart = image.First,
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
        VisualTokens = VisualTokens.IsEmpty
            ? []
            : VisualTokens.Slice(first * (VisualTokens.Length / Count), length * (VisualTokens.Length / Count)),
        Attention = Attention,
        AttentionStart = AttentionStart,
        Positions = Positions.IsEmpty ? [] : Positions.Slice(first, length),
    };

    /// <summary>The candidates of an image's tiles, where a method joins them.</summary>
    internal ScoredTokens WithTiles(ReadOnlySpan<int> lengths) => new(Projected, Sensitivity, Count, First, _workspace)
    {
        Scores = Scores,
        ImageScores = ImageScores,
        VisualTokens = VisualTokens,
        Attention = Attention,
        AttentionStart = AttentionStart,
        Positions = Positions,
        TileLengths = lengths,
    };

    /// <summary>Row-major [N, heads x d]: the candidates' keys, all heads of one after the other.</summary>
    internal ReadOnlySpan<float> Keys() => AttentionRows(Attention!.Keys.Span);

    /// <summary>Row-major [N, d]: the candidates' keys, the mean over heads.</summary>
    internal ReadOnlySpan<float> MeanKeys() => AttentionRows(Attention!.MeanKeys());

    private ReadOnlySpan<float> AttentionRows(ReadOnlySpan<float> values)
    {
        int width = values.Length / Attention!.TokenCount;
        float[] rows = new float[Count * width];
        for (int i = 0; i < Count; i++)
        {
            values.Slice((AttentionStart + PositionOf(i)) * width, width).CopyTo(rows.AsSpan(i * width));
        }

        return rows;
    }

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
