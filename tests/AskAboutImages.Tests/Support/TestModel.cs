namespace ZooPrune.Samples.Tests;

/// <summary>The model of the repository, and broken copies of it.</summary>
internal static class TestModel
{
    /// <summary>models/shapes-vlm.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "models", "shapes-vlm");

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
