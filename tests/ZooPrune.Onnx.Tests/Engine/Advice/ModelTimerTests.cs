using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

public sealed class ModelTimerTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 6)]
    [InlineData(7, 8)]
    [InlineData(9, 12)]
    [InlineData(576, 768)]
    [InlineData(768, 768)]
    [InlineData(769, 1024)]
    [InlineData(16_384, 16_384)]
    public void Step_IsTheLeastThatIsNotBelow(int tokenCount, int step) => Assert.Equal(step, ModelTimer.Step(tokenCount));

    [Fact]
    public void Advise_NumbersOfOneStep_AreTimedOnce()
    {
        using LoadedModel parts = LoadedModel.Load(FamilyCase.ModelFolder("qwen2-vl"), new VisionLanguageModelOptions { Threads = 1 });
        var timer = new ModelTimer(parts);
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(3) };

        // A time measured anew would not be the same to the bit.
        double perToken = timer.Advise(33, pruning).CostMilliseconds / 33;

        Assert.All(Enumerable.Range(33, 16), count => Assert.Equal(perToken, timer.Advise(count, pruning).CostMilliseconds / count, 1e-12));
    }
}
