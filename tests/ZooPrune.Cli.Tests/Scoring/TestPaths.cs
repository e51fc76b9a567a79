namespace ZooPrune.Cli.Tests;

/// <summary>Where things of these tests are.</summary>
internal static class TestPaths
{
    /// <summary>A model that loads in milliseconds.</summary>
    public static string TinyModel { get; } = Data("tiny-model");

    /// <summary>A file or folder of Data.</summary>
    public static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
