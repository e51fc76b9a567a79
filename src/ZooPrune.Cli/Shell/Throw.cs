using System.CommandLine;

namespace ZooPrune.Shell;

/// <summary>
/// Messages about a command line, of whichever program these files are compiled into. Each says what is wrong, what was given, what is
/// needed and what to do.
/// </summary>
internal static class Throw
{
    /// <summary>Begins every message: the name of the program.</summary>
    public static string Program { get; } = typeof(Throw).Assembly.GetName().Name!;

    public static string Interrupted { get; } = $"{Program}: interrupted; nothing was written.";

    public static UsageException UnknownCommand(string given, IEnumerable<string> known) =>
        new($"{Program}: '{given}' is not a command. Expected one of {string.Join(", ", known)}; see {Program} --help.");

    public static UsageException UnknownArgument(Command command, string argument)
    {
        IEnumerable<Option> inherited = command.Parents.OfType<Command>()
            .SelectMany(parent => parent.Options)
            .Where(option => option.Recursive);
        string known = string.Join(", ", command.Options.Concat(inherited).Select(option => option.Name));
        return new($"{Line(command)}: the argument '{argument}' is not known. Expected one of {known}; see {Help(command)}.");
    }

    public static UsageException BadCommandLine(Command command, string problem) =>
        new($"{Line(command)}: the command line cannot be understood: {problem.TrimEnd('.')}. "
            + $"Expected what {Help(command)} lists; correct it and try again.");

    public static UsageException BadOption(string option, string given, string expected, string advice = "correct it") =>
        new($"{Program}: the option {option} is '{given}'. Expected {expected}; {advice}.");

    public static UsageException EmptyArgument(string name) =>
        new($"{Program}: the argument {name} is empty. Expected a text; give one.");

    public static UsageException OptionNeeds(string option, string other) =>
        new($"{Program}: the option {option} is given without {other}. Expected both or neither; add {other}.");

    public static UsageException OptionsExclude(string option, string other) =>
        new($"{Program}: the options {option} and {other} are both given. Expected at most one of them; leave one out.");

    public static UsageException OutputFolderMissing(string option, string path, string folder) =>
        new($"{Program}: the option {option} is '{path}', but the folder '{folder}' does not exist. "
            + "Expected a file in a folder that exists; make it or choose another.");

    public static UsageException OutputIsFolder(string option, string path) =>
        new($"{Program}: the option {option} is '{path}', which is a folder. Expected the name of a file; add one.");

    public static UsageException CannotWrite(string option, string path, Exception cause) =>
        new($"{Program}: '{path}' (option {option}) cannot be written: {cause.Message} "
            + "Expected a place that can be written to; choose another.", cause);

    public static UsageException NothingPiped() =>
        new($"{Program}: the picture is '-', and standard input is the keyboard. Expected a picture piped in (cat picture.png | ...); pipe "
            + "one or name a file.");

    public static UsageException PipedTooLong(long limit) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Program}: standard input has more than {limit:N0} bytes. ")
            + "Expected a picture of at most so many, four for each pixel of --max-image-pixels; make it smaller or raise that.");

    public static UsageException PipedEmpty() =>
        new($"{Program}: the picture is '-', and standard input is empty. Expected a picture piped in; look at what was to write it.");

    public static UsageException OutputExists(string option, string path) =>
        new($"{Program}: the option {option} is '{path}', which is there already. Expected the name of a new file; choose another, or "
            + "replace it with --force.");

    public static UsageException OutputIsInput(string option, string path, string input) =>
        new($"{Program}: the option {option} is '{path}', which would replace '{input}', that is read. Expected another file; choose one.");

    /// <summary>For what the file system refuses.</summary>
    public static string FileSystem(Exception exception) =>
        $"{Program}: a file or folder cannot be used: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
            + "Expected one that is of the right kind and may be read or written; check the paths, their permissions and the room on the "
            + "disk.";

    /// <summary>For exceptions that no one has made a message of.</summary>
    public static string Unexpected(Exception exception) => exception is OutOfMemoryException
        ? $"{Program}: the memory is used up. The model and the prompt need more than there is; "
            + "take a smaller precision, a smaller picture, or a machine with more."
        : $"{Program}: it stopped because of {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
            + "Nothing of the kind is expected; try again, and report it with the command line if it stays.";

    private static string Line(Command command) => command is RootCommand ? Program : $"{Program} {command.Name}";

    /// <summary>What to type for help: where there is one command only, its name goes without saying.</summary>
    private static string Help(Command command) =>
        command is RootCommand && command.Subcommands.Count == 0 ? "--help" : $"{Line(command)} --help";
}
