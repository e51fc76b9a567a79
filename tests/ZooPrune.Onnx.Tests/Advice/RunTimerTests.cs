namespace ZooPrune.Onnx.Tests;

public sealed class RunTimerTests
{
    [Fact]
    public void Medians_FirstRunAndOneSlowRun_AreNotInThem()
    {
        int calls = 0;

        double median = RunTimer.Medians(() => Thread.Sleep(calls++ is 0 or 3 ? 200 : 1))[0];

        Assert.Equal(6, calls);
        Assert.InRange(median, 0.5, 150);
    }

    [Fact]
    public void Medians_SeveralActions_TakeTurns()
    {
        var order = new List<char>();

        double[] medians = RunTimer.Medians(() => order.Add('a'), () => order.Add('b'));

        Assert.Equal("abababababab", string.Concat(order));
        Assert.Equal(2, medians.Length);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Medians_LongRun_IsNotRepeated()
    {
        int calls = 0;

        double median = RunTimer.Medians(() => Thread.Sleep(calls++ == 0 ? 0 : 2_050))[0];

        Assert.Equal(2, calls);
        Assert.InRange(median, 2_000, 60_000);
    }
}
