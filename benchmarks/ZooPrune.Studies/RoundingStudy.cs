using System.Globalization;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>What step size and number format do to the published estimator.</summary>
internal static class RoundingStudy
{
    public const int DefaultImages = 8;

    private const int Directions = 64;
    private const int LargeDirections = 16;
    private const int LargeTokens = 64;

    private static readonly NumberFormat[] Formats = [NumberFormat.Float32, NumberFormat.Float16, NumberFormat.BFloat16];
    private static readonly float[] Steps = [1e-4f, 1e-3f, 1e-2f, 1e-1f, 1];

    public static StudyReport Run(HeldOut heldOut, StudyRun run)
    {
        Dictionary<(NumberFormat Format, float Step), Sample> small = Samples();
        Dictionary<(NumberFormat Format, float Step), Sample> large = Samples();
        MlpProjector weights = (heldOut.Model.Projector as IClosedFormProjector)?.Weights
            ?? throw new ZooPruneException("Rounding study: the model's projector is not Linear, GELU, Linear. "
                + "The study rounds inside that form; take a model such as models/shapes-vlm.");
        run.OverImages(heldOut.Images, name =>
        {
            StudyImage image = heldOut.Read(name);
            Compare(weights, image.VisualTokens, image.Sensitivity, Directions, small);
        });

        MlpProjector largeWeights = LargeProjector.Create();
        float[] tokens = LargeProjector.Tokens(LargeTokens);
        TokenSelection exact = new VisualTokenPruner(
            largeWeights, new PruningOptions { Keep = KeepBudget.Tokens(1) }).Prune(tokens, LargeTokens);
        Compare(largeWeights, tokens, exact.Sensitivity.ToArray(), LargeDirections, large);
        return new StudyReport(
            "rounding",
            [
                Table(
                    $"shapes-vlm, m = {Directions}: rank correlation with the closed form in float32, mean (least to largest) over images",
                    small),
                Table($"Random projector of LLaVA size, m = {LargeDirections}, {LargeTokens} tokens", large),
            ],
            new LineChart(
                "Published estimator in narrow formats",
                $"shapes-vlm, m = {Directions}: rank correlation with the closed form in float32",
                "step size h",
                [
                    .. Formats.Select(format => new ChartLine(
                        format.Name, [.. Steps.Select(step => new ChartPoint(Math.Round(step, 4), small[(format, step)].Mean))])),
                ])
            {
                XText = h => $"h = {LineChart.Number(h)}",
            });
    }

    private static void Compare(
        MlpProjector projector,
        float[] tokens,
        float[] exact,
        int directions,
        Dictionary<(NumberFormat Format, float Step), Sample> samples)
    {
        DirectionBank bank = DirectionBank.Gaussian(directions, projector.InputWidth, seed: 0);
        foreach (((NumberFormat format, float step), Sample sample) in samples)
        {
            sample.Add(RankCorrelation.Spearman(exact, new RoundedEstimator(projector, format).Estimate(tokens, bank, step)));
        }
    }

    private static Dictionary<(NumberFormat Format, float Step), Sample> Samples() =>
        Formats.SelectMany(format => Steps.Select(step => (format, step))).ToDictionary(key => key, _ => new Sample());

    private static TextTable Table(string title, Dictionary<(NumberFormat Format, float Step), Sample> samples) => new(
        title,
        ["h", .. Formats.Select(format => format.Name)],
        [
            .. Steps.Select(step => (string[])
                [step.ToString(CultureInfo.InvariantCulture), .. Formats.Select(format => samples[(format, step)].Text)]),
        ]);
}

/// <summary>
/// The published estimator as hardware of a narrow format does it: tokens, directions, weights and every stored value are rounded;
/// each product sums in float32 before it is stored, as tensor cores do.
/// </summary>
internal sealed class RoundedEstimator
{
    private readonly NumberFormat _format;
    private readonly MlpProjector _projector;
    private readonly float[] _weight1;
    private readonly float[] _bias1;
    private readonly float[] _weight2;
    private readonly float[] _bias2;

