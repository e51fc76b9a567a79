namespace ZooPrune.Samples.Tests;

/// <summary>A test in a real browser; skipped, and reported as such, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Executable is null)
        {
            Skip = "There is no chromium, chromium-browser or google-chrome on the PATH. Install one (Debian: apt-get install chromium).";
        }
    }
}
