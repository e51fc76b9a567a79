using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>"merge": one file of the parts that "score --shard" has written.</summary>
internal sealed class MergeCommand : ToolCommand
{
    private static readonly Argument<string> Folder = new("FOLDER") { Description = "The folder that zooprune score --shard wrote to." };
    private static readonly Option<string?> Output = TypedOption.OutputFile("--out", "The file to be. It appears whole or not at all.");

    public MergeCommand()
        : base("merge", "Checks that all parts of a table are there, whole, of one input, one model and one set of options, and makes one "
            + "file of them: the same to the byte as that of a run over the whole table.")
    {
        Output.Required = true;
        Arguments.Add(Folder);
        Options.Add(Output);
    }

    public override string Examples => """
        Examples:
          zooprune merge parts --out answers.csv

        Exit codes: 0 done; 1 done, some rows have an error; 2 parts are missing or do not fit together, nothing was written.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        (string folder, string path) = (line.GetRequiredValue(Folder), line.GetValue(Output)!);
        if (File.Exists(path))
        {
            throw Throw.MergedExists(path);
        }

        FinishedParts parts = Find(folder, terminal);
        string temporary = FormattableString.Invariant($"{path}.{Environment.ProcessId}.tmp");
        try
        {
            terminal.While("merging", () =>
            {
                parts.WriteTo(temporary, terminal.Cancellation);
                return true;
            });
            File.Move(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Shell.Throw.CannotWrite("--out", path, e);
        }
        finally
        {
            File.Delete(temporary);
        }

        terminal.Say(FormattableString.Invariant(
            $"{path}: {parts.Rows:N0} rows of {parts.Count:N0} parts, {parts.Rows - parts.Failed:N0} answered, {parts.Failed:N0} failed."));
        return parts.Failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static FinishedParts Find(string folder, Terminal terminal)
    {
        try
        {
            return terminal.While("looking at the parts", () => FinishedParts.Find(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.PartsUnreadable(folder, e);
        }
    }
}
