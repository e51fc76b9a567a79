namespace ZooPrune.Cli;

/// <summary>Every message of the tool. Each says what is wrong, what was given, what is needed and what to do.</summary>
internal static partial class Throw
{
    public const string Program = "zooprune";

    public const string Interrupted = $"{Program}: interrupted; no file was written.";

    public static UsageException NoQuestion(string image) =>
        new($"{Program} ask: there is a picture, '{image}', and no question. Expected pictures and then a question; add one, in quotes "
            + "if it has spaces.");

    public static UsageException ImageMissing(string path) =>
        new($"{Program} ask: the picture '{(path.Length > 300 ? $"{path[..40]}..." : path)}' does not exist. Expected an image file or a data "
            + "URI; check the path.");

    public static UsageException OverlayNeedsOneImage(int count) =>
        new($"{Program} ask: the option --overlay is given with {count} pictures. Expected exactly one, because it draws on that; ask "
            + "about one or leave --overlay out.");

    public static UsageException ApiKeysUnreadable(string path, Exception cause) =>
        new($"{Program} serve: the keys '{path}' cannot be read: {cause.Message.TrimEnd('.')}. Expected a text file with a key a line; "
            + "check the path.", cause);

    public static UsageException ApiKeysEmpty(string path) =>
        new($"{Program} serve: the file '{path}' has no key. Expected one a line; add one, or leave --api-key-file out.");

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

    public static UsageException OutputIsNoModel(string command, string path) =>
        new($"{Program} {command}: the folder '{path}' has no config.json. --force replaces folders of models only, lest it deletes "
            + "something else; choose another folder.");

    public static UsageException OutputFolderMissing(string option, string path, string folder) =>
        new($"{Program}: the option {option} is '{path}', but the folder '{folder}' does not exist. Expected a place in a folder that "
            + "exists; make it or choose another.");
}
