namespace ZooPrune.Samples;

/// <summary>Finds the model that comes with the repository, so that the programs run from any folder inside it.</summary>
internal static class DefaultModel
{
    private const string RelativePath = "models/shapes-vlm";

    /// <summary>The folder, looked for from the working directory upwards, then from the program's own folder upwards.</summary>
    /// <exception cref="UsageException">It is nowhere there.</exception>
    public static string Find()
    {
        foreach (string start in (string[])[Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string candidate = Path.Combine(folder.FullName, RelativePath);
                if (Directory.Exists(candidate))
                {
                    return Path.GetRelativePath(Directory.GetCurrentDirectory(), candidate);
                }
            }
        }

        throw Throw.NoDefaultModel(RelativePath);
    }
}
