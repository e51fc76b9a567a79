namespace ZooPrune.Samples;

/// <summary>Messages about the command line, the input as a whole, and how a run ended.</summary>
internal static partial class Throw
{
    private const string Program = "BatchScoring";

    public static UsageException MissingOption(string option, string example) =>
        new($"{Program}: the option {option} is not given. Expected the name of a file; add for example {option} {example}, or see --help.");

    public static UsageException MissingInput(string path) =>
        new($"{Program}: the input '{path}' does not exist. Expected a CSV, TSV or JSONL file of images and questions; correct --input.");

    public static UsageException UnreadableInput(string path, Exception cause) =>
        new($"{Program}: the input '{path}' cannot be read: {cause.Message} Expected a readable file; check its permissions or give another with --input.", cause);

    public static UsageException UnknownFormat(string path, string option) =>
        new($"{Program}: the format of '{path}' cannot be told from its name. Expected .csv, .tsv or .jsonl; name the format with {option}.");

    public static UsageException InputIsUtf16(string path) =>
        new($"{Program}: the input '{path}' begins with the byte order mark of UTF-16. Expected UTF-8; save it as UTF-8.");

    public static UsageException NoHeader(string path, string format) =>
        new($"{Program}: the input '{path}' has no first line that can be read as {format}. Expected a header like image,question; add one, or name the format with --input-format.");

    public static UsageException HeaderIsNotUtf8(string path) =>
        new($"{Program}: the header of '{path}' is not UTF-8. Expected UTF-8; save the file as UTF-8.");

    public static UsageException NoObject(string path) =>
        new($"{Program}: the input '{path}' has no line that is a JSON object, so the output's columns are not known. Expected lines like {QuestionFormat}; correct the file, or write JSONL with --output-format jsonl.");

    public static UsageException NoSuchColumn(string path, string name, int count, IEnumerable<string> columns) =>
        new($"{Program}: the input '{path}' has {(count == 0 ? "no column" : $"{count} columns")} '{name}' among {string.Join(", ", columns.Select(column => $"'{column}'"))}. Expected exactly one; name the columns of image and question with --columns.");

    public static UsageException ColumnIsAdded(string path, string name) =>
        new($"{Program}: the input '{path}' has a column '{name}', which the output adds. Expected another name; rename it in the input.");

    public static UsageException RepeatedColumns(string path, IEnumerable<string> columns) =>
        new($"{Program}: the columns of '{path}' are {string.Join(", ", columns.Select(column => $"'{column}'"))}, some of them twice. Expected different names, because a JSON object needs them; rename them, or leave out --output-format.");

    public static string Stopped(string path, Progress progress) =>
        $"{Program}: stopped. {Done(path, progress)} Go on with the same command and --resume.";

    public static string FailedFast(string input, string output, FailFastException failure, Progress progress) =>
        $"{Program}: stopped by --fail-fast at line {failure.Line} of '{input}': {failure.Message} {Done(output, progress)} Go on with the same command and --resume, without --fail-fast to keep the row with its error; a corrected input has to be scored anew.";

    public static string CannotAppend(string path, IOException cause) =>
        $"{Program}: '{path}' cannot be written: {cause.Message.TrimEnd('.')}. Rows that were committed are safe in '{ScoredFile.PartialOf(path)}'. Needs room on the disk and a file system that can be written to; make room and go on with the same command and --resume.";

    public static string AlreadyFinished(string path, Progress progress) =>
        FormattableString.Invariant($"'{path}' is complete since an earlier run: {progress.Rows:N0} rows, {progress.Failed:N0} of them failed. Nothing was done.");

    private static string Done(string path, Progress progress) =>
        FormattableString.Invariant($"{progress.Rows:N0} rows are safe in '{ScoredFile.PartialOf(path)}'.");
}
