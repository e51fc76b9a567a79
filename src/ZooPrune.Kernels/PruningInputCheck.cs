namespace ZooPrune;

/// <summary>Checks what one call hands to a pruner.</summary>
internal static class PruningInputCheck
{
    /// <summary>Rejects an input whose parts do not fit together, the projector or the method.</summary>
    /// <returns>N, the number of tokens of all images together.</returns>
    public static int Check(in PruningInput input, int width, ISelectionMethod method)
    {
        int count = VisualTokenCheck.Tokens(input.VisualTokens, input.TileLengths, width);
        Images(input);
        Protected(input.ProtectedTokens, count);
        Scores(input.Scores, count, method);
        return count;
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
