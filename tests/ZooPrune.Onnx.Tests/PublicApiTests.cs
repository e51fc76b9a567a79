using ZooPrune.Tests;

namespace ZooPrune.Onnx.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicSurface_IsTheApprovedOne() => PublicApiText.AssertApproved(
        typeof(VisionLanguageModel).Assembly,
        Path.Combine(AppContext.BaseDirectory, "PublicApi.approved.txt"));
}
