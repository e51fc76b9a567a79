namespace ZooPrune.Tests;

/// <summary>Seeded inputs. <see cref="Uniform(int, int)"/> gives the same numbers as the Python scripts in Data/.</summary>
internal static class TestData
{
    /// <summary>Multiples of 2^-23 in [-1, 1): the top 24 bits of a SplitMix64 hash of (seed times 2^32) + index.</summary>
    public static float[] Uniform(int seed, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong state = (((ulong)(uint)seed << 32) + (ulong)i) * 0x9E3779B97F4A7C15;
            state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
            state ^= state >> 31;
            values[i] = (float)(((state >> 40) / (double)(1 << 23)) - 1);
        }

        return values;
    }

    /// <summary>Values of <see cref="Uniform(int, int)"/> times a factor.</summary>
    public static float[] Uniform(int seed, int count, float scale) => [.. Uniform(seed, count).Select(value => value * scale)];

    /// <summary>Tokens in seven clusters and three strengths, as the golden cases have them.</summary>
    public static float[] Tokens(int seed, int count, int width)
    {
        float[] clusters = Uniform(10 * seed, 7 * width);
        float[] noise = Uniform((10 * seed) + 1, count * width);
        float[] tokens = new float[count * width];
        for (int i = 0; i < count; i++)
        {
            float strength = 1f / (1 << (i % 3));
            for (int k = 0; k < width; k++)
            {
                tokens[(i * width) + k] = (clusters[(i % 7 * width) + k] + (noise[(i * width) + k] * 0.5f)) * strength;
            }
        }

        return tokens;
    }

    /// <summary>A projector with the golden cases' weights.</summary>
    public static MlpProjector Projector(int seed, int input, int hidden, int output, ITokenKernels? kernels = null) => new(
        Uniform((10 * seed) + 2, hidden * input, PowerOfTwo(2 / Math.Sqrt(input))),
        Uniform((10 * seed) + 3, hidden, 0.5f),
        Uniform((10 * seed) + 4, output * hidden, PowerOfTwo(2 / Math.Sqrt(hidden))),
        Uniform((10 * seed) + 5, output, 0.125f),
        input,
        hidden,
        output,
        kernels ?? TokenKernels.Default);

    /// <summary>The golden cases' directions, not normalised.</summary>
    public static DirectionBank Directions(int seed, int count, int width) =>
        DirectionBank.FromRows(Uniform((10 * seed) + 6, count * width), count, width);

    private static float PowerOfTwo(double value) => (float)Math.Pow(2, Math.Round(Math.Log2(value)));
}
