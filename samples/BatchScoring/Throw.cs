using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>
/// Every message: about the command line and the input as a whole, about outputs that are there already, and in the Error column of a row.
/// </summary>
internal static partial class Throw
{
    public static UsageException MissingInput(string path) =>
        new($"{Program}: the input '{path}' does not exist. Expected a CSV, TSV or JSONL file of images and questions; correct --input.");

    public static UsageException UnreadableInput(string path, Exception cause) =>
        new($"{Program}: the input '{path}' cannot be read: {cause.Message} Expected a readable file; check its permissions or "
            + "give another with --input.", cause);

    public static UsageException UnknownFormat(string path, string option) =>
        new($"{Program}: the format of '{path}' cannot be told from its name. Expected .csv, .tsv or .jsonl; name the format "
            + $"with {option}.");

    public static UsageException InputIsUtf16(string path) =>
        new($"{Program}: the input '{path}' begins with the byte order mark of UTF-16. Expected UTF-8; save it as UTF-8.");

    public static UsageException NoHeader(string path, string format) =>
        new($"{Program}: the input '{path}' has no first line that can be read as {format}. Expected a header like "
            + "image,question; add one, or name the format with --input-format.");

    public static UsageException HeaderIsNotUtf8(string path) =>
        new($"{Program}: the header of '{path}' is not UTF-8. Expected UTF-8; save the file as UTF-8.");

    public static UsageException NoObject(string path) =>
        new($"{Program}: the input '{path}' has no line that is a JSON object, so the output's columns are not known. Expected "
            + $"lines like {QuestionFormat}; correct the file, or write JSONL with --output-format jsonl.");

    public static UsageException NoSuchColumn(string path, string name, int count, IEnumerable<string> columns) =>
        new($"{Program}: the input '{path}' has {(count == 0 ? "no column" : $"{count} columns")} '{name}' among "
            + $"{string.Join(", ", columns.Select(column => $"'{column}'"))}. Expected exactly one; name the columns of image "
            + "and question with --columns.");

    public static UsageException ColumnIsAdded(string path, string name) =>
        new($"{Program}: the input '{path}' has a column '{name}', which the output adds. Expected another name; rename it in the input.");

    public static UsageException RepeatedColumns(string path, IEnumerable<string> columns) =>
        new($"{Program}: the columns of '{path}' are {string.Join(", ", columns.Select(column => $"'{column}'"))}, some of them "
            + "twice. Expected different names, because a JSON object needs them; rename them, or leave out --output-format.");

    public static string Stopped(string path, Progress progress) =>
        $"{Program}: stopped. {Done(path, progress)} Go on with the same command and --resume.";

    public static string FailedFast(string input, string output, FailFastException failure, Progress progress) =>
        $"{Program}: stopped by --fail-fast at line {failure.Line} of '{input}': {failure.Message} {Done(output, progress)} Go "
            + "on with the same command and --resume, without --fail-fast to keep the row with its error; a corrected input has "
            + "to be scored anew.";

    public static string CannotAppend(string path, IOException cause) =>
        $"{Program}: '{path}' cannot be written: {cause.Message.TrimEnd('.')}. Rows that were committed are safe in "
            + $"'{ScoredFile.PartialOf(path)}'. Needs room on the disk and a file system that can be written to; make room and "
            + "go on with the same command and --resume.";

    public static string AlreadyFinished(string path, Progress progress) =>
        FormattableString.Invariant(
            $"'{path}' is complete since an earlier run: {progress.Rows:N0} rows, {progress.Failed:N0} of them failed. Nothing was done.");

    private static string Done(string path, Progress progress) =>
        FormattableString.Invariant($"{progress.Rows:N0} rows are safe in '{ScoredFile.PartialOf(path)}'.");

    public static UsageException OutputExists(string path) =>
        new($"{Program}: the output '{path}' exists. Expected a file that is still to be made; delete it or choose another with --output.");

    public static UsageException UnfinishedRun(string path, string partial) =>
        new($"{Program}: '{partial}' holds rows of an earlier run for '{path}'. Expected none; go on with it by --resume, or "
            + "delete it to begin anew.");

    public static UsageException NoJournal(string path, string journal) =>
        new($"{Program}: '{path}' is there and its journal '{journal}' is not, so nobody knows what it holds. Expected both or "
            + $"neither; restore the journal, or delete '{path}' to begin anew.");

