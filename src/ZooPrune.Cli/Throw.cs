namespace ZooPrune.Cli;

/// <summary>Every message of the tool. Each says what is wrong, what was given, what is needed and what to do.</summary>
internal static class Throw
{
    public const string Program = "zooprune";

    public const string Interrupted = $"{Program}: interrupted; no file was written.";

    public static UsageException NoCommand(IEnumerable<string> known) =>
        new($"{Program}: no command was given. Expected one of {string.Join(", ", known)}; see {Program} --help.");

    public static UsageException UnknownCommand(string given, IEnumerable<string> known) =>
        new($"{Program}: '{given}' is not a command. Expected one of {string.Join(", ", known)}; see {Program} --help.");

    public static UsageException UnknownArgument(string line, string argument, IEnumerable<string> known) =>
        new($"{line}: the argument '{argument}' is not known. Expected one of {string.Join(", ", known)}; see {line} --help.");

    public static UsageException BadCommandLine(string line, string problem) =>
        new($"{line}: the command line cannot be understood: {problem.TrimEnd('.')}. Expected what --help lists; see {line} --help.");

    public static UsageException MissingArguments(string line, IEnumerable<string> needed) =>
        new($"{line}: arguments are missing. Expected {string.Join(" and ", needed)}; see {line} --help.");

    public static UsageException MissingValue(string line, string option, string? needed) =>
        new($"{line}: the option {option} has no value. Expected {needed}; see {line} --help.");

    public static UsageException GivenTwice(string line, string option, int count) =>
        new($"{line}: the option {option} is given {count} times. Expected once; leave the others out.");

    public static UsageException EmptyArgument(string name) =>
        new($"{Program}: the argument {name} is empty. Expected a text; give one.");

    public static UsageException BadOption(string option, string given, string expected, string advice) =>
        new($"{Program}: the option {option} is '{given}'. Expected {expected}; {advice}.");

    public static UsageException OptionNeeds(string option, string other) =>
        new($"{Program}: the option {option} is given without {other}. Expected both or neither; add {other}.");

    public static UsageException NoQuestion(string image) =>
        new($"{Program} ask: there is a picture, '{image}', and no question. Expected pictures and then a question; add one, in quotes if it has spaces.");

    public static UsageException ImageMissing(string path) =>
        new($"{Program} ask: the picture '{path}' does not exist. Expected a PNG or JPEG file; check the path.");

    public static UsageException OverlayNeedsOneImage(int count) =>
        new($"{Program} ask: the option --overlay is given with {count} pictures. Expected exactly one, because it draws on that; ask about one or leave --overlay out.");

    public static UsageException OptionMissing(string command, string option, string needed) =>
        new($"{Program} {command}: the option {option} is missing. Expected {option} {needed}; see {Program} {command} --help.");

    public static UsageException OutputIsModel(string path, string model) =>
        new($"{Program} split: the option --out is '{path}', which is the model '{model}' itself, in it or around it. Expected another folder; choose one.");

    public static UsageException OutputIsFile(string option, string path) =>
        new($"{Program}: the option {option} is '{path}', which is a file. Expected the name of a folder; choose another.");

    public static UsageException OutputExists(string path) =>
        new($"{Program} split: the folder '{path}' has something in it. Expected one that is empty or not there; choose another, or replace it with --force.");

    public static UsageException OutputIsNoModel(string path) =>
        new($"{Program} split: the folder '{path}' has no config.json. --force replaces folders of models only, lest it deletes something else; choose another folder.");

    public static UsageException OutputFolderMissing(string option, string path, string folder) =>
        new($"{Program}: the option {option} is '{path}', but the folder '{folder}' does not exist. Expected a place in a folder that exists; make it or choose another.");

    public static UsageException OutputIsFolder(string option, string path) =>
        new($"{Program}: the option {option} is '{path}', which is a folder. Expected the name of a file; add one.");

    public static UsageException CannotWrite(string option, string path, Exception cause) =>
        new($"{Program}: '{path}' (option {option}) cannot be written: {cause.Message} Expected a place that can be written to; choose another.", cause);

    /// <summary>For exceptions that no one has made a message of.</summary>
    public static string Unexpected(Exception exception) => exception is OutOfMemoryException
        ? $"{Program}: the memory is used up. The model and the prompt need more than there is; take a smaller precision with --precision, a smaller picture, or a machine with more."
        : $"{Program}: it stopped because of {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Nothing of the kind is expected; try again, and report it with the command line if it stays.";
}
