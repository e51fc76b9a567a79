using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// ToMe's matching after the encoder: the most similar pairs of projected tokens become their mean, again and again, until K are left.
/// Needs nothing but the tokens.
/// </summary>
/// <remarks>
/// One step, as published: tokens of even place are sources, of odd place destinations; each source knows its closest destination by
/// cosine,
/// and the r closest pairs merge, r at most half. A merged token is the mean of all that went into it, each weighing the same, and stands
/// at
/// the place of the destination. Published is a step in each layer of the encoder, with the keys as the measure, which needs the encoder
/// exported anew; here the measure is the projected tokens themselves, and they stay in order between the steps. Ties: lowest place.
/// Immutable; many threads may use one.
/// </remarks>
public sealed class ToMeReducer : ITokenReducer
{
    /// <inheritdoc/>
    public bool UsesSensitivity => false;

    /// <inheritdoc/>
    public bool MergesBeforeProjector => false;

    /// <inheritdoc/>
    public void Reduce(in ScoredTokens tokens, Span<int> order, Span<float> rows)
    {
        int width = tokens.Width;
        int[] places = [.. Enumerable.Range(0, tokens.Count)];
        float[] values = tokens.Projected.ToArray();
        float[] sizes = new float[tokens.Count];
        Array.Fill(sizes, 1f);
        while (places.Length > order.Length)
        {
            Match[] matches = Matches(values, places.Length, hasClassToken: false);
            bool[] gone = new bool[places.Length];
            foreach (Match match in matches.Take(Math.Min(matches.Length, places.Length - order.Length)))
            {
                gone[match.Source] = true;
            }

            Merge(values, sizes, matches.Where(match => gone[match.Source]));
            int[] left = [.. Enumerable.Range(0, places.Length).Where(token => !gone[token])];
            float[] others = new float[left.Length * width];
            for (int i = 0; i < left.Length; i++)
            {
                values.AsSpan(left[i] * width, width).CopyTo(others.AsSpan(i * width));
            }

            values = others;
            sizes = [.. left.Select(token => sizes[token])];
            places = [.. left.Select(token => places[token])];
        }

        places.CopyTo(order);
        values.CopyTo(rows);
    }

    /// <summary>Every source with its closest destination, the closest pair first; a class token, source 0, comes last.</summary>
    /// <param name="metric">Row-major [T, d].</param>
    /// <param name="count">T.</param>
    /// <param name="hasClassToken">Whether row 0 never merges.</param>
    internal static Match[] Matches(ReadOnlySpan<float> metric, int count, bool hasClassToken)
    {
        int width = metric.Length / count;
        ReadOnlySpan<float> units = UnitKeys.Of(metric, count);
        var matches = new Match[(count + 1) / 2];
        for (int source = 0; source < count; source += 2)
        {
            var best = new Match(source, Math.Min(source + 1, count - 1), double.NegativeInfinity);
            for (int destination = 1; destination < count && !(hasClassToken && source == 0); destination += 2)
            {
                float cosine = TensorPrimitives.Dot(units.Slice(source * width, width), units.Slice(destination * width, width));
                best = cosine > best.Cosine ? new Match(source, destination, cosine) : best;
            }

            matches[source / 2] = best;
        }

        return [.. matches.Where(match => count > 1).OrderByDescending(match => match.Cosine)];
    }

    /// <summary>Adds sources to their destinations: means weighted by size.</summary>
    internal static void Merge(Span<float> values, Span<float> sizes, IEnumerable<Match> matches)
    {
        int width = values.Length / sizes.Length;
        foreach (IGrouping<int, Match> cluster in matches.GroupBy(match => match.Destination))
        {
            int[] members = [cluster.Key, .. cluster.Select(match => match.Source)];
            double size = 0;
            foreach (int member in members)
            {
                size += sizes[member];
            }

            Span<float> row = values.Slice(cluster.Key * width, width);
            TensorPrimitives.Multiply(row, (float)(sizes[cluster.Key] / size), row);
            foreach (int member in members.AsSpan(1))
            {
                TensorPrimitives.MultiplyAdd(values.Slice(member * width, width), (float)(sizes[member] / size), row, row);
            }

            sizes[cluster.Key] = (float)size;
        }
    }

    /// <summary>A source and its closest destination.</summary>
    internal readonly record struct Match(int Source, int Destination, double Cosine);
}