    public static UsageException UnreadableJournal(string path, Exception cause) =>
        new($"{Program}: the journal '{path}' cannot be read: {cause.Message} Expected the journal of the run to be resumed; "
            + "restore it, or delete it with the partial output to begin anew.", cause);

    public static UsageException BrokenJournal(string path) =>
        new($"{Program}: the journal '{path}' is not as it was written, or was written by another version. Expected the journal "
            + "of the run to be resumed; restore it, or delete it with the partial output to begin anew.");

    public static string Difference(string name, string? before, string? now) => $"{name} was {Shorten(before)}, is {Shorten(now)}";

    public static UsageException AnotherRun(string journal, IEnumerable<string> differences) =>
        new($"{Program}: '{journal}' belongs to another run: {string.Join("; ", differences)}. Expected the same input, model "
            + "and options; correct them, choose another --output, or delete the journal and the partial output to begin anew.");

    public static UsageException PartialMissing(string path, string journal, long rows) =>
        new($"{Program}: '{path}' is gone, which held {rows} rows according to '{journal}'. Expected both; restore it, or delete "
            + "the journal to begin anew.");

    public static UsageException OutputChanged(string path, string journal, Progress progress) =>
        new($"{Program}: '{path}' was changed since it was written: its first {progress.OutputLength} bytes are not those that "
            + $"'{journal}' speaks of. Expected an untouched file; restore it, or delete both to begin anew.");

    public static UsageException CannotOpenOutput(string path, Exception cause) =>
        new($"{Program}: '{path}' cannot be opened: {cause.Message} Expected a file that can be written to and that no other run "
            + "uses; end that run, or choose another with --output.", cause);

    /// <summary>Enough of a hash to tell it from another.</summary>
    private static string Shorten(string? value) => value switch
    {
        null => "not there",
        { Length: 64 } => $"'{value[..12]}...'",
        _ => $"'{value}'",
    };

    public static string EmptyCell(long line, string column, string wanted) =>
        $"Line {line}: '{column}' is empty. Expected {wanted}; fill it in.";

    public static string TextAfterQuote(long line) =>
        $"Line {line}: there is text after the closing quote of a cell. Expected a separator or the end of the line; double the "
            + "quotes inside a quoted cell.";

    public static string UnclosedQuote(long line) =>
        $"Line {line}: a cell begins with a quote and does not end before the file does. Expected a closing quote; add it, or "
            + "double the quotes inside a quoted cell.";

    public static string RowTooLong(long line, int limit) =>
        $"Line {line}: the row does not end within {limit} bytes. Expected a shorter row; shorten it, or close the quote in it "
            + "that is open.";

    public static string NotUtf8(long line) =>
        $"Line {line}: the row has bytes that are not UTF-8. Expected UTF-8; save the file as UTF-8.";

    public static string WrongNumberOfCells(long line, int count, int expected) =>
        $"Line {line}: the row has {count} cells. Expected {expected}, as in the header; quote the cells that hold a separator.";

    public static string RowIsNoJson(long line, Exception cause) =>
        $"Line {line}: the row is not JSON ({cause.Message.TrimEnd('.')}). Expected one object a line like {QuestionFormat}; correct it.";

    public static string RowIsNoObject(long line, JsonValueKind kind) =>
        $"Line {line}: the row is a JSON {Name(kind)}. Expected an object like {QuestionFormat}; correct it.";

    public static string MissingProperty(long line, string name) =>
        $"Line {line}: the object has no \"{name}\". Expected an object like {QuestionFormat}; add it, or name the properties "
            + "with --columns.";

    public static string PropertyIsNoText(long line, string name, JsonValueKind kind) =>
        $"Line {line}: \"{name}\" is a JSON {Name(kind)}. Expected a text; put it in quotes.";

    public static string PropertyIsAdded(long line, string name) =>
        $"Line {line}: the object has a property \"{name}\", which the output adds. Expected another name; rename it.";

    public static string UnknownProperty(long line, string name, IEnumerable<string> columns) =>
        $"Line {line}: the object has a property \"{name}\", which the first object has not. Expected "
            + $"{string.Join(", ", columns)}; leave it out, or write JSONL.";
}
