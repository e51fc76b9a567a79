using ZooPrune.Onnx;

namespace ZooPrune.Studies;

/// <summary>
/// How far every projected token moves when the encoder's input is nudged, the projector's sensitivity extended to the whole encoder:
/// E_i = (1/m) sum_j ||Z_i(p + h v_j) - Z_i(p - h v_j)|| / (2h), p the normalised pixel values, [3, S, S] as one vector, and v_j Gaussian
/// directions of length 1 over all pixels at once.
/// </summary>
internal static class EncoderSensitivity
{
    /// <summary>E, [N].</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">p.</param>
    /// <param name="directions">The v_j: their numbers choose them.</param>
    /// <param name="step">h.</param>
    public static float[] Of(VisionLanguageModel model, PreparedImage image, IReadOnlyCollection<int> directions, float step)
    {
        float[] sums = new float[model.VisualTokenCount];
        foreach (int direction in directions)
        {
            ReadOnlySpan<float> v = DirectionBank.Gaussian(1, image.PixelValues.Length, direction)[0];
            float[] above = Project(model, image, v, step);
            float[] below = Project(model, image, v, -step);
            int width = model.EmbeddingWidth;
            for (int i = 0; i < sums.Length; i++)
            {
                float moved = TokenKernels.Default.Distance(above.AsSpan(i * width, width), below.AsSpan(i * width, width));
                sums[i] += moved / (2 * step * directions.Count);
            }
        }

        return sums;
    }

    private static float[] Project(VisionLanguageModel model, PreparedImage image, ReadOnlySpan<float> direction, float scale)
    {
        float[] pixels = new float[direction.Length];
        TokenKernels.Default.AddScaled(image.PixelValues.Span, scale, direction, pixels);
        float[] tokens = model.Encode(new PreparedImage(pixels, image.Shape, image.OriginalHeight, image.OriginalWidth));
        float[] projected = new float[model.VisualTokenCount * model.EmbeddingWidth];
        model.Projector.Project(tokens, projected);
        return projected;
    }
}
