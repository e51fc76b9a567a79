using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Tests;

/// <summary>Where a model runs, and that it is never freed in use.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly TinyModel _files = new();

    [Theory]
    [InlineData("cpu", "cpu", "cpu")]
    [InlineData("CUDA", "cuda", "cuda")]
    [InlineData("cuda:1", "cuda", "cuda:1")]
    [InlineData(" DirectML:2 ", "DirectML", "DirectML:2")]
    [InlineData("CoreMLExecutionProvider", "CoreML", "CoreML")]
    public void Parse_Device_IsReadAndWritten(string text, string name, string written)
    {
        Device device = Device.Parse(text);

        Assert.Equal((name, written), (device.Name, device.ToString()));
        Assert.Equal(device, Device.Parse(written));
        Assert.Equal(device.GetHashCode(), Device.Parse(written).GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    [InlineData("cpu:1")]
    [InlineData("a b")]
    public void Parse_NoDevice_IsAnError(string text)
    {
        Assert.False(Device.TryParse(text, null, out _));
        Assert.Equal(
            $"Device '{text}': it is none. Expected cpu, cuda, cuda:1 or the name of an execution provider such as directml; correct it.",
            Assert.Throws<FormatException>(() => Device.Parse(text)).Message);
    }

    [Fact]
    public void Cuda_Options_AreTheProviders()
    {
        Assert.Equal([new("device_id", "1"), new("gpu_mem_limit", "1000")], Device.Cuda(1, 1000).ProviderOptions);
        Assert.NotEqual(Device.Cuda(), Device.Cuda(1));
        Assert.NotEqual(Device.Cuda(), Device.Cuda() with { AllowFallback = true });
        Assert.Throws<ArgumentOutOfRangeException>(() => Device.Cuda(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Device.Cuda(0, 0));
        Assert.True(Device.Provider("CPUExecutionProvider").IsCpu);
    }

    [Theory]
    [InlineData("rocket", "the one that its maker names")]
    [InlineData("directml", "Microsoft.ML.OnnxRuntime.DirectML")]
    public void Load_ProviderThatIsNotThere_NamesThePackage(string name, string package)
    {
        var exception = Assert.Throws<ZooPruneException>(() => _files.Load(new VisionLanguageModelOptions { Device = Device.Provider(name) }));

        Assert.StartsWith($"Device '{name}': ONNX Runtime's native library does not have this execution provider; it has ", exception.Message);
        Assert.Contains("CPUExecutionProvider", exception.Message);
        Assert.EndsWith(
            $"It comes with the package {package}: add that to the program's project in place of the other native package, or set "
                + "Device.AllowFallback to run on the CPU.",
            exception.Message);
    }

    [Fact]
    public void Load_WithFallback_AnswersTheSameAndSaysSo()
    {
        using VisionLanguageModel onCpu = _files.Load();
        using VisionLanguageModel fallen =
            _files.Load(new VisionLanguageModelOptions { Device = Device.Provider("rocket") with { AllowFallback = true } });

        VisionAnswer answer = fallen.Answer(TinyModel.Image(), "what ?");

        Assert.Equal(onCpu.Answer(TinyModel.Image(), "what ?").TokenIds, answer.TokenIds);
        Assert.StartsWith("runs on the CPU: Device 'rocket':", answer.Note);
        Assert.Null(onCpu.Answer(TinyModel.Image(), "what ?").Note);
    }

    [Fact]
    public void Telemetry_OfOnnxRuntime_IsOff() => Assert.True(TelemetrySwitch.Apply());

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Dispose_WhileOthersAnswer_LetsThemEndOrSaysThatItIsDisposed()
    {
        for (int round = 0; round < 100; round++)
        {
            VisionLanguageModel model = _files.Load();
            using var started = new CountdownEvent(4);
            Task<int>[] askers = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
            {
                started.Signal();
                int answers = 0;
                try
                {
                    while (true)
                    {
                        Assert.NotEmpty(model.Answer(TinyModel.Image(seed), "what where ?").TokenIds);
                        answers++;
                    }
                }
                catch (ObjectDisposedException)
                {
                    return answers;
                }
            }))];
            started.Wait();
            Thread.Sleep(round % 5);

            model.Dispose();
            model.Dispose();

            await Task.WhenAll(askers);
        }
    }

    [Fact]
    public void Answer_CancelledWhileItRuns_EndsAndLeavesTheNextOneRight()
    {
        using VisionLanguageModel model = _files.Load();
        int[] expected = [.. model.Answer(TinyModel.Image(), "what ?").TokenIds];
        for (int round = 0; round < 50; round++)
        {
            using var source = new CancellationTokenSource();
            source.CancelAfter(TimeSpan.FromMicroseconds(50 * round));
            try
            {
                model.Answer([TinyModel.Image()], "what ?", null, null, onText: null, source.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(source.IsCancellationRequested);
            }
        }

        Assert.Equal(expected, model.Answer(TinyModel.Image(), "what ?").TokenIds);
    }

    public void Dispose() => _files.Dispose();
}
