using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>What "split" made.</summary>
/// <param name="Model">The folder that was split, as it was typed.</param>
/// <param name="Out">The new folder, as it was typed.</param>
/// <param name="Projector">What was cut off, and where.</param>
/// <param name="Files">All files of the new folder.</param>
internal sealed record SplitReport(string Model, string Out, ProjectorFacts? Projector, IReadOnlyList<FolderFile> Files)
{
    /// <summary>Looks at what was written.</summary>
    public static SplitReport Create(SplitOptions options, ModelFolder source)
    {
        string root = Path.GetFullPath(options.Out);
        return new SplitReport(
            options.Model,
            options.Out,
            ProjectorInspector.Read(source.Root, source.Relative(source.VisionEncoder), isWhole: false, new Findings(options.Model)),
            [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(path => new FolderFile(Path.GetRelativePath(root, path).Replace('\\', '/'), true, SmallFiles.Size(path)))
                .OrderBy(file => file.Name, StringComparer.Ordinal)]);
    }
}
