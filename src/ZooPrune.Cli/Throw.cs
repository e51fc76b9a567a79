namespace ZooPrune.Cli;

/// <summary>Every message of the tool. Each says what is wrong, what was given, what is needed and what to do.</summary>
internal static partial class Throw
{
    public const string Program = "zooprune";

    public const string Interrupted = $"{Program}: interrupted; no file was written.";

    public static UsageException NoQuestion(string image) =>
        new($"{Program} ask: there is a picture, '{image}', and no question. Expected pictures and then a question; add one, in quotes "
            + "if it has spaces.");

    public static UsageException ImageMissing(string command, string path) =>
        new($"{Program} {command}: the picture '{(path.Length > 300 ? $"{path[..40]}..." : path)}' does not exist. Expected an image file or a "
            + "data URI; check the path.");

    public static UsageException PipedTwice() =>
        new($"{Program} ask: two pictures are '-', standard input. Expected at most one, because it can be read once; name a file for the "
            + "other.");

    public static UsageException ChatCommandUnknown(string given, string known) =>
        new($"{Program} chat: '{given}' is not known. Expected one of {known}, or a question that does not begin with '/'.");

    public static UsageException ChatImageMissing() =>
        new($"{Program} chat: /image names no picture. Expected /image FILE; add the file.");

    public static UsageException UnknownShell(string given, string known) =>
        new($"{Program} completion: the shell '{given}' is not known. Expected one of {known}; choose one of these.");

    public static UsageException OverlayNeedsOneImage(int count) =>
        new($"{Program} ask: the option --overlay is given with {count} pictures. Expected exactly one, because it draws on that; ask "
            + "about one or leave --overlay out.");

    public static UsageException SecretsUnreadable(string what, string needed, string path, Exception cause) =>
        new($"{Program} serve: the {what} '{path}' cannot be read: {cause.Message.TrimEnd('.')}. Expected a text file with {needed}; "
            + "check the path.", cause);

    public static UsageException ApiKeysEmpty(string path) =>
        new($"{Program} serve: the file '{path}' has no key. Expected one a line; add one, or leave --api-key-file out.");

    public static UsageException SecretTooShort(string path, int least) =>
        new($"{Program} serve: the secret in '{path}' is shorter than {least} bytes. Expected one that nobody guesses; make one with "
            + "openssl rand -hex 32.");

    public static UsageException CannotListen(System.Net.IPAddress address, int port, Exception cause) =>
        new($"{Program} serve: it cannot listen at {address}, port {port}: {cause.Message.TrimEnd('.')}. Expected an address of this "
            + "machine and a free port; choose another, or stop who has it.", cause);

    public static UsageException OutputIsModel(string command, string path, string model) =>
        new($"{Program} {command}: the option --out is '{path}', which is the model '{model}' itself, in it or around it. Expected another "
            + "folder; choose one.");

    public static UsageException OutputIsFile(string option, string path) =>
        new($"{Program}: the option {option} is '{path}', which is a file. Expected the name of a folder; choose another.");

    public static UsageException OutputExists(string command, string path) =>
        new($"{Program} {command}: the folder '{path}' has something in it. Expected one that is empty or not there; choose another, or "
            + "replace it with --force.");

    public static UsageException OutputIsForeign(string command, string path, string found) =>
        new($"{Program} {command}: the folder '{path}' has {found}. --force replaces only what this tool wrote, lest it deletes "
            + "something else; choose another folder.");

    public static UsageException OutputFolderMissing(string option, string path, string folder) =>
        new($"{Program}: the option {option} is '{path}', but the folder '{folder}' does not exist. Expected a place in a folder that "
            + "exists; make it or choose another.");
}
