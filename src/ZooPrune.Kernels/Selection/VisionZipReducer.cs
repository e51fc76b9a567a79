using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// VisionZip (CVPR 2025): the tokens that the class token attends to most stay as they are (dominant); of the others some, evenly spaced,
/// take in those whose keys resemble theirs most (contextual): x_target + mean of its members. The merged visual tokens are projected.
/// </summary>
/// <remarks>
/// <para>
/// Of a budget K, floor(10 K / 64) are contextual, which gives the published 162 + 30, 108 + 20 and 54 + 10. With n tokens left, the
/// targets are the first c of those at 0, s, 2s, ... among them, s = max(1, floor(n / c)). Similarity is the cosine of the keys, the mean
/// over heads. Ties: lowest index. A contextual token stands at its target's place.
/// </para>
/// <para>
/// As published for LLaVA the class token is one of the dominant ones and is read first. Here tokens compete as in the ports for encoders
/// without a class token; who wants it gives it as token 0, with the greatest attention. Immutable; many threads may use one.
/// </para>
/// </remarks>
public sealed class VisionZipReducer : ITokenReducer
{
    private const int PublishedBudget = 64;
    private const int PublishedContextual = 10;

    private readonly int? _contextual;

    /// <summary>Creates the method.</summary>
    /// <param name="contextual">c, how many of the kept tokens of a tile are contextual, at most K; null for the published
    /// share.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="contextual"/> is below 0.</exception>
    public VisionZipReducer(int? contextual = null)
    {
        _contextual = contextual is null or >= 0
            ? contextual
            : throw Throw.SelectorBelow(nameof(VisionZipReducer), contextual.Value, 0, nameof(contextual));
    }

    /// <inheritdoc/>
    public bool UsesSensitivity => false;

    /// <inheritdoc/>
    public AttentionParts UsesAttention => AttentionParts.LastLayer | AttentionParts.Keys;

    /// <inheritdoc/>
    public bool MergesBeforeProjector => true;

    /// <inheritdoc/>
    public void Reduce(in ScoredTokens tokens, Span<int> order, Span<float> rows)
    {
        int width = tokens.VisualTokens.Length / tokens.Count;
        int contextual = Math.Min(_contextual ?? (int)((long)order.Length * PublishedContextual / PublishedBudget), order.Length);
        int dominant = order.Length - contextual;
        AttentionRanking.Sort(tokens).AsSpan(0, dominant).CopyTo(order);

        bool[] taken = new bool[tokens.Count];
        foreach (int token in order[..dominant])
        {
            taken[token] = true;
        }

        int[] rest = [.. Enumerable.Range(0, tokens.Count).Where(token => !taken[token])];
        int step = contextual == 0 ? 1 : Math.Max(1, rest.Length / contextual);
        int[] targets = [.. Enumerable.Range(0, contextual).Select(target => rest[target * step])];
        targets.CopyTo(order[dominant..]);
        for (int k = 0; k < order.Length; k++)
        {
            tokens.VisualTokens.Slice(order[k] * width, width).CopyTo(rows[(k * width)..]);
        }

        if (contextual > 0)
        {
            Merge(tokens, rest.Except(targets), targets, rows[(dominant * width)..]);
        }
    }

    /// <summary>Adds to each target the mean of the tokens that resemble it more than the other targets.</summary>
    private static void Merge(in ScoredTokens tokens, IEnumerable<int> others, int[] targets, Span<float> rows)
    {
        int width = rows.Length / targets.Length;
        int[] members = new int[targets.Length];
        float[] keys = UnitKeys.Of(tokens.MeanKeys(), tokens.Count);
        int keyWidth = keys.Length / tokens.Count;
        double[] sums = new double[rows.Length];
        foreach (int token in others)
        {
            int best = 0;
            float closest = float.NegativeInfinity;
            for (int target = 0; target < targets.Length; target++)
            {
                float cosine = TensorPrimitives.Dot<float>(
                    keys.AsSpan(token * keyWidth, keyWidth), keys.AsSpan(targets[target] * keyWidth, keyWidth));
                (best, closest) = cosine > closest ? (target, cosine) : (best, closest);
            }

            members[best]++;
            ReadOnlySpan<float> row = tokens.VisualTokens.Slice(token * width, width);
            for (int i = 0; i < width; i++)
            {
                sums[(best * width) + i] += row[i];
            }
        }

        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] += members[i / width] == 0 ? 0 : (float)(sums[i] / members[i / width]);
        }
    }
}

/// <summary>Rows divided by their L2 norms, whose products are cosines; zeros stay zeros.</summary>
internal static class UnitKeys
{
    public static float[] Of(ReadOnlySpan<float> rows, int count)
    {
        int width = rows.Length / count;
        float[] units = new float[rows.Length];
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> values = rows.Slice(row * width, width);
            double norm = Math.Sqrt(DoubleSums.SumOfSquares(values));
            for (int i = 0; i < width && norm > 0; i++)
            {
                units[(row * width) + i] = (float)(values[i] / norm);
            }
        }

        return units;
    }
}
