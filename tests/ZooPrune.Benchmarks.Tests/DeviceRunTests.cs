using ZooPrune.Onnx;

namespace ZooPrune.Benchmarks.Tests;

/// <summary>What runs on a machine with a GPU, played on the CPU.</summary>
public sealed class DeviceRunTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_Cpu_ComparesCountsAndTimes()
    {
        var progress = new StringWriter();

        QuickReport report = DeviceRun.Measure(DeviceSize.Create(isTiny: true, layers: null), Device.Cpu, FamilyFolder(), progress);

        string said = progress.ToString();
        Assert.Contains("qwen2.5-vl: the same tokens kept ", said, StringComparison.Ordinal);
        Assert.Equal(5, said.Split('\n').Count(line => line.Contains("the same tokens kept", StringComparison.Ordinal)));
        Assert.All(report.Ratios.Where(ratio => ratio.Key.StartsWith("same_tokens", StringComparison.Ordinal)), ratio => Assert.InRange(ratio.Value, 0.95, 1));
        Assert.Equal(
            ["choose_device_16_4_float16", "choose_device_16_4_float32", "choose_device_80_10_float16", "choose_device_80_10_float32",
                "choose_device_80_20_float16", "choose_device_80_20_float32"],
            report.Milliseconds.Keys.Where(name => name.StartsWith("choose_device", StringComparison.Ordinal)));
        Assert.All((string[])["host_reads_10", "host_reads_20"], name => Assert.True(report.Megabytes[name] > 0));
        Assert.All((string[])["80_10", "80_20"], name => Assert.True(report.Ratios[$"first_token_pruned_over_unpruned_{name}"] > 0));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_Float16Decoder_AnswersAsFloat32DoesNearly()
    {
        // The numbers of LLaVA-NeXT's run are float16: the same seed gives the same weights, rounded.
        using GeneratedModel half = GenAiRun.Generate(DecoderShape.Tiny, WeightFormat.Float16, TextWriter.Null);
        using GeneratedModel single = GenAiRun.Generate(DecoderShape.Tiny, WeightFormat.Float32, TextWriter.Null);
        using var rounded = VisionLanguageModel.Load(half.Folder);
        using var whole = VisionLanguageModel.Load(single.Folder);

        float[] expected = whole.NextTokenLogits(single.Image, GeneratedModel.Question);
        float[] got = rounded.NextTokenLogits(half.Image, GeneratedModel.Question);

        double deviation = Math.Sqrt(expected.Average(value => (double)value * value));
        Assert.InRange(expected.Zip(got, (a, b) => Math.Abs(a - b)).Max() / deviation, 1e-6, 0.15);
    }

    [Fact]
    public void Measure_DeviceThatIsNotThere_SaysWhatIsNeeded()
    {
        var error = Assert.Throws<ZooPruneException>(() => DeviceRun.Measure(
            DeviceSize.Create(isTiny: true, layers: null), DeviceRun.Exact(Device.Cuda()), FamilyFolder(), TextWriter.Null));

        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--device: it has no value. It needs one; see --help.", "--device")]
    [InlineData("--families: it was given without --device. Only that run compares them; add --device.", "--families", "x")]
    public void Parse_WrongUse_SaysWhatIsWrong(string expected, params string[] arguments) =>
        Assert.Equal(expected, BenchmarkArguments.Parse(arguments).Error);

    private static string FamilyFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string families = Path.Combine(folder.FullName, "tests", "ZooPrune.Onnx.Tests", "Data", "Families");
            if (Directory.Exists(families))
            {
                return families;
            }
        }

        throw new DirectoryNotFoundException("The repository's families are not there.");
    }
}
