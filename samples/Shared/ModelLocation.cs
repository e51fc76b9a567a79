using System.CommandLine;

namespace ZooPrune.Samples;

/// <summary>
/// Finds the model folder: the one that was given, or that of the repository, so that the programs run from any folder inside it.
/// </summary>
internal static class ModelLocation
{
    private const string RelativePath = "models/shapes-vlm";

    /// <summary>--model.</summary>
    public static Option<string?> Option() =>
        TypedOption.Text("--model", "FOLDER", $"Model folder in Hugging Face layout. Default: {RelativePath}.");

    /// <summary>The model folder. It is checked before anything that lies in it is looked for.</summary>
    /// <param name="given">What --model says; null looks from the working directory upwards, then from the program's folder.</param>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static string Find(string? given)
    {
        if (given is not null)
        {
            return Directory.Exists(given) ? given : throw Throw.MissingModelFolder(given);
        }

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
