using Microsoft.Extensions.FileSystemGlobbing;

namespace ZooPrune.Cli;

/// <summary>What the user named as input: files, folders and patterns, as a list of files.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Paths">Full paths, those of a folder or a pattern in ordinal order.</param>
/// <param name="Folder">The folder that all of it is in: of a file, that it lies in; of a pattern, up to its first star. Null where there
/// is none.</param>
internal sealed record InputFiles(string Name, IReadOnlyList<string> Paths, string? Folder)
{
    private const int MostNames = 3;

    /// <summary>Finds the files.</summary>
    /// <param name="given">As they were typed.</param>
    /// <param name="output">The file to be, which must not be among them, now or later.</param>
    /// <exception cref="UsageException">Nothing is there, or the output would be part of the input.</exception>
    public static InputFiles Find(IReadOnlyList<string> given, string output)
    {
        List<string> paths = [];
        List<string> folders = [];
        output = Path.GetFullPath(output);
        foreach (string input in given)
        {
            (string folder, string? pattern) = Split(input);
            folders.Add(folder);
            if (pattern is null)
            {
                paths.Add(File.Exists(input) ? Path.GetFullPath(input) : throw Throw.MissingInput(input));
            }
            else
            {
                Matcher matcher = new(StringComparison.Ordinal);
                matcher.AddInclude(pattern);
                string[] found = [.. matcher.GetResultsInFullPath(folder).Where(TableFormats.IsTable).Order(StringComparer.Ordinal)];
                bool holdsOutput = TableFormats.IsTable(output) && matcher.Match(folder, output).HasMatches;
                paths.AddRange(holdsOutput ? throw Throw.OutputInInput(output, input) : found is [] ? throw Throw.NoTables(input) : found);
            }
        }

        // Also through links: what is read must stay as it is.
        return paths.FirstOrDefault(path => Target(path) == Target(output)) is { } same
            ? throw Throw.OutputInInput(output, same)
            : new InputFiles(NameOf(given), paths, folders.Distinct().Count() == 1 ? folders[0] : null);
    }

    /// <summary>Short, however many files a shell made of a pattern.</summary>
    private static string NameOf(IReadOnlyList<string> given) => given.Count <= MostNames
        ? string.Join(", ", given)
        : FormattableString.Invariant($"{string.Join(", ", given.Take(MostNames))} and {given.Count - MostNames:N0} more");

    /// <summary>Folder and pattern of what was typed; no pattern where it is one file.</summary>
    private static (string Folder, string? Pattern) Split(string input)
    {
        string full = Path.GetFullPath(input);
        if (Directory.Exists(input))
        {
            return (full, "**/*");
        }

        if (File.Exists(input) || !input.Contains('*', StringComparison.Ordinal))
        {
            return (Path.GetDirectoryName(full)!, null);
        }

        int end = full.LastIndexOf(Path.DirectorySeparatorChar, full.IndexOf('*', StringComparison.Ordinal));
        string folder = end == 0 ? full[..1] : full[..end];
        return Directory.Exists(folder) ? (folder, full[(end + 1)..]) : throw Throw.NoTables(input);
    }

    private static string Target(string path) =>
        File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path;
}
