using System.CommandLine;
using Spectre.Console;

namespace ZooPrune.Cli;

/// <summary>The tool from command line to exit code.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="input">Standard input; null = that of this process.</param>
internal sealed class ToolProgram(IAnsiConsole output, IAnsiConsole error, StandardInput? input = null) : CommandProgram(output, error)
{
    private const string Description =
        "Vision-language models that read fewer visual tokens: looks into a model's folder, asks it about pictures, chats, splits its "
            + "projector off, bakes pruning into its vision encoder, scores tables, "
            + "serves OpenAI's API.";

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Say on standard error what the model does and how long it takes.",
        Recursive = true,
    };

    private const string ExitCodes =
        "Exit codes: 0 done; 1 done in part, or failed for no fault of the input; 2 wrong usage or unusable input, nothing was done; "
            + "3 stopped before the end, can be resumed; 130 stopped by Ctrl-C, TERM or HUP.";

    protected override string Interrupted => Throw.Interrupted;

    /// <summary>All commands, in the order in which they are listed to the user.</summary>
    internal static IReadOnlyList<ToolCommand> Commands() =>
    [
        new InspectCommand(), new AskCommand(), new ChatCommand(), new SplitCommand(), new BakeCommand(), new ScoreCommand(),
        new MergeCommand(), new ServeCommand(), new CompletionCommand(),
    ];

    /// <summary>The tool's command line.</summary>
    internal static RootCommand Root()
    {
        var root = new RootCommand(Description) { Verbose };
        foreach (ToolCommand command in Commands())
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    protected override RootCommand CreateCommand() => Root();

    protected override string? HelpEnd(Command command) => command is ToolCommand known ? known.Examples : ExitCodes;

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        using VerboseLog? log = line.GetValue(Verbose) ? new VerboseLog(Error) : null;
        using Terminal terminal = new(Output, Error, cancellation, input, log);
        try
        {
            return ((ToolCommand)line.CommandResult.Command).Run(line, terminal);
        }
        catch (Exception exception) when (log is not null && exception is not UsageException)
        {
            log.Write(exception.ToString());
            throw;
        }
    }
}

/// <summary>One command of the tool, with its arguments, options and help.</summary>
internal abstract class ToolCommand(string name, string description) : Command(name, description)
{
    /// <summary>What --help shows below the options.</summary>
    public abstract string Examples { get; }

    /// <summary>Does what was typed.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">What was typed cannot be done.</exception>
    /// <exception cref="ZooPruneException">A model or a picture cannot be used.</exception>
    public abstract int Run(ParseResult line, Terminal terminal);

    /// <summary>The argument that names the model.</summary>
    protected static Argument<string> ModelFolder(string description)
    {
        Argument<string> argument = new("MODEL") { Description = description };
        argument.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.Tokens.SingleOrDefault()?.Value))
            {
                result.AddError(Shell.Throw.EmptyArgument(argument.Name).Message);
            }
        });
        return argument;
    }

    /// <summary>--json.</summary>
    protected static Option<bool> JsonSwitch() =>
        TypedOption.Switch("--json", "Write the result to standard output as JSON, and nothing else.");

    /// <summary>--precision.</summary>
    protected static Option<Onnx.ModelPrecision> PrecisionOption(string use) => TypedOption.Choice(
        "--precision",
        "NAME",
        $"Which of the model's graphs to {use}: {Names.Precisions}. Default: auto, the most accurate that are there.",
        Names.Precisions);
}
