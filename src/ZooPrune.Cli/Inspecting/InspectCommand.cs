using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>"inspect".</summary>
internal sealed class InspectCommand() : ToolCommand(new Command("inspect", "Shows what a model folder holds."))
{
    public override string Examples => "";

    public override int Run(ParseResult line, Terminal terminal) => 0;
}