    public RoundedEstimator(MlpProjector projector, NumberFormat format)
    {
        _format = format;
        _projector = projector;
        _weight1 = format.Rounded(projector.Weight1);
        _bias1 = format.Rounded(projector.Bias1);
        _weight2 = format.Rounded(projector.Weight2);
        _bias2 = format.Rounded(projector.Bias2);
    }

    /// <summary>S_i = (1/m) sum_j ||M(x_i + h u_j) - M(x_i - h u_j)|| / (2h), [N].</summary>
    public float[] Estimate(float[] visualTokens, DirectionBank directions, float step)
    {
        int inputWidth = _projector.InputWidth;
        int outputWidth = _projector.OutputWidth;
        float[] tokens = _format.Rounded(visualTokens);
        float[] sensitivity = new float[tokens.Length / inputWidth];
        for (int j = 0; j < directions.Count; j++)
        {
            float[] nudge = directions[j].ToArray();
            TokenKernels.Default.AddScaled(new float[inputWidth], step, nudge, nudge);
            _format.Round(nudge);
            float[] difference = Project(Nudged(tokens, nudge, 1));
            TokenKernels.Default.AddScaled(difference, -1, Project(Nudged(tokens, nudge, -1)), difference);
            _format.Round(difference);
            for (int i = 0; i < sensitivity.Length; i++)
            {
                float length = TokenKernels.Default.Distance(difference.AsSpan(i * outputWidth, outputWidth), new float[outputWidth]);
                sensitivity[i] += length / (2 * step * directions.Count);
            }
        }

        return sensitivity;
    }

    private float[] Nudged(float[] tokens, float[] nudge, float sign)
    {
        float[] nudged = new float[tokens.Length];
        for (int start = 0; start < tokens.Length; start += nudge.Length)
        {
            TokenKernels.Default.AddScaled(tokens.AsSpan(start, nudge.Length), sign, nudge, nudged.AsSpan(start, nudge.Length));
        }

        _format.Round(nudged);
        return nudged;
    }

    private float[] Project(float[] tokens)
    {
        float[] hidden = Linear(tokens, _projector.InputWidth, _weight1, _bias1);
        TokenKernels.Default.Gelu(hidden, hidden);
        _format.Round(hidden);
        return Linear(hidden, _projector.HiddenWidth, _weight2, _bias2);
    }

    private float[] Linear(float[] rows, int width, float[] weight, float[] bias)
    {
        int count = rows.Length / width;
        float[] result = new float[count * bias.Length];
        for (int i = 0; i < count; i++)
        {
            bias.CopyTo(result.AsSpan(i * bias.Length));
        }

        TokenKernels.Default.AddProducts(
            new MatrixView(rows, count, width), new MatrixView(weight, bias.Length, width), result, bias.Length);
        _format.Round(result);
        return result;
    }
}

/// <summary>A number format, as the rounding of floats to its nearest value (ties to even).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Round">Rounds in place.</param>
internal sealed record NumberFormat(string Name, Action<Span<float>> Round)
{
    /// <summary>Nothing is rounded.</summary>
    public static NumberFormat Float32 { get; } = new("float32", _ => { });

    /// <summary>11 significant bits; overflows at 65,520.</summary>
    public static NumberFormat Float16 { get; } = new("float16", values =>
    {
        foreach (ref float value in values)
        {
            value = (float)(Half)value;
        }
    });

    /// <summary>8 significant bits; float's range.</summary>
    public static NumberFormat BFloat16 { get; } = new("bfloat16", values =>
    {
        foreach (ref float value in values)
        {
            value = ToBFloat16(value);
        }
    });

    /// <summary>A copy, rounded.</summary>
    public float[] Rounded(ReadOnlySpan<float> values)
    {
        float[] copy = values.ToArray();
        Round(copy);
        return copy;
    }

    // The upper half of a float's bits; half of the last one kept, less one if that one is even, is carried into it. Finite values only.
    private static float ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }
}
