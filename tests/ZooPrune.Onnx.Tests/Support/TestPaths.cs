using System.Reflection;

namespace ZooPrune.Onnx.Tests;

/// <summary>Where things are: the repository's model, and the data beside the test assembly.</summary>
internal static class TestPaths
{
    public static string Root { get; } = typeof(TestPaths).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(metadata => metadata.Key == "RepositoryRoot").Value!;

    public static string Model { get; } = Path.Combine(Root, "models", "shapes-vlm");

    public static string HeldOut { get; } = Path.Combine(Model, "heldout");

    public static string Data(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Data", .. parts]);
}
