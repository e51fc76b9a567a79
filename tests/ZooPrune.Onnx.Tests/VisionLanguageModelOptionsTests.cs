namespace ZooPrune.Onnx.Tests;

public sealed class VisionLanguageModelOptionsTests
{
    public static TheoryData<VisionLanguageModelOptions, string> Wrong => new()
    {
        { new() { Positions = (PositionMode)9 }, "VisionLanguageModelOptions.Positions: it is 9. It must be Auto, Compact or "
            + "KeepOriginal; leave it out for the default." },
        { new() { Precision = (ModelPrecision)6 }, "VisionLanguageModelOptions.Precision: it is 6. It must be Auto, Float32, Float16, "
            + "Q8, Q4 or Q4F16; leave it out for the default." },
        { new() { Threads = -1 }, "VisionLanguageModelOptions.Threads: it is -1. It must be 0 (all cores) or the number of threads, at most 1024; "
            + "leave it out for the default." },
        { new() { MaxImagePixels = 0 }, "VisionLanguageModelOptions.MaxImagePixels: it is 0. It must be at least 1 pixel; leave it out "
            + "for the default." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Load_WrongOption_IsAnError(VisionLanguageModelOptions options, string message)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => VisionLanguageModel.Load(TestPaths.Model, options));
        Assert.StartsWith(message, exception.Message);
    }
}
