using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

public sealed class PruningDecisionsTests
{
    private static readonly PruningOptions Options = new() { Keep = KeepBudget.Tokens(2) };

    private int _asked;

    [Fact]
    public void Advise_AskedAgain_IsNotTimedAgain()
    {
        PruningDecisions decisions = Decisions();

        PruningAdvice first = decisions.Advise(9, Options);

        Assert.Same(first, decisions.Advise(9, Options with { OnlyIfFaster = true }));
        Assert.Equal(1, _asked);
        Assert.NotSame(first, decisions.Advise(8, Options));
        Assert.NotSame(first, decisions.Advise(9, Options with { Keep = KeepBudget.Tokens(3) }));
        Assert.Same(first, decisions.Advise(9, Options with { Seed = 0 }));
        Assert.Equal(3, _asked);
    }

    [Fact]
    public void Advise_ManyThreads_IsTimedOnce()
    {
        PruningDecisions decisions = Decisions();

        Parallel.For(0, 100, _ => decisions.Advise(9, Options));

        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Advise_TimingFailed_IsTriedAgain()
    {
        int calls = 0;
        var decisions = new PruningDecisions((count, options) => calls++ == 0 ? throw new ZooPruneException("No.") : Advice(count, options));

        Assert.Throws<ZooPruneException>(() => decisions.Advise(9, Options));
        Assert.Equal(9, decisions.Advise(9, Options).TokenCount);
    }

    [Fact]
    public void Advise_ThousandsOfOptions_ForgetsOldOnes()
    {
        PruningDecisions decisions = Decisions();
        for (int seed = 0; seed < 2_000; seed++)
        {
            decisions.Advise(9, Options with { Seed = seed });
        }

        decisions.Advise(9, Options with { Seed = 1_999 });
        Assert.Equal(2_000, _asked);
        decisions.Advise(9, Options with { Seed = 0 });
        Assert.Equal(2_001, _asked);
    }

    private PruningDecisions Decisions() => new((count, options) =>
    {
        _asked++;
        return Advice(count, options);
    });

    private static PruningAdvice Advice(int count, PruningOptions options) =>
        new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = 1 }).Advise(count, options.Keep, 0);
}
