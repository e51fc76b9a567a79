namespace ZooPrune.Onnx.Tests;

/// <summary>A test that makes symbolic links, which needs special rights on Windows; skipped there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Needs symbolic links, or files that can be replaced while they are open.";
        }
    }
}
