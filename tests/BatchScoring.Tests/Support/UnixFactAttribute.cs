namespace ZooPrune.Samples.Tests;

/// <summary>A test that needs bash and its limits; skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Needs bash.";
        }
    }
}
