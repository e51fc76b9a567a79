namespace ZooPrune.Studies;

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
