namespace ZooPrune;

/// <summary>The normalisation of a patch: which, and its parameters. Immutable.</summary>
public sealed class PatchNorm
{
    private readonly float[] _weight;
    private readonly float[] _bias;

    private PatchNorm(NormKind kind, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon)
    {
        Kind = kind;
        _weight = Finite(weight, nameof(weight));
        _bias = Finite(bias, nameof(bias));
        Epsilon = epsilon >= 0 && float.IsFinite(epsilon) ? epsilon : throw Throw.NormEpsilon(epsilon, nameof(epsilon));
        if (weight.IsEmpty)
        {
            throw Throw.SizeBelowOne("PatchNorm", 0, nameof(weight));
        }

        if (bias.Length != weight.Length)
        {
            throw Throw.WrongLength("PatchNorm, bias", bias.Length, "C", weight.Length, nameof(bias));
        }
    }

    /// <summary>Which normalisation.</summary>
    public NormKind Kind { get; }

    /// <summary>C, the width of a patch.</summary>
    public int Width => _weight.Length;

    /// <summary>w, [C].</summary>
    public ReadOnlySpan<float> Weight => _weight;

    /// <summary>b, [C]; zeros for <see cref="NormKind.RootMeanSquare"/>.</summary>
    public ReadOnlySpan<float> Bias => _bias;

    /// <summary>What is added to the mean square, or to the variance; 0 or more.</summary>
    public float Epsilon { get; }

    /// <summary>w o x / sqrt(mean(x^2) + epsilon).</summary>
    /// <param name="weight">w, [C]; copied.</param>
    /// <param name="epsilon">0 or more.</param>
    /// <exception cref="ArgumentException">The weight is empty or holds NaN or infinity, or epsilon is negative or not finite.</exception>
    public static PatchNorm RootMeanSquare(ReadOnlySpan<float> weight, float epsilon) =>
        new(NormKind.RootMeanSquare, weight, new float[weight.Length], epsilon);

    /// <summary>w o (x - mean(x)) / sqrt(var(x) + epsilon) + b.</summary>
    /// <param name="weight">w, [C]; copied.</param>
    /// <param name="bias">b, [C]; copied.</param>
    /// <param name="epsilon">0 or more.</param>
    /// <exception cref="ArgumentException">
    /// The weight is empty, the bias has another length, one holds NaN or infinity, or epsilon is negative or not finite.
    /// </exception>
    public static PatchNorm Layer(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon) =>
        new(NormKind.Layer, weight, bias, epsilon);

    /// <summary>y: the patch divided by its size (after its mean is subtracted), without w and b.</summary>
    /// <param name="patch">[C].</param>
    /// <param name="unit">Receives y, [C]; zeros for a patch without size.</param>
    /// <returns>rho^2 = mean square (or variance) + epsilon.</returns>
    internal double Normalize(ReadOnlySpan<float> patch, Span<float> unit)
    {
        double mean = 0;
        if (Kind == NormKind.Layer)
        {
            foreach (float value in patch)
            {
                mean += value;
            }

            mean /= patch.Length;
        }

        double squares = 0;
        foreach (float value in patch)
        {
            squares += (value - mean) * (value - mean);
        }

        double size = (squares / patch.Length) + Epsilon;
        double scale = size > 0 ? 1 / Math.Sqrt(size) : 0;
        for (int c = 0; c < unit.Length; c++)
        {
            unit[c] = (float)((patch[c] - mean) * scale);
        }

        return size;
    }

    private static float[] Finite(ReadOnlySpan<float> values, string parameter)
    {
        int bad = FiniteCheck.FirstNotFinite(values);
        return bad < 0 ? values.ToArray() : throw Throw.NotFiniteWeight($"PatchNorm, {parameter}", bad, values[bad], parameter);
    }
}

/// <summary>How a projector normalises each patch before its first linear layer.</summary>
public enum NormKind
{
    /// <summary>w o x / sqrt(mean(x^2) + epsilon): Qwen2.5-VL's merger.</summary>
    RootMeanSquare,

    /// <summary>w o (x - mean(x)) / sqrt(var(x) + epsilon) + b: Qwen2-VL's merger.</summary>
    Layer,
}
