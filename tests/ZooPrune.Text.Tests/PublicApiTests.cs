using ZooPrune.Tests;

namespace ZooPrune.Text.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicSurface_IsTheApprovedOne() => PublicApiText.AssertApproved(
        typeof(Tokenizer).Assembly,
        Path.Combine(AppContext.BaseDirectory, "PublicApi.approved.txt"));
}
