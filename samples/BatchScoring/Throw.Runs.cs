namespace ZooPrune.Samples;

/// <summary>Messages about outputs that are there already, and about resuming them.</summary>
internal static partial class Throw
{
    public static UsageException OutputExists(string path) =>
        new($"{Program}: the output '{path}' exists. Expected a file that is still to be made; delete it or choose another with --output.");

    public static UsageException UnfinishedRun(string path, string partial) =>
        new($"{Program}: '{partial}' holds rows of an earlier run for '{path}'. Expected none; go on with it by --resume, or delete it to begin anew.");

    public static UsageException NoJournal(string path, string journal) =>
        new($"{Program}: '{path}' is there and its journal '{journal}' is not, so nobody knows what it holds. Expected both or neither; restore the journal, or delete '{path}' to begin anew.");

    public static UsageException UnreadableJournal(string path, Exception cause) =>
        new($"{Program}: the journal '{path}' cannot be read: {cause.Message} Expected the journal of the run to be resumed; restore it, or delete it with the partial output to begin anew.", cause);

    public static UsageException BrokenJournal(string path) =>
        new($"{Program}: the journal '{path}' is not as it was written, or was written by another version. Expected the journal of the run to be resumed; restore it, or delete it with the partial output to begin anew.");

    public static string Difference(string name, string? before, string? now) => $"{name} was {Shorten(before)}, is {Shorten(now)}";

    public static UsageException AnotherRun(string journal, IEnumerable<string> differences) =>
        new($"{Program}: '{journal}' belongs to another run: {string.Join("; ", differences)}. Expected the same input, model and options; correct them, choose another --output, or delete the journal and the partial output to begin anew.");

    public static UsageException PartialMissing(string path, string journal, long rows) =>
        new($"{Program}: '{path}' is gone, which held {rows} rows according to '{journal}'. Expected both; restore it, or delete the journal to begin anew.");

    public static UsageException OutputChanged(string path, string journal, Progress progress) =>
        new($"{Program}: '{path}' was changed since it was written: its first {progress.OutputLength} bytes are not those that '{journal}' speaks of. Expected an untouched file; restore it, or delete both to begin anew.");

    public static UsageException CannotOpenOutput(string path, Exception cause) =>
        new($"{Program}: '{path}' cannot be opened: {cause.Message} Expected a file that can be written to and that no other run uses; end that run, or choose another with --output.", cause);

    /// <summary>Enough of a hash to tell it from another.</summary>
    private static string Shorten(string? value) => value switch
    {
        null => "not there",
        { Length: 64 } => $"'{value[..12]}...'",
        _ => $"'{value}'",
    };
}
