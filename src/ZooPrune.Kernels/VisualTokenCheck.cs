namespace ZooPrune;

/// <summary>Checks what goes into a pruner and what its projector returns.</summary>
internal static class VisualTokenCheck
{
    /// <summary>Rejects a token count below 1.</summary>
    public static void Count(int tokenCount)
    {
        if (tokenCount < 1)
        {
            throw Throw.NoTokens(tokenCount, nameof(tokenCount));
        }
    }

    /// <summary>Rejects visual tokens that are not N x D finite values.</summary>
    /// <returns>N, the sum of the tile lengths.</returns>
    public static int Tokens(ReadOnlySpan<float> visualTokens, ReadOnlySpan<int> tileLengths, int width)
    {
        if (tileLengths.IsEmpty)
        {
            throw Throw.NoTiles(nameof(tileLengths));
        }

        long count = 0;
        for (int tile = 0; tile < tileLengths.Length; tile++)
        {
            count += tileLengths[tile] >= 1 ? tileLengths[tile] : throw Throw.EmptyTile(tile, tileLengths[tile], nameof(tileLengths));
        }

        if (visualTokens.Length != count * width)
        {
            throw Throw.TokenLength(visualTokens.Length, count, width, nameof(visualTokens));
        }

        int bad = FiniteCheck.FirstNotFinite(visualTokens);
        return bad < 0
            ? (int)count
            : throw Throw.TokenNotFinite(bad / width, bad % width, visualTokens[bad], nameof(visualTokens));
    }

    /// <summary>N x H, where one array can hold as many.</summary>
    public static int ProjectedLength(int count, int outputWidth)
    {
        long length = (long)count * outputWidth;
        return length <= Array.MaxLength ? (int)length : throw Throw.SizeTooLarge("Projected visual tokens", length, "visualTokens");
    }

    /// <summary>Rejects NaN and infinity in Z and S.</summary>
    public static void Projection(
        ReadOnlySpan<float> projected, ReadOnlySpan<float> sensitivity, int count, IProjector projector, int maxThreads)
    {
        int bad = FiniteCheck.FirstNotFinite(projected, maxThreads);
        if (bad >= 0)
        {
            throw Throw.ProjectionNotFinite("projection", projector.GetType(), bad / (projected.Length / count), projected[bad]);
        }

        bad = FiniteCheck.FirstNotFinite(sensitivity);
        if (bad >= 0)
        {
            throw Throw.ProjectionNotFinite("sensitivity", projector.GetType(), bad, sensitivity[bad]);
        }
    }

    /// <summary>Rejects an input whose parts do not fit together, the projector or the method.</summary>
    public static void Input(in PruningInput input, int width, ISelectionMethod method)
    {
        int count = Tokens(input.VisualTokens, input.TileLengths, width);
        Images(input);
        Protected(input.ProtectedTokens, count);
        Scores(input.Scores, count, method);
        Attention(input.Attention, count, method);
    }

    private static void Attention(EncoderAttention? attention, int count, ISelectionMethod method)
    {
        AttentionParts missing = method.UsesAttention & ~(attention?.Parts ?? AttentionParts.None);
        if (missing != AttentionParts.None)
        {
            throw Throw.AttentionMissing(method.GetType(), missing, "input");
        }

        if (attention is not null)
        {
            Part("LastLayer", attention.LastLayer.Span, hasRows: false);
            Part("FirstLayer", attention.FirstLayer.Span, hasRows: false);
            Part("Joined", attention.Joined.Span, hasRows: false);
            Part("Keys", attention.Keys.Span, hasRows: true);
        }

        void Part(string name, ReadOnlySpan<float> values, bool hasRows)
        {
            long heads = hasRows ? Math.Max(1L, attention.KeyHeads) : 1;
            if (hasRows ? values.Length % (count * heads) != 0 : !values.IsEmpty && values.Length != count)
            {
                string shape = hasRows ? "a multiple of N x heads" : "N";
                throw Throw.WrongLength($"PruningInput.Attention.{name}", values.Length, shape, count * heads, "input");
            }

            int bad = FiniteCheck.FirstNotFinite(values);
            if (bad >= 0)
            {
                throw Throw.AttentionNotFinite(name, bad / (values.Length / count), values[bad], "input");
            }
        }
    }

    /// <summary>Rejects several images where one is expected.</summary>
    public static void OneImage(in PruningInput input)
    {
        if (input.ImageCount != 1)
        {
            throw Throw.SeveralImages(input.ImageCount, nameof(input));
        }
    }

    private static void Images(in PruningInput input)
    {
        long tiles = 0;
        for (int image = 0; image < input.TilesPerImage.Length; image++)
        {
            int own = input.TilesPerImage[image];
            tiles += own >= 1 ? own : throw Throw.ImageWithoutTiles(image, own, nameof(input));
        }

        if (!input.TilesPerImage.IsEmpty && tiles != input.TileLengths.Length)
        {
            throw Throw.TilesOfImages(tiles, input.TileLengths.Length, nameof(input));
        }

        if (!input.Budgets.IsEmpty && input.Budgets.Length != input.ImageCount)
        {
            throw Throw.BudgetsOfImages(input.Budgets.Length, input.ImageCount, nameof(input));
        }

        for (int image = 0; image < input.Budgets.Length; image++)
        {
            if (input.Budgets[image] == default)
            {
                throw Throw.BudgetOfImageNotSet(image, nameof(input));
            }
        }
    }

    private static void Protected(ReadOnlySpan<int> tokens, int count)
    {
        int previous = -1;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] <= previous || tokens[i] >= count)
            {
                throw Throw.ProtectedToken(i, tokens[i], previous, count, "input");
            }

            previous = tokens[i];
        }
    }

    private static void Scores(ReadOnlySpan<float> scores, int count, ISelectionMethod method)
    {
        if (scores.IsEmpty && method.UsesScores)
        {
            throw Throw.ScoresMissing(method.GetType(), count, "input");
        }

        if (!scores.IsEmpty && scores.Length != count)
        {
            throw Throw.WrongLength("PruningInput.Scores", scores.Length, "N", count, "input");
        }

        int bad = FiniteCheck.FirstNotFinite(scores);
        if (bad >= 0)
        {
            throw Throw.ScoreNotFinite(bad, scores[bad], "input");
        }
    }
}
