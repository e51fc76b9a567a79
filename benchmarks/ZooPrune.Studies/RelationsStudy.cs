using System.Numerics.Tensors;
using ZooPrune.Onnx;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>What the closed-form sensitivity S has to do with the length of a token and with the whole encoder's sensitivity E.</summary>
internal static class RelationsStudy
{
    public const int DefaultImages = 12;

    private const int Directions = 8;
    private const float Step = 1;
    private const float LargeStep = 4;
    private const int LargeTokens = 576;

    public static StudyReport Run(HeldOut heldOut, StudyRun run)
    {
        Sample norm = new();
        Sample inputNorm = new();
        Sample contrast = new();
        Sample encoder = new();
        Sample encoderNorm = new();
        Sample encoderTwice = new();
        Sample encoderSteps = new();
        run.OverImages(heldOut.Images, name =>
        {
            StudyImage image = heldOut.Read(name);
            norm.Add(RankCorrelation.Spearman(image.Sensitivity, Norms(image.Projected, image.Sensitivity.Length)));
            inputNorm.Add(RankCorrelation.Spearman(image.Sensitivity, Norms(image.VisualTokens, image.Sensitivity.Length)));
            contrast.Add(RankCorrelation.Spearman(image.Sensitivity, Contrasts(image)));

            PreparedImage prepared = heldOut.Prepare(name);
            float[] moved = EncoderSensitivity.Of(heldOut.Model, prepared, [.. Enumerable.Range(0, Directions)], Step);
            float[] again = EncoderSensitivity.Of(heldOut.Model, prepared, [.. Enumerable.Range(Directions, Directions)], Step);
            float[] farther = EncoderSensitivity.Of(heldOut.Model, prepared, [.. Enumerable.Range(0, Directions)], LargeStep);
            encoder.Add(RankCorrelation.Spearman(image.Sensitivity, moved));
            encoderNorm.Add(RankCorrelation.Spearman(Norms(image.Projected, image.Sensitivity.Length), moved));
            encoderTwice.Add(RankCorrelation.Spearman(moved, again));
            encoderSteps.Add(RankCorrelation.Spearman(moved, farther));
        });

        MlpProjector large = LargeProjector.Create();
        float[] tokens = LargeProjector.Tokens(LargeTokens);
        TokenSelection selection = Closed(large, tokens, LargeTokens);
        Sample largeNorm = new();
        largeNorm.Add(RankCorrelation.Spearman(selection.Sensitivity.ToArray(), Norms(selection.KeptTokens.ToArray(), LargeTokens)));
        Sample largeInputNorm = new();
        largeInputNorm.Add(RankCorrelation.Spearman(selection.Sensitivity.ToArray(), Norms(tokens, LargeTokens)));

        return new StudyReport(
            "relations",
            [
                new TextTable(
                    "Spearman rank correlation, mean (least to largest) over images",
                    ["", "shapes-vlm", "random, LLaVA size"],
                    [
                        ["S and the projected length of Z", norm.Text, largeNorm.Text],
                        ["S and the length of X", inputNorm.Text, largeInputNorm.Text],
                        ["S and 1 - cos(Z, mean Z)", contrast.Text, "-"],
                        ["S and the encoder's sensitivity E", encoder.Text, "-"],
                        ["length of Z and E", encoderNorm.Text, "-"],
                        ["E and E along other directions", encoderTwice.Text, "-"],
                        ["E and E with a step of 4", encoderSteps.Text, "-"],
                    ]),
            ]);
    }

    private static TokenSelection Closed(MlpProjector projector, float[] tokens, int count) => new VisualTokenPruner(
        projector, new PruningOptions { Keep = KeepBudget.Tokens(count) }).Prune(tokens, count);

    /// <summary>1 - cos(Z_i, mean(Z)), [N].</summary>
    private static float[] Contrasts(StudyImage image)
    {
        int count = image.Sensitivity.Length;
        int width = image.Projected.Length / count;
        float[] mean = new float[width];
        for (int i = 0; i < count; i++)
        {
            TensorPrimitives.Add(mean, image.Projected.AsSpan(i * width, width), mean);
        }

        return
        [
            .. Enumerable.Range(0, count)
                .Select(i => 1 - TensorPrimitives.CosineSimilarity(mean, image.Projected.AsSpan(i * width, width))),
        ];
    }

    private static float[] Norms(float[] rows, int count)
    {
        int width = rows.Length / count;
        return [.. Enumerable.Range(0, count).Select(i => TokenKernels.Default.Distance(rows.AsSpan(i * width, width), new float[width]))];
    }
}

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
        float[] tokens = model.Encode(new PreparedImage(pixels, image.Shape, image.OriginalHeight, image.OriginalWidth)).VisualTokens.ToArray();
        float[] projected = new float[model.VisualTokenCount * model.EmbeddingWidth];
        model.Projector.Project(tokens, projected);
        return projected;
    }
}
