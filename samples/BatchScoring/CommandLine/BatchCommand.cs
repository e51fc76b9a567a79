using System.CommandLine;
using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class BatchCommand
{
    private const string DefaultKeep = "64";
    private const string DefaultColumns = "image,question";
    private const int DefaultMaxNewTokens = 32;
    private const int DefaultBatch = 32;
    private const int DefaultWorkers = 1;
    private const double DefaultCommit = 1;

    private const string Description = """
        Asks a model the questions of a CSV, TSV or JSONL file, one image and one question a row, through an ML.NET pipeline that prunes visual tokens, and writes every row with its answer.

        Rows come out in their order. A row that cannot be answered says why in its Error column. The run may be ended at any moment, by Ctrl-C, kill -9 or a power cut; the same command with --resume goes on, and the file comes out the same to the byte.

        Examples:
          BatchScoring --input questions.csv --output answers.csv
          BatchScoring --input questions.csv --output answers.csv --resume
          BatchScoring --input vqa.tsv --columns file,prompt --images photos --output answers.jsonl --output-format jsonl
          BatchScoring --input questions.jsonl --output answers.jsonl --keep 11% --model models/llava --fail-fast

        Exit codes: 0 done; 1 done, some rows have an error; 2 wrong usage or unusable input; 3 stopped by --fail-fast or a full disk, can be resumed; 130 stopped by Ctrl-C, can be resumed.
        """;

    private static readonly Option<string?> Input = TextOption.Create(
        "--input", "FILE", "Images and questions: .csv, .tsv or .jsonl, UTF-8. CSV and TSV begin with a header.");
    private static readonly Option<string?> Output = TextOption.Create(
        "--output", "FILE", "The file to be. While it is unfinished its rows are in FILE.partial; how it was made is in FILE.journal.");
    private static readonly Option<string?> Columns = TextOption.Create(
        "--columns", "IMAGE,QUESTION", $"Names of the two columns. Default: {DefaultColumns}.");
    private static readonly Option<string?> Images = TextOption.Create(
        "--images", "FOLDER", "Where image paths start. Default: the folder of the input.");
    private static readonly Option<string?> InputFormat = TextOption.Create(
        "--input-format", "FORMAT", $"Format of the input: {TableFormats.Names}. Default: by its extension.");
    private static readonly Option<string?> OutputFormat = TextOption.Create(
        "--output-format", "FORMAT", $"Format of the output: {TableFormats.Names}. Default: that of the input.");
    private static readonly Option<string?> Model = TextOption.Create(
        "--model", "FOLDER", "Model folder in Hugging Face layout. Default: models/shapes-vlm.");
    private static readonly Option<string?> Keep = TextOption.Create(
        "--keep", "N|P%", $"Visual tokens to keep: a number, or a percentage of them. Default: {DefaultKeep}.");
    private static readonly Option<string?> Method = TextOption.Create(
        "--method", "NAME", $"How they are chosen: {Names.Methods}. Default: zooprune.");
    private static readonly Option<string?> Positions = TextOption.Create(
        "--positions", "MODE", $"Positions of the kept tokens: {Names.Positions}. Default: auto, which is the model's own.");
    private static readonly Option<string?> MaxNewTokens = TextOption.Create(
        "--max-new-tokens", "N", $"Most tokens of an answer. Default: {DefaultMaxNewTokens}.");
    private static readonly Option<string?> Batch = TextOption.Create(
        "--batch", "N", $"Rows that go through the pipeline together. Default: {DefaultBatch}.");
    private static readonly Option<string?> Workers = TextOption.Create(
        "--workers", "N", $"Batches at work at the same time. Default: {DefaultWorkers}.");
    private static readonly Option<string?> Threads = TextOption.Create(
        "--threads", "N", "Threads inside one operation of ONNX Runtime. Default: 0, one per physical core.");
    private static readonly Option<string?> Commit = TextOption.Create(
        "--commit", "SECONDS", "Least time between two commits to disk; what came after the last one is done again by --resume. "
            + $"0 commits after each batch. Default: {DefaultCommit}.");
    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Go on where an earlier run of the same command ended. Begins if there was none.",
    };

    private static readonly Option<bool> FailFast = new("--fail-fast")
    {
        Description = "Stop at the first row with an error and name its line.",
    };

    private static readonly Option<bool> Timings = new("--timings")
    {
        Description = "Add the milliseconds of each stage. They differ from run to run, so the output does too.",
    };

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create() => new(Description)
    {
        Input, Output, Columns, Images, InputFormat, OutputFormat, Model, Keep, Method, Positions, MaxNewTokens, Batch, Workers, Threads,
        Commit, Resume, FailFast, Timings,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is missing or out of range.</exception>
    public static BatchOptions ToOptions(ParseResult line)
    {
        string keep = TextOption.Value(line, Keep) ?? DefaultKeep;
        BatchOptions options = new()
        {
            Input = TextOption.Value(line, Input) ?? throw Throw.MissingOption(Input.Name, "questions.csv"),
            Output = TextOption.Value(line, Output) ?? throw Throw.MissingOption(Output.Name, "answers.csv"),
            Columns = ColumnNames.Parse(Columns.Name, TextOption.Value(line, Columns) ?? DefaultColumns),
            Images = TextOption.Value(line, Images),
            InputFormat = Format(line, InputFormat),
            OutputFormat = Format(line, OutputFormat),
            Model = TextOption.Value(line, Model),
            Keep = Budget.Parse(keep),
            KeepText = keep,
            Method = Names.Methods.Parse(Method.Name, TextOption.Value(line, Method) ?? "zooprune"),
            Positions = Names.Positions.Parse(Positions.Name, TextOption.Value(line, Positions) ?? "auto"),
            MaxNewTokens = Number(line, MaxNewTokens, atLeast: 1) ?? DefaultMaxNewTokens,
            Batch = Number(line, Batch, atLeast: 1) ?? DefaultBatch,
            Workers = Number(line, Workers, atLeast: 1) ?? DefaultWorkers,
            Threads = Number(line, Threads, atLeast: 0) ?? 0,
            CommitInterval = TimeSpan.FromSeconds(TextOption.Value(line, Commit) is { } seconds ? Seconds(seconds) : DefaultCommit),
            Resume = line.GetValue(Resume),
            FailFast = line.GetValue(FailFast),
            Timings = line.GetValue(Timings),
        };

        OutputFile.Check(Output.Name, options.Output);
        return options;
    }

    private static int? Number(ParseResult line, Option<string?> option, int atLeast) =>
        TextOption.Value(line, option) is { } text ? WholeNumber.Parse(option.Name, text, atLeast) : null;

    private static TableFormat? Format(ParseResult line, Option<string?> option) =>
        TextOption.Value(line, option) is { } text ? TableFormats.Names.Parse(option.Name, text) : null;

    private static double Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= 3600
            ? seconds
            : throw Throw.BadOption(Commit.Name, text, "a number of seconds from 0 to 3600", "correct it");
}
