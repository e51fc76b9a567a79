namespace ZooPrune.Benchmarks;

/// <summary>What a <see cref="DecoderLayer"/> reads, made ahead so that making it is not timed.</summary>
/// <param name="X">[count, H].</param>
/// <param name="Keys">[heads, past, head width].</param>
/// <param name="Values">[heads, past, head width].</param>
/// <param name="Past">Tokens in the cache.</param>
internal sealed record LayerInput(float[] X, float[] Keys, float[] Values, int Past)
{
    public int Count { get; } = X.Length / DecoderLayer.Width;

    /// <summary>[count, head width], the same angles for both halves of a head.</summary>
    public float[] Cosines { get; } = Rotations(Past, X.Length / DecoderLayer.Width, Math.Cos);

    /// <summary>[count, head width].</summary>
    public float[] Sines { get; } = Rotations(Past, X.Length / DecoderLayer.Width, Math.Sin);

    /// <summary>[count, past + count]: 0 where a token may look, far below where it may not.</summary>
    public float[] Mask { get; } = CausalMask(Past, X.Length / DecoderLayer.Width);

    /// <summary>Tokens with nothing before them.</summary>
    public static LayerInput First(float[] x) => new(x, [], [], 0);

    /// <summary>Tokens after those in the cache.</summary>
    public static LayerInput Next(float[] x, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int past) =>
        new(x, keys.ToArray(), values.ToArray(), past);

    /// <summary>Seeded values, uniform from -scale to scale.</summary>
    public static float[] Random(int count, int seed, float scale)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * scale;
        }

        return values;
    }

    private static float[] Rotations(int past, int count, Func<double, double> function)
    {
        const int Half = DecoderLayer.HeadWidth / 2;
        float[] values = new float[count * DecoderLayer.HeadWidth];
        for (int i = 0; i < values.Length; i++)
        {
            double frequency = Math.Pow(10_000, -(double)(i % Half) / Half);
            values[i] = (float)function((past + (i / DecoderLayer.HeadWidth)) * frequency);
        }

        return values;
    }

    private static float[] CausalMask(int past, int count)
    {
        int total = past + count;
        float[] mask = new float[count * total];
        for (int i = 0; i < count; i++)
        {
            mask.AsSpan((i * total) + past + i + 1, count - i - 1).Fill(-1e9f);
        }

        return mask;
    }
}
