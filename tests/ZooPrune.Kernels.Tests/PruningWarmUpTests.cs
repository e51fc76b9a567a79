namespace ZooPrune.Tests;

public sealed class PruningWarmUpTests
{
    [Fact]
    public async Task Start_Twice_RunsOnceToItsEnd()
    {
        Task first = PruningWarmUp.Start();

        await first;

        Assert.Same(first, PruningWarmUp.Start());
    }
}
