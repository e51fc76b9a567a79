using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>One command of the tool.</summary>
/// <param name="syntax">Its name, arguments, options and help.</param>
internal abstract class ToolCommand(Command syntax)
{
    /// <summary>Its name, arguments, options and help.</summary>
    public Command Syntax { get; } = syntax;

    /// <summary>What --help shows below the options.</summary>
    public abstract string Examples { get; }

    /// <summary>Does what was typed.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">What was typed cannot be done.</exception>
    /// <exception cref="ZooPruneException">A model or a picture cannot be used.</exception>
    public abstract int Run(ParseResult line, Terminal terminal);
}
