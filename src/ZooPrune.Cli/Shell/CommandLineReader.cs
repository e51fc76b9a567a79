using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace ZooPrune.Cli;

/// <summary>Parses a command line with System.CommandLine and turns its complaints into ours.</summary>
internal static class CommandLineReader
{
    /// <summary>Reads <paramref name="arguments"/>.</summary>
    /// <param name="root">What is known.</param>
    /// <param name="arguments">What was typed. Nothing in it is expanded: a question may begin with '@'.</param>
    /// <param name="output">Takes the text of --help and --version.</param>
    /// <param name="examples">What --help shows below the options of a command.</param>
    /// <returns>The values, or null if --help or --version was asked for and has been written.</returns>
    /// <exception cref="UsageException">A command or an argument is unknown, a value is missing, given twice or of the wrong kind.</exception>
    public static ParseResult? Read(RootCommand root, IReadOnlyList<string> arguments, TextWriter output, Func<Command, string> examples)
    {
        ParseResult result = root.Parse(
            arguments,
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (result.Action is not (null or ParseErrorAction))
        {
            result.Invoke(new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false });
            if (result.Action is HelpAction)
            {
                output.WriteLine(examples(result.CommandResult.Command));
            }

            return null;
        }

        Command command = result.CommandResult.Command;
        if (command == root && arguments.Count > 0 && !arguments[0].StartsWith('-'))
        {
            throw Throw.UnknownCommand(arguments[0], root.Subcommands.Select(known => known.Name));
        }

        if (UnknownIn(result, arguments) is { } unknown)
        {
            IEnumerable<Option> options = command == root ? root.Options : command.Options.Concat(root.Options.Where(option => option.Recursive));
            throw Throw.UnknownArgument(Line(root, command), unknown, options.Select(option => option.Name));
        }

        if (command == root)
        {
            throw Throw.NoCommand(root.Subcommands.Select(known => known.Name));
        }

        CheckCounts(Line(root, command), command, result);
        return result.Errors.Count > 0 ? throw Throw.BadCommandLine(Line(root, command), result.Errors[0].Message) : result;
    }

    /// <summary>
    /// What nothing takes. An argument that takes any number of words takes misspelt options too; only after "--" they are meant as words.
    /// </summary>
    private static string? UnknownIn(ParseResult result, IReadOnlyList<string> arguments) =>
        result.UnmatchedTokens.Count > 0 ? result.UnmatchedTokens[0]
        : arguments.Contains("--") ? null
        : result.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static void CheckCounts(string line, Command command, ParseResult result)
    {
        if (command.Arguments.Any(argument => result.GetResult(argument) is not { Tokens.Count: > 0 }))
        {
            throw Throw.MissingArguments(line, command.Arguments.Select(argument => argument.Name));
        }

        foreach (Option option in command.Options)
        {
            if (result.GetResult(option) is not { IdentifierTokenCount: > 0 } given || option.ValueType == typeof(bool))
            {
                continue;
            }

            if (given.Tokens.Count < given.IdentifierTokenCount)
            {
                throw Throw.MissingValue(line, option.Name, option.HelpName);
            }

            if (given.Tokens.Count > option.Arity.MaximumNumberOfValues)
            {
                throw Throw.GivenTwice(line, option.Name, given.IdentifierTokenCount);
            }
        }
    }

    private static string Line(RootCommand root, Command command) => command == root ? Throw.Program : $"{Throw.Program} {command.Name}";
}
