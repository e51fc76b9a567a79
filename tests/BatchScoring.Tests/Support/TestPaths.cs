using System.Reflection;

namespace ZooPrune.Samples.Tests;

/// <summary>Where things of these tests are.</summary>
internal static class TestPaths
{
    /// <summary>A model that loads in milliseconds.</summary>
    public static string TinyModel { get; } = Data("tiny-model");

    /// <summary>models/shapes-vlm.</summary>
    public static string ShapesModel { get; } = Path.Combine(
        typeof(TestPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(metadata => metadata.Key == "RepositoryRoot").Value!,
        "models",
        "shapes-vlm");

    /// <summary>A file or folder of Data.</summary>
    public static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
