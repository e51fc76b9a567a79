using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

public sealed class RunTimerTests
{
    [Fact]
    public void Fastest_FirstRunAndASlowRun_DoNotCount()
    {
        int calls = 0;

        double fastest = RunTimer.Fastest(() => Thread.Sleep(calls++ is 0 or 3 ? 200 : 1))[0];

        Assert.Equal(8, calls);
        Assert.InRange(fastest, 0.5, 150);
    }

    [Fact]
    public void Fastest_SeveralActions_TakeTurns()
    {
        var order = new List<char>();

        double[] times = RunTimer.Fastest(() => order.Add('a'), () => order.Add('b'));

        Assert.Equal("abababababababab", string.Concat(order));
        Assert.Equal(2, times.Length);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Fastest_LongRun_IsNotRepeated()
    {
        int calls = 0;

        double fastest = RunTimer.Fastest(() => Thread.Sleep(calls++ == 0 ? 0 : 2_050))[0];

        Assert.Equal(2, calls);
        Assert.InRange(fastest, 2_000, 60_000);
    }
}
