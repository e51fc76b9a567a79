using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace ZooPrune.Shell;

/// <summary>A result file: looked at before any work is done, written whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Checks that <paramref name="path"/> can become a file.</summary>
    /// <param name="option">The option that named it, for the message.</param>
    /// <param name="path">The file to be.</param>
    /// <exception cref="UsageException">It is a folder, or its folder does not exist.</exception>
    public static void Check(string option, string path)
    {
        if (Directory.Exists(path))
        {
            throw Throw.OutputIsFolder(option, path);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
        {
            throw Throw.OutputFolderMissing(option, path, folder);
        }
    }

    /// <summary>Refuses, while the line is parsed, files to be that are there already unless --force is given, and those that are read
    /// whatever
    /// is given: also where links lead to the same file.</summary>
    /// <param name="command">The command.</param>
    /// <param name="force">--force.</param>
    /// <param name="outputs">The options that name files to be.</param>
    /// <param name="inputs">Files and folders that the command reads; nothing that lies in such a folder is replaced.</param>
    /// <param name="journal">The option that names a journal: a run that goes on replaces its reports.</param>
    /// <param name="beside">Further files that are written where an option names one; null = none.</param>
    public static void Protect(
        this Command command,
        Option<bool> force,
        IReadOnlyList<Option<string?>> outputs,
        Func<CommandResult, IEnumerable<string?>> inputs,
        Option<string?>? journal = null,
        Func<CommandResult, Option<string?>, string, IEnumerable<string>>? beside = null) =>
        command.Validators.Add(result =>
        {
            List<string> taken = [.. inputs(result).OfType<string>()];

            // A run that goes on, as its journal says, replaces what it wrote before.
            bool mayReplace = result.GetValue(force)
                || (journal is not null && File.Exists(result.Typed(journal)))
                || outputs.Any(output => result.Typed(output) is { } path && File.Exists($"{path}.journal"));
            foreach (Option<string?> output in outputs)
            {
                // Not GetValue: what is wrong with a value in itself is said already.
                if (result.GetResult(output)?.Tokens is not [{ Value: { Length: > 0 } path }, ..] || Directory.Exists(path))
                {
                    continue;
                }

                foreach (string file in (string[])[path, .. beside?.Invoke(result, output, path) ?? []])
                {
                    UsageException? problem = FindInput(file, taken) is { } input
                        ? Throw.OutputIsInput(output.Name, file, input)
                        : File.Exists(file) && !mayReplace ? Throw.OutputExists(output.Name, file)
                        : null;
                    if (problem is not null)
                    {
                        result.AddError(problem.Message);
                    }

                    taken.Add(file);
                }
            }
        });

    /// <summary>What was typed for an option or argument; none of it is checked yet.</summary>
    public static string? Typed(this CommandResult result, Symbol symbol) => (symbol is Option option
        ? result.GetResult(option)?.Tokens : result.GetResult((Argument)symbol)?.Tokens) is [.., var last] ? last.Value : null;

    /// <summary>The file or folder among <paramref name="inputs"/> that a file to be is or lies in.</summary>
    private static string? FindInput(string path, IEnumerable<string> inputs)
    {
        try
        {
            string output = RegularFile.RealPath(path);
            return inputs.FirstOrDefault(input => RegularFile.RealPath(input) is var real
                && (output == real
                    || (File.Exists(output) && output.StartsWith(real + Path.DirectorySeparatorChar, StringComparison.Ordinal))));
        }
        catch (IOException)
        {
            // Reading or writing will say what is wrong.
            return null;
        }
    }

    /// <summary>Writes a text as UTF-8, like <see cref="Write(string, string, ReadOnlySpan{byte})"/>.</summary>
    public static void Write(string option, string path, string text) => Write(option, path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the whole file or leaves what was there: beside its place first, then renamed.</summary>
    /// <param name="option">The option that named the file, for the message.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="content">Its new content.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Write(string option, string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Discard(temporary);
            throw Throw.CannotWrite(option, path, exception);
        }
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What could not be made is not there; why is said.
        }
    }
}
