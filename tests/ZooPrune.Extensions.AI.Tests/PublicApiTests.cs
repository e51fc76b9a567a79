using ZooPrune.Tests;

namespace ZooPrune.Extensions.AI.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicSurface_IsTheApprovedOne() => PublicApiText.AssertApproved(
        typeof(VisionLanguageChatClient).Assembly,
        Path.Combine(AppContext.BaseDirectory, "PublicApi.approved.txt"));
}
