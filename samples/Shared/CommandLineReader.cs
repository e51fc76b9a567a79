using System.CommandLine;
using System.CommandLine.Invocation;

namespace ZooPrune.Samples;

/// <summary>Parses a command line with System.CommandLine and turns its complaints into ours.</summary>
internal static class CommandLineReader
{
    /// <summary>Reads <paramref name="arguments"/>.</summary>
    /// <param name="command">What is known.</param>
    /// <param name="arguments">What was typed. Nothing in it is expanded: a question may begin with '@'.</param>
    /// <param name="output">Takes the text of --help and --version.</param>
    /// <returns>The values, or null if --help or --version was asked for and has been written.</returns>
    /// <exception cref="UsageException">An argument is unknown, a value is missing, given twice or of the wrong kind.</exception>
    public static ParseResult? Read(RootCommand command, IReadOnlyList<string> arguments, TextWriter output)
    {
        ParseResult result = command.Parse(
            arguments,
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

        if (result.Action is not (null or ParseErrorAction))
        {
            result.Invoke(new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false });
            return null;
        }

        if (result.UnmatchedTokens.Count > 0)
        {
            throw Throw.UnknownArgument(result.UnmatchedTokens[0], command.Options.Select(option => option.Name));
        }

        return result.Errors.Count > 0 ? throw Throw.BadCommandLine(result.Errors[0].Message) : result;
    }
}
