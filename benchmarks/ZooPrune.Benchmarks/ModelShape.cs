namespace ZooPrune.Benchmarks;

/// <summary>The sizes that pruning meets in a model: N, D, H1, H and K.</summary>
public sealed record ModelShape(string Name, int Tokens, int InputWidth, int HiddenWidth, int OutputWidth, int Keep)
{
    public static ModelShape Llava { get; } = new("llava-1.5", 576, 1024, 4096, 4096, 64);

    /// <summary>The merger of Qwen2.5-VL-7B behind its norm: four patches of 1280 joined, a fifth of 1,224 tokens kept.</summary>
    public static ModelShape Qwen { get; } = new("qwen2.5-vl-7b", 1224, 5120, 5120, 3584, 245);

    public static ModelShape ShapesVlm { get; } = new("shapes-vlm", 576, 96, 128, 128, 64);

    public static ModelShape Odd { get; } = new("odd", 331, 77, 259, 101, 37);

    public static IReadOnlyList<ModelShape> All { get; } = [Llava, Qwen, ShapesVlm, Odd];

    /// <summary>Seeded weights of the size that keeps activations near 1.</summary>
    public MlpProjector MakeProjector() => new(
        Random(1, HiddenWidth * InputWidth, 1.7f / MathF.Sqrt(InputWidth)),
        Random(2, HiddenWidth, 0.5f),
        Random(3, OutputWidth * HiddenWidth, 1.7f / MathF.Sqrt(HiddenWidth)),
        Random(4, OutputWidth, 0.1f),
        InputWidth,
        HiddenWidth,
        OutputWidth);

    /// <summary>Seeded visual tokens in seven clusters, row-major [N, D].</summary>
    /// <param name="seed">Another picture of the same kind.</param>
    public float[] MakeTokens(int seed = 6)
    {
        float[] clusters = Random(5, 7 * InputWidth, 1);
        float[] tokens = Random(seed, Tokens * InputWidth, 0.5f);
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] += clusters[(i / InputWidth % 7 * InputWidth) + (i % InputWidth)];
        }

        return tokens;
    }

    public override string ToString() => Name;

    private static float[] Random(int seed, int count, float scale)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * scale;
        }

        return values;
    }
}
