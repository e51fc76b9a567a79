using ZooPrune.Onnx;

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
            StudyImage image = heldOut.Read(name.Key);
            norm.Add(RankCorrelation.Spearman(image.Sensitivity, Norms(image.Projected, image.Count)));
            inputNorm.Add(RankCorrelation.Spearman(image.Sensitivity, Norms(image.VisualTokens, image.Count)));
            contrast.Add(RankCorrelation.Spearman(image.Sensitivity, [.. image.Contrasts(1).Select(c => (float)c)]));

            PreparedImage prepared = heldOut.Prepare(name.Key);
            float[] moved = EncoderSensitivity.Of(heldOut.Model, prepared, [.. Enumerable.Range(0, Directions)], Step);
            float[] again = EncoderSensitivity.Of(heldOut.Model, prepared, [.. Enumerable.Range(Directions, Directions)], Step);
            float[] farther = EncoderSensitivity.Of(heldOut.Model, prepared, [.. Enumerable.Range(0, Directions)], LargeStep);
            encoder.Add(RankCorrelation.Spearman(image.Sensitivity, moved));
            encoderNorm.Add(RankCorrelation.Spearman(Norms(image.Projected, image.Count), moved));
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
                new StudyTable(
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

    private static float[] Norms(float[] rows, int count)
    {
        int width = rows.Length / count;
        return [.. Enumerable.Range(0, count).Select(i => TokenKernels.Default.Distance(rows.AsSpan(i * width, width), new float[width]))];
    }
}
