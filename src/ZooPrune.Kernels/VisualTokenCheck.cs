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
}
