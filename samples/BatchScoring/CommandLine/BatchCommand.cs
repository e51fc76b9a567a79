using System.CommandLine;
using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class BatchCommand
{
    private const string Description = """
        Asks a model the questions of a CSV, TSV or JSONL file, one image and one question a row, through an ML.NET pipeline
        that prunes visual tokens, and writes every row with its answer.

        Rows come out in their order. A row that cannot be answered says why in its Error column. The run may be ended at
        any moment, by Ctrl-C, kill -9 or a power cut; the same command with --resume goes on, and the file comes out the
        same to the byte.

        Examples:
          BatchScoring --input questions.csv --output answers.csv
          BatchScoring --input questions.csv --output answers.csv --resume
          BatchScoring --input vqa.tsv --columns file,prompt --images photos --output answers.jsonl --output-format jsonl
          BatchScoring --input questions.jsonl --output answers.jsonl --keep 11% --model models/llava --fail-fast

        Exit codes: 0 done; 1 done, some rows have an error; 2 wrong usage or unusable input; 3 stopped by --fail-fast or a
        full disk, can be resumed; 130 stopped by Ctrl-C, can be resumed.
        """;

    private static readonly Option<string?> Input = TypedOption.Text(
        "--input", "FILE", "Images and questions: .csv, .tsv or .jsonl, UTF-8. CSV and TSV begin with a header.");
    private static readonly Option<string?> Output = TypedOption.OutputFile(
        "--output", "The file to be. While it is unfinished its rows are in FILE.partial; how it was made is in FILE.journal.");
    private static readonly Option<ColumnNames> Columns = TypedOption.Create(
        "--columns",
        "IMAGE,QUESTION",
        "Names of the two columns.",
        text => ColumnNames.Parse("--columns", text),
        new ColumnNames("image", "question"));
    private static readonly Option<string?> Images = TypedOption.Text(
        "--images", "FOLDER", "Where image paths start. Default: the folder of the input.");
    private static readonly Option<TableFormat?> InputFormat = Format(
        "--input-format", $"Format of the input: {TableFormats.Names}. Default: by its extension.");
    private static readonly Option<TableFormat?> OutputFormat = Format(
        "--output-format", $"Format of the output: {TableFormats.Names}. Default: that of the input.");
    private static readonly Option<string?> Model = ModelLocation.Option();
    private static readonly Option<KeepBudget> Keep = TypedOption.Create(
        "--keep", "N|P%", "Visual tokens to keep: a number, or a percentage of them.",
        text => TypedOption.ParseKeep("--keep", text), KeepBudget.Tokens(64));
    private static readonly Option<int> MaxNewTokens = TypedOption.Number(
        "--max-new-tokens", "Most tokens of an answer.", 1, otherwise: 32);
    private static readonly Option<int> Batch = TypedOption.Number(
        "--batch", "Rows that go through the pipeline together.", 1, otherwise: 32);
    private static readonly Option<int> Workers = TypedOption.Number("--workers", "Batches at work at the same time.", 1, otherwise: 1);
    private static readonly Option<int> Threads = TypedOption.Number(
        "--threads", "Threads inside one operation of ONNX Runtime. Default: 0, one per physical core.", 0, otherwise: 0);
    private static readonly Option<double> Commit = TypedOption.Create(
        "--commit", "SECONDS", "Least time between two commits to disk; what came after the last one is done again by --resume. "
            + "0 commits after each batch.", Seconds, otherwise: 1);
    private static readonly Option<bool> Resume = TypedOption.Switch(
        "--resume", "Go on where an earlier run of the same command ended. Begins if there was none.");
    private static readonly Option<bool> FailFast = TypedOption.Switch(
        "--fail-fast", "Stop at the first row with an error and name its line.");
    private static readonly Option<bool> Timings = TypedOption.Switch(
        "--timings", "Add the milliseconds of each stage. They differ from run to run, so the output does too.");

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create()
    {
        Input.Required = true;
        Output.Required = true;
        return new(Description)
        {
            Input, Output, Columns, Images, InputFormat, OutputFormat, Model, Keep, ModelSwitches.Method, ModelSwitches.Positions,
            MaxNewTokens, Batch, Workers, Threads,
            ModelSwitches.ExifOrientation, ModelSwitches.MaxImagePixels, Commit, Resume, FailFast, Timings,
        };
    }

    /// <summary>The options that were typed.</summary>
    public static BatchOptions ToOptions(ParseResult line) => new()
    {
        Input = line.GetRequiredValue(Input)!,
        Output = line.GetRequiredValue(Output)!,
        Columns = line.GetRequiredValue(Columns),
        Images = line.GetValue(Images),
        InputFormat = line.GetValue(InputFormat),
        OutputFormat = line.GetValue(OutputFormat),
        Model = line.GetValue(Model),
        Keep = line.GetValue(Keep),
        Method = line.GetValue(ModelSwitches.Method),
        MaxNewTokens = line.GetValue(MaxNewTokens),
        Batch = line.GetValue(Batch),
        Workers = line.GetValue(Workers),
        Running = ModelSwitches.Read(line) with { Threads = line.GetValue(Threads) },
        CommitInterval = TimeSpan.FromSeconds(line.GetValue(Commit)),
        Resume = line.GetValue(Resume),
        FailFast = line.GetValue(FailFast),
        Timings = line.GetValue(Timings),
    };

    private static Option<TableFormat?> Format(string name, string description) =>
        TypedOption.Create<TableFormat?>(name, "FORMAT", description, text => TableFormats.Names.Parse(name, text));

    private static double Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= 3600
            ? seconds
            : throw Shell.Throw.BadOption("--commit", text, "a number of seconds from 0 to 3600");
}
