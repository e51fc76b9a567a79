using System.Reflection;

namespace ZooPrune.Samples.Tests;

/// <summary>The model of the repository, and broken copies of it.</summary>
internal static class TestModel
{
    /// <summary>models/shapes-vlm.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "models", "shapes-vlm");

    /// <summary>A held-out PNG.</summary>
    public static string Picture { get; } = Path.Combine(Folder, "heldout", "0000.png");

    /// <summary>A held-out JPEG.</summary>
    public static string Photo { get; } = Path.Combine(Folder, "heldout", "0001.jpg");

    /// <summary>A copy without the training and the held-out questions, to be changed.</summary>
    public static string CopyTo(TestFolder folder)
    {
        string copy = folder.PathOf("model");
        Directory.CreateDirectory(Path.Combine(copy, "onnx"));
        foreach (string name in Directory.EnumerateFiles(Folder).Concat(Directory.EnumerateFiles(Path.Combine(Folder, "onnx"))))
        {
            File.Copy(name, Path.Combine(copy, Path.GetRelativePath(Folder, name)));
        }

        return copy;
    }
}

/// <summary>Finds the repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its root folder: the one the build noted down.</summary>
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(metadata => metadata.Key == "RepositoryRoot").Value!;
}
