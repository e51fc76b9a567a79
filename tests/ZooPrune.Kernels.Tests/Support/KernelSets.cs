namespace ZooPrune.Tests;

/// <summary>The kernel sets of this machine, for tests that run over all of them.</summary>
public static class KernelSets
{
    public static TheoryData<string> All => [.. TokenKernels.Available.Select(set => set.Name)];

    public static TheoryData<string> Simd => [.. TokenKernels.Available.Skip(1).Select(set => set.Name).DefaultIfEmpty("reference")];
}

/// <summary>A test about one kernel set; skipped, visibly, where the machine lacks it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KernelSetFactAttribute : FactAttribute
{
    public KernelSetFactAttribute(string name)
    {
        if (!TokenKernels.Available.Any(set => set.Name == name))
        {
            Skip = $"this machine (or its DOTNET_Enable... settings) has no kernel set '{name}'";
        }
    }
}
