using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>"inspect": what a model folder holds and what pruning would save.</summary>
internal sealed class InspectCommand() : ToolCommand(InspectSyntax.Create())
{
    public override string Examples => InspectSyntax.Examples;

    public override int Run(ParseResult line, Terminal terminal)
    {
        InspectOptions options = InspectSyntax.Read(line);
        InspectReport report = terminal.While("looking into the model", new FolderInspector(options).Inspect);
        if (options.Json)
        {
            terminal.SayJson(report);
        }
        else
        {
            InspectText.Write(terminal, report);
        }

        return report.Problems.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
