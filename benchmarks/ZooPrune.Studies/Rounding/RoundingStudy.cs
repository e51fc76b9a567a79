using System.Globalization;

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
    private static readonly string[] Colors = ["#2ca02c", "#1f77b4", "#d62728"];

    public static StudyReport Run(HeldOut heldOut, StudyRun run)
    {
        Dictionary<(NumberFormat Format, float Step), Sample> small = Samples();
        Dictionary<(NumberFormat Format, float Step), Sample> large = Samples();
        MlpProjector weights = (heldOut.Model.Projector as IClosedFormProjector)?.Weights
            ?? throw new ZooPruneException("Rounding study: the model's projector is not Linear, GELU, Linear. The study rounds inside that form; take a model such as models/shapes-vlm.");
        run.OverImages(heldOut.Images, name =>
        {
            StudyImage image = heldOut.Read(name.Key);
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
                Table($"shapes-vlm, m = {Directions}: rank correlation with the closed form in float32, mean (least to largest) over images", small),
                Table($"Random projector of LLaVA size, m = {LargeDirections}, {LargeTokens} tokens", large),
            ],
            new LineChart(
                "Published estimator in narrow formats: rank correlation",
                "step size h",
                [
                    .. Formats.Select((format, index) => new ChartLine(
                        format.Name, Colors[index], false, [.. Steps.Select(step => ((double)step, small[(format, step)].Mean))])),
                ],
                -0.2,
                1,
                0.2).ToSvg());
    }

    private static void Compare(
        MlpProjector projector, float[] tokens, float[] exact, int directions, Dictionary<(NumberFormat Format, float Step), Sample> samples)
    {
        DirectionBank bank = DirectionBank.Gaussian(directions, projector.InputWidth, seed: 0);
        foreach (((NumberFormat format, float step), Sample sample) in samples)
        {
            sample.Add(RankCorrelation.Spearman(exact, new RoundedEstimator(projector, format).Estimate(tokens, bank, step)));
        }
    }

    private static Dictionary<(NumberFormat Format, float Step), Sample> Samples() =>
        Formats.SelectMany(format => Steps.Select(step => (format, step))).ToDictionary(key => key, _ => new Sample());

    private static StudyTable Table(string title, Dictionary<(NumberFormat Format, float Step), Sample> samples) => new(
        title,
        ["h", .. Formats.Select(format => format.Name)],
        [
            .. Steps.Select(step => (string[])
                [step.ToString(CultureInfo.InvariantCulture), .. Formats.Select(format => samples[(format, step)].Text)]),
        ]);
}
