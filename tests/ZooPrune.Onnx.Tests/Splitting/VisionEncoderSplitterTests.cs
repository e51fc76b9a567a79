using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

public sealed class VisionEncoderSplitterTests
{
    /// <summary>Every vision encoder of the fixtures, and how far the split graph may be from the whole one.</summary>
    public static TheoryData<string, string, double> Fixtures => new()
    {
        { "llava", "vision_encoder", 1e-5 },
        { "llava-interleave", "vision_encoder", 1e-5 },
        { "llava-next", "vision_encoder", 1e-5 },
        { "qwen2-vl", "vision_encoder", 1e-5 },
        { "qwen2.5-vl", "vision_encoder", 1e-5 },

        // The projector of the whole graph rounds to eleven bits, features up to 13.
        { "llava", "vision_encoder_fp16", 0.01 },

        // It rounds activations to eight bits, which is left out in the split one.
        { "llava", "vision_encoder_quantized", 0.3 },
        { "llava", "vision_encoder_q4", 1e-5 },
    };

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Split_Fixture_GivesTheFeaturesOfTheWholeGraph(string model, string file, double tolerance)
    {
        SplitVisionEncoder split = SplitCheck.SameFeatures(PathOf(model, file), tolerance, Inputs(model));

        Assert.IsType<ProjectorPart.Mlp>(split.Projector);
    }

    [Theory]
    [InlineData("vision_encoder_fp16")]
    [InlineData("vision_encoder_quantized")]
    public void Split_RoundedGraph_IsNearerToItsWeightsThanTheWholeGraph(string file)
    {
        // The function that the weights stand for, computed from the same visual tokens in managed code.
        SplitVisionEncoder split = VisionEncoderSplitter.Split(PathOf("llava", file));
        (float[] tokens, _) = GraphRun.Encoder(split, Inputs("llava"));
        MlpWeights weights = Assert.IsType<ProjectorPart.Mlp>(split.Projector).Weights;
        float[] truth = new float[tokens.Length / weights.First.InputWidth * weights.Second.OutputWidth];
        ProjectorGraphs.Reference(weights).Project(tokens, truth);

        double whole = Distance(truth, GraphRun.File(PathOf("llava", file), Inputs("llava")).Values);
        double own = Distance(truth, SplitCheck.Project(split.Projector, tokens));
        Assert.True(own < whole / 100, $"{own} against {whole}");
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Average());

    private static string PathOf(string model, string file) => TestPaths.Data("Families", model, "onnx", $"{file}.onnx");

    private static (string, OrtValue)[] Inputs(string model) => model switch
    {
        "llava" or "llava-interleave" => [("pixel_values", GraphRun.Tensor(Near.Random(2 * 3 * 112 * 112, 1), 2, 3, 112, 112))],
        "llava-next" => [("pixel_values", GraphRun.Tensor(Near.Random(3 * 3 * 84 * 84, 1), 3, 3, 84, 84))],
        _ =>
        [
            ("pixel_values", GraphRun.Tensor(Near.Random(10 * 14 * 1176, 1), 140, 1176)),
            ("image_grid_thw", GraphRun.Tensor<long>([1, 10, 14], 1, 3)),
        ],
    };
}
