using Microsoft.ML.OnnxRuntime;

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
        string path = TestPaths.Data("Families", model, "onnx", $"{file}.onnx");
        (string, OrtValue)[] inputs = Inputs(model);
        (float[] expected, long[] expectedShape) = GraphRun.File(path, inputs);

        SplitVisionEncoder split = VisionEncoderSplitter.Split(path);
        (float[] tokens, long[] shape) = GraphRun.Encoder(split, inputs);

        ProjectorPart.Mlp mlp = Assert.IsType<ProjectorPart.Mlp>(split.Projector);
        Assert.Equal([.. expectedShape[..^1], mlp.InputWidth], shape);
        float[] got = Project(split, tokens);
        Near.Equal(expected, got, tolerance);
    }

    private static float[] Project(SplitVisionEncoder split, float[] tokens)
    {
        IProjector projector = ProjectorLoader.Load(split.Projector, "split", threads: 1);
        using var owned = (IDisposable)projector;
        float[] projected = new float[tokens.Length / projector.InputWidth * projector.OutputWidth];
        projector.Project(tokens, projected);
        return projected;
    }

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
