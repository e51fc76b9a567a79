namespace ZooPrune.Studies;

/// <summary>A projector of LLaVA-1.5-7B's size with random weights, and tokens for it.</summary>
internal static class LargeProjector
{
    /// <summary>D.</summary>
    public const int InputWidth = 1024;

    private const int HiddenWidth = 4096;
    private const int OutputWidth = 4096;
    private const float BiasScale = 6.4f;

    /// <summary>Gaussian weights: rows of length 1, so that products keep the scale of what goes in; biases of about 0.1.</summary>
    /// <remarks>The seeds are others than those of sampled directions: a weight must not be a direction as well.</remarks>
    public static MlpProjector Create() => new(
        Rows(HiddenWidth, InputWidth, seed: 101),
        Scaled(Rows(1, HiddenWidth, seed: 102), BiasScale),
        Rows(OutputWidth, HiddenWidth, seed: 103),
        Scaled(Rows(1, OutputWidth, seed: 104), BiasScale),
        InputWidth,
        HiddenWidth,
        OutputWidth);

    /// <summary>X, [N, D]: Gaussian tokens whose elements have the size 1/2 to 2, evenly spaced on a logarithmic scale.</summary>
    public static float[] Tokens(int count)
    {
        float[] tokens = Rows(count, InputWidth, seed: 105);
        for (int i = 0; i < count; i++)
        {
            double size = Math.Pow(4, (i / (count - 1.0)) - 0.5) * Math.Sqrt(InputWidth);
            foreach (ref float value in tokens.AsSpan(i * InputWidth, InputWidth))
            {
                value = (float)(value * size);
            }
        }

        return tokens;
    }

    private static float[] Rows(int count, int width, int seed)
    {
        DirectionBank bank = DirectionBank.Gaussian(count, width, seed);
        float[] rows = new float[count * width];
        for (int row = 0; row < count; row++)
        {
            bank[row].CopyTo(rows.AsSpan(row * width));
        }

        return rows;
    }

    private static float[] Scaled(float[] values, float scale) => [.. values.Select(value => value * scale)];
}
