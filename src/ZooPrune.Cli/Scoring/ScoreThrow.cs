using System.Text.Json;

namespace ZooPrune.Cli;

// Messages of "score" and "merge": about the input as a whole, about outputs that are there already, and in the Error column of a row.
internal static partial class Throw
{
    private const string Score = $"{Program} score";

    private const string Merge = $"{Program} merge";

    private const string QuestionFormat = """{"image": "0001.png", "question": "Is there a red circle?", "answer": "yes"}""";

    public static UsageException MissingImageFolder(string path) =>
        new($"{Score}: the image folder '{path}' does not exist. Expected the folder that the questions' images lie in; give it with "
            + "--images.");

    public static UsageException NoImageFolder(string input) =>
        new($"{Score}: the input is {input}, in several folders, and nobody knows where its image paths start. Expected one folder; give "
            + "it with --images.");

    public static UsageException NoTables(string input) =>
        new($"{Score}: there is no table in '{input}'. Expected a folder or a pattern with at least one .csv, .tsv, .jsonl or .parquet "
            + "file; correct it.");

    public static UsageException OutputInInput(string output, string input) =>
        new($"{Score}: the output '{output}' would be part of the input '{input}'. Expected another place; choose one with --out.");

    public static UsageException MixedFormats(string first, string other) =>
        new($"{Score}: '{first}' and '{other}' are of two formats. Expected files of one; name some of them only, or convert the others.");

    public static UsageException AnotherHeader(string path, IEnumerable<string> columns, string first, IEnumerable<string> expected) =>
        new($"{Score}: the columns of '{path}' are {List(columns)}, those of '{first}' {List(expected)}. Expected the same in all files of "
            + "a table, and the same separator; correct them, or score the files one by one.");

    public static UsageException NoTask(string names) =>
        new($"{Score}: --shards is given, and no environment variable says which of them this is. Expected one of {names}; start it as a "
            + "task of Kubernetes, AWS Batch or Slurm, or give --shard I/N.");

    public static UsageException TaskBeyondShards(string name, int index, int count) =>
        new($"{Score}: {name} is {index}, and there are {count} shards. Expected 0 to {count - 1}; start the tasks from 0, and as many as "
            + "there are shards.");

    public static UsageException ArrayWithGaps(int first, int last, int count) =>
        new($"{Score}: the Slurm array has {count} tasks from {first} to {last}, so nobody knows how many shards there are. Expected an "
            + "array without gaps, or --shards with their number; add it, or give --shard.");

    public static UsageException BadVariable(string name, string? text) =>
        new($"{Score}: the environment variable {name} is '{text}'. Expected a whole number from 0; correct it, or give --shard.");

    public static UsageException PartWithoutJournal(string path) =>
        new($"{Score}: '{path}' is there, and no journal belongs to it. Expected the one it was made with, lest it is of another run; "
            + "restore it, or delete the part to make it anew.");

    public static string AnotherTryWasFirst(string path) =>
        $"'{path}' was made by another try of the same shard, which was first.";
    public static UsageException MissingInput(string path) =>
        new($"{Score}: the input '{path}' does not exist. Expected a CSV, TSV, JSONL or Parquet file of images and questions; correct it.");

    public static UsageException EmptyInput(string path) =>
        new($"{Score}: the input '{path}' is empty, or a pipe or a device. Expected a file of rows; write them to a file first.");

    public static UsageException UnreadableInput(string path, Exception cause) =>
        new($"{Score}: the input '{path}' cannot be read: {cause.Message} Expected a readable file; check its permissions or "
            + "give another.", cause);

    public static UsageException UnknownFormat(string path, string option) =>
        new($"{Score}: the format of '{path}' cannot be told from its name. Expected .csv, .tsv, .jsonl or .parquet; name the format "
            + $"with {option}.");

    public static UsageException NoParquet(string path, Exception cause) =>
        new($"{Score}: the input '{path}' cannot be read as Parquet: {cause.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Expected a "
            + "complete Parquet file; write or copy it again, or name its format with --input-format.", cause);

    public static UsageException NoImageColumn(string path, string name) =>
        new($"{Score}: the column '{name}' of '{path}' holds no images. Expected texts (paths), bytes (image files), or a struct of "
            + "\"bytes\" and \"path\"; name the columns of image and question with --columns.");

    public static string LeftOut(IEnumerable<string> columns) =>
        $"Columns that the output leaves out, because they are lists or bytes: {List(columns)}.";

    public static UsageException NoUtf16(string path, Exception cause) =>
        new($"{Score}: the input '{path}' begins with the byte order mark of UTF-16 and cannot be read as such: {cause.Message} Expected "
            + "UTF-16 all through, and room for a copy as UTF-8 in the folder for temporary files; save it as UTF-8.", cause);

