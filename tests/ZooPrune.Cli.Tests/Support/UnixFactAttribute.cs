namespace ZooPrune.Cli.Tests;

/// <summary>A test that needs what Windows does not have: signals and named pipes.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no signals and named pipes." : null;
}
