namespace ZooPrune.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicSurface_IsTheApprovedOne() => PublicApiText.AssertApproved(
        typeof(VisualTokenPruner).Assembly,
        Path.Combine(AppContext.BaseDirectory, "PublicApi.approved.txt"));
}
