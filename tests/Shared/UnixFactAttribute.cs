namespace ZooPrune;

/// <summary>A test that needs what Windows lacks: signals, named pipes, symbolic links without special rights, bash; skipped there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() =>
        Skip = OperatingSystem.IsWindows() ? "Needs signals, named pipes, symbolic links or bash, which Windows lacks." : null;
}
