using System.Reflection;
using System.Text;

// Some tests say how long a text may take, so no other test may run at the same time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ZooPrune.Text.Tests;

/// <summary>A folder of one test, deleted with it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("zooprune-text-").FullName;

    public string Write(string name, byte[] content)
    {
        string path = Path.Combine(Root, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>Where things are: the repository's model, and the data beside the test assembly.</summary>
internal static class TestPaths
{
    public static string Root { get; } = typeof(TestPaths).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(metadata => metadata.Key == "RepositoryRoot").Value!;

    public static string Model { get; } = Path.Combine(Root, "models", "shapes-vlm");

    public static string Data(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Data", .. parts]);
}
