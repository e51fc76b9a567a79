using ZooPrune.Tests;

namespace ZooPrune.MLNet.Tests;

public class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheAssembly_IsTheApprovedOne() =>
        PublicApiText.AssertApproved(
            typeof(ZooPruneCatalog).Assembly, Path.Combine(TestModel.Root, "tests", "ZooPrune.MLNet.Tests", "PublicApi.approved.txt"));
}