    public static UsageException NoHeader(string path, string format) =>
        new($"{Score}: the input '{path}' has no first line that can be read as {format}. Expected a header like "
            + "image,question; add one, or name the format with --input-format.");

    public static UsageException HeaderIsNotUtf8(string path) =>
        new($"{Score}: the header of '{path}' is not UTF-8. Expected UTF-8; save the file as UTF-8.");

    public static UsageException NoObject(string path) =>
        new($"{Score}: the input '{path}' has no line that is a JSON object, so the output's columns are not known. Expected "
            + $"lines like {QuestionFormat}; correct the file, or write JSONL with --output-format jsonl.");

    public static UsageException NoSuchColumn(string path, string name, int count, IEnumerable<string> columns) =>
        new($"{Score}: the input '{path}' has {(count == 0 ? "no column" : $"{count} columns")} '{name}' among "
            + $"{List(columns)}. Expected exactly one; name the columns of image "
            + "and question with --columns.");

    public static UsageException ColumnIsAdded(string path, string name) =>
        new($"{Score}: the input '{path}' has a column '{name}', which the output adds. Expected another name; rename it in the input.");

    public static UsageException RepeatedColumns(string path, IEnumerable<string> columns) =>
        new($"{Score}: the columns of '{path}' are {List(columns)}, some of them "
            + "twice. Expected different names, because a JSON object needs them; rename them, or leave out --output-format.");

    public static string Stopped(string path, Progress progress) =>
        $"{Score}: stopped. {Done(path, progress)} Go on with the same command and --resume.";

    public static string FailedFast(string input, string unit, string output, FailFastException failure, Progress progress) =>
        $"{Score}: stopped by --fail-fast at {unit} {failure.Line} of '{input}': {failure.Message} {Done(output, progress)} Go "
            + "on with the same command and --resume, without --fail-fast to keep the row with its error; a corrected input has "
            + "to be scored anew.";

    public static string CannotAppend(string path, Exception cause) =>
        $"{Score}: '{path}' cannot be written: {cause.Message.TrimEnd('.')}. Rows that were committed are safe in "
            + $"'{ScoredFile.PartialOf(path)}'. Needs room on the disk and a file system that can be written to; make room and "
            + "go on with the same command and --resume.";

    public static string AlreadyFinished(string path, Progress progress) =>
        FormattableString.Invariant(
            $"'{path}' is complete since an earlier run: {progress.Rows:N0} rows, {progress.Failed:N0} of them failed. Nothing was done.");

    private static string Done(string path, Progress progress) =>
        FormattableString.Invariant($"{progress.Rows:N0} rows are safe in '{ScoredFile.PartialOf(path)}'.");

    public static UsageException ScoresExist(string path) =>
        new($"{Score}: the output '{path}' exists. Expected a file that is still to be made; delete it or choose another with --out.");

    public static UsageException UnfinishedRun(string path, string partial) =>
        new($"{Score}: '{partial}' holds rows of an earlier run for '{path}'. Expected none; go on with it by --resume, or "
            + "delete it to begin anew.");

    public static UsageException NoJournal(string path, string journal) =>
        new($"{Score}: '{path}' is there and its journal '{journal}' is not, so nobody knows what it holds. Expected both or "
            + $"neither; restore the journal, or delete '{path}' to begin anew.");

    public static UsageException UnreadableJournal(string path, Exception cause) =>
        new($"{Score}: the journal '{path}' cannot be read: {cause.Message} Expected the journal of the run to be resumed; "
            + "restore it, or delete it with the partial output to begin anew.", cause);

    public static UsageException BrokenJournal(string path) =>
        new($"{Score}: the journal '{path}' is not as it was written, or was written by another version. Expected the journal "
            + "of the run to be resumed; restore it, or delete it with the partial output to begin anew.");

    public static string Difference(string name, string? before, string? now) => $"{name} was {Shorten(before)}, is {Shorten(now)}";

    public static UsageException AnotherRun(string journal, IEnumerable<string> differences) =>
        new($"{Score}: '{journal}' belongs to another run: {string.Join("; ", differences)}. Expected the same input, model "
            + "and options; correct them, choose another --out, or delete the journal and the partial output to begin anew.");

    public static UsageException PartialMissing(string path, string journal, long rows) =>
        new($"{Score}: '{path}' is gone, which held {rows} rows according to '{journal}'. Expected both; restore it, or delete "
            + "the journal to begin anew.");

    public static UsageException OutputChanged(string path, string journal, Progress progress) =>
        new($"{Score}: '{path}' was changed since it was written: its first {progress.OutputLength} bytes are not those that "
            + $"'{journal}' speaks of. Expected an untouched file; restore it, or delete both to begin anew.");

