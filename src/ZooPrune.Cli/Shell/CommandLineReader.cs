using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace ZooPrune.Shell;

/// <summary>Parses a command line with System.CommandLine and makes an exception of the first complaint.</summary>
internal static class CommandLineReader
{
    /// <summary>Reads <paramref name="arguments"/>.</summary>
    /// <param name="root">What is known.</param>
    /// <param name="arguments">What was typed. Nothing in it is expanded: a question may begin with '@'.</param>
    /// <param name="output">Takes the text of --help and --version.</param>
    /// <param name="helpEnd">What --help shows below the options of a command.</param>
    /// <returns>The values, or null if --help or --version was asked for and has been written.</returns>
    /// <exception cref="UsageException">A command or an argument is unknown, a value is missing, given twice or wrong.</exception>
    public static ParseResult? Read(
        RootCommand root, IReadOnlyList<string> arguments, TextWriter output, Func<Command, string?>? helpEnd = null)
    {
        ParseResult result = root.Parse(
            arguments,
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        Command command = result.CommandResult.Command;
        if (result.Action is not (null or ParseErrorAction))
        {
            result.Invoke(new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false });
            if (result.Action is HelpAction && helpEnd?.Invoke(command) is { } end)
            {
                output.WriteLine(end);
            }

            return null;
        }

        if (Unknown(result, arguments) is { } unknown)
        {
            throw command.Subcommands.Count > 0 && !unknown.StartsWith('-')
                ? Throw.UnknownCommand(unknown, command.Subcommands.Select(known => known.Name))
                : Throw.UnknownArgument(command, unknown);
        }

        // A message of ours says it all; the library's does not say where to look.
        return result.Errors is not [var error, ..] ? result
            : error.Message.StartsWith(Throw.Program, StringComparison.Ordinal) ? throw new UsageException(error.Message)
            : throw Throw.BadCommandLine(command, error.Message);
    }

    /// <summary>
    /// What nothing takes. An argument that takes any number of words takes misspelt options too; only after "--" they are meant as words.
    /// </summary>
    private static string? Unknown(ParseResult result, IReadOnlyList<string> arguments) =>
        result.UnmatchedTokens.Count > 0 ? result.UnmatchedTokens[0]
        : arguments.Contains("--") ? null
        : result.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;
}
