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

    [Fact]
    public async Task Start_Projector_EndsOrFailsAsAPruneWould()
    {
        float[] ones = [1, 1, 1, 1];
        float[] huge = [float.MaxValue, float.MaxValue, float.MaxValue, float.MaxValue];

        await PruningWarmUp.Start(new MlpProjector(ones, ones.AsSpan(2), ones, ones.AsSpan(2), 2, 2, 2));

        MlpProjector overflowing = new(huge, huge.AsSpan(2), huge, huge.AsSpan(2), 2, 2, 2);
        await Assert.ThrowsAsync<ZooPruneException>(() => PruningWarmUp.Start(overflowing));
        await Assert.ThrowsAsync<ArgumentNullException>(() => PruningWarmUp.Start(null!));
    }
}