    public static UsageException CannotOpenOutput(string path, Exception cause) =>
        new($"{Score}: '{path}' cannot be opened: {cause.Message} Expected a file that can be written to and that no other run "
            + "uses; end that run, or choose another with --out.", cause);

    /// <summary>Enough of a hash to tell it from another.</summary>
    private static string Shorten(string? value) => value switch
    {
        null => "not there",
        { Length: 64 } => $"'{value[..12]}...'",
        _ => $"'{value}'",
    };

    public static string EmptyCell(string place, string column, string wanted) =>
        $"{place}: '{column}' is empty. Expected {wanted}; fill it in.";

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

    public static string ImageIsOutside(long line, string image) =>
        $"Line {line}: the image '{Consoles.Harmless(image.Length <= 200 ? image : $"{image[..200]}...")}' lies outside the folder of "
            + "--images. Expected one inside; put it there, or allow others with --allow-outside.";

    public static string PropertyIsAdded(long line, string name) =>
        $"Line {line}: the object has a property \"{name}\", which the output adds. Expected another name; rename it.";

    public static string UnknownProperty(long line, string name, IEnumerable<string> columns) =>
        $"Line {line}: the object has a property \"{name}\", which the first object has not. Expected "
            + $"{string.Join(", ", columns)}; leave it out, or write JSONL.";

    /// <summary>Names that a file gives: so many, so long.</summary>
    private static string List(IEnumerable<string> columns)
    {
        const int Most = 20;
        const int Longest = 80;
        string[] shown = [.. columns.Take(Most + 1).Select(name => name.Length > Longest ? $"'{name[..Longest]}...'" : $"'{name}'")];
        return shown.Length > Most ? $"{string.Join(", ", shown[..Most])} and more" : string.Join(", ", shown);
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static UsageException NoFolder(string path) =>
        new($"{Merge}: the folder '{path}' does not exist. Expected the one that zooprune score --shard wrote to; correct it.");

    public static UsageException NoParts(string path) =>
        new($"{Merge}: the folder '{path}' holds no part. Expected files like part-00007-of-00064.csv; run the shards.");

    public static UsageException PartsUnreadable(string path, Exception cause) =>
        new($"{Merge}: the parts in '{path}' cannot be read: {cause.Message.TrimEnd('.')}. Expected files that can be read; check the "
            + "permissions and the file system.", cause);

    public static UsageException PartsOfSeveral(string path, string first, string other) =>
        new($"{Merge}: the folder '{path}' holds '{first}' and '{other}'. Expected the parts of one run, of one number and one format; "
            + "move the others away.");

    public static UsageException PartsMissing(string path, IReadOnlyList<Shard> missing, int count, IReadOnlyList<string> command) =>
        new($"{Merge}: {missing.Count} of {count} parts are not in '{path}': {Ranges(missing)}. Expected all of them; run"
            + string.Concat(missing.Take(MostCommands).Select(shard => $"{Environment.NewLine}  {shard.ToCommandLine(command)}"))
            + (missing.Count > MostCommands ? $"{Environment.NewLine}  and so on for the others." : ""));

    public static UsageException PartIsBroken(Shard shard, string path, IReadOnlyList<string> command) =>
        new($"{Merge}: '{path}' is not as it was written: none of its journals speaks of its bytes. Expected an untouched file; delete it "
            + $"and run{Environment.NewLine}  {shard.ToCommandLine(command)}");

    public static UsageException PartsOfTwoRuns(string first, string other, IEnumerable<string> differences) =>
        new($"{Merge}: '{other}' is of another run than '{first}': {string.Join("; ", differences)}. Expected one input, one model and one "
            + "set of options; delete the parts that are wrong and run their shards again.");

    public static UsageException PartsDoNotJoin(string path, string rows, long expected) =>
        new($"{Merge}: '{path}' holds rows {rows}, and the parts before it end at row {expected}. Expected parts that follow each other; "
            + "delete the part and run its shard again.");

    public static UsageException MergedExists(string path) =>
        new($"{Merge}: the output '{path}' exists. Expected a file that is still to be made; delete it or choose another with --out.");

    private const int MostCommands = 10;

    /// <summary>"3, 7-9".</summary>
    private static string Ranges(IEnumerable<Shard> shards)
    {
        List<(int First, int Last)> ranges = [];
        foreach (int index in shards.Select(shard => shard.Index))
        {
            if (ranges is [.., var last] && last.Last == index - 1)
            {
                ranges[^1] = (last.First, index);
            }
            else
            {
                ranges.Add((index, index));
            }
        }

        return string.Join(", ", ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));
    }
}
