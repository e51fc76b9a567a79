using System.CommandLine;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"score": every row of a table with its answer, in order, durably.</summary>
internal sealed class ScoreCommand : ToolCommand
{
    private static readonly Argument<string[]> Input = new("IN")
    {
        HelpName = "IN...",
        Arity = ArgumentArity.OneOrMore,
        Description = "Images and questions: .csv, .tsv, .jsonl or .parquet. Several files, a folder, and a pattern with * and ** are one "
            + "table, in the order of their names.",
    };

    private static readonly Option<string?> Model = TypedOption.Text(
        "--model", "MODEL", "Model folder in the layout of the Hugging Face hub.");
    private static readonly Option<string?> Output = TypedOption.Text(
        "--out", "OUT", "The file to be. While it is unfinished its rows are in OUT.partial; how it was made is in OUT.journal. "
            + "Of a shard: the folder that its part goes to.");
    private static readonly Option<ColumnNames> Columns = TypedOption.Create(
        "--columns",
        "IMAGE,QUESTION",
        "Names of the two columns.",
        text => ColumnNames.Parse("--columns", text),
        new ColumnNames("image", "question"));
    private static readonly Option<string?> Images = TypedOption.Text(
        "--images", "FOLDER", "Where image paths start, and out of which none may lead. Default: the folder of the input.");
    private static readonly Option<bool> AllowOutside = TypedOption.Switch(
        "--allow-outside", "Let rows name images outside the folder of --images.");
    private static readonly Option<TableFormat?> InputFormat = Format(
        "--input-format", $"Format of the input: {TableFormats.Names}. Default: by its extension.");
    private static readonly Option<TableFormat?> OutputFormat = Format(
        "--output-format", $"Format of the output: {TableFormats.Names}. Default: by its extension, else that of the input.");
    private static readonly Option<char?> Separator = TypedOption.Create<char?>(
        "--separator", "CHARACTER", $"What stands between the cells of CSV or TSV: {Separators.Names}, or the character. Default: found.",
        text => Separators.Parse("--separator", text));
    private static readonly Option<KeepBudget> Keep = TypedOption.Create(
        "--keep", "N|P%", "Visual tokens to keep: a number, or a percentage of them.",
        text => TypedOption.ParseKeep("--keep", text), KeepBudget.Tokens(64));
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("run");
    private static readonly Option<int> MaxNewTokens = TypedOption.Number(
        "--max-new-tokens", "Most tokens of an answer.", 1, GenerationSwitches.DefaultMaxNewTokens);
    private static readonly Option<int> Batch = TypedOption.Number(
        "--batch", "Rows that go through the pipeline together; shards begin at multiples of it.", 1, otherwise: 32, atMost: 65_536);
    private static readonly Option<int> Workers = TypedOption.Number(
        "--workers", "Batches at work at the same time.", 1, otherwise: 1, atMost: 256);
    private static readonly Option<int> Threads = TypedOption.Number(
        "--threads", "Threads inside one operation of ONNX Runtime. Default: 0, one per physical core.", 0, otherwise: 0, atMost: 1024);
    private static readonly Option<double> Commit = TypedOption.Create(
        "--commit", "SECONDS", "Least time between two commits to disk; what came after the last one is done again by --resume. "
            + "0 commits after each batch.", Seconds, otherwise: 1);
    private static readonly Option<bool> Resume = TypedOption.Switch(
        "--resume", "Go on where an earlier run of the same command ended. Begins if there was none. A shard always does.");
    private static readonly Option<bool> FailFast = TypedOption.Switch(
        "--fail-fast", "Stop at the first row with an error and name its line.");
    private static readonly Option<bool> Timings = TypedOption.Switch(
        "--timings", "Add the milliseconds of each stage. They differ from run to run, so the output does too.");
    private static readonly Option<string?> ShardOption = TypedOption.Text(
        "--shard", "I/N", "Score the part I of N of the rows, I from 0, and write OUT/part-0000I-of-0000N. none = the whole table, also "
            + "where a task of Slurm would take its part.");
    private static readonly Option<int?> Shards = TypedOption.Number(
        "--shards", $"The N of --shard; its I is that of the task: {Scheduler.Names}.", 1);

    public ScoreCommand()
        : base("score", "Asks a model the questions of a table, one image and one question a row, and writes every row with its answer, "
            + "in order. May be ended at any moment and resumed; the file comes out the same to the byte.")
    {
        Model.Required = true;
        Output.Required = true;
        Arguments.Add(Input);
        foreach (Option option in (Option[])
            [
                Model, Output, Keep, ModelSwitches.Method, Columns, Images, AllowOutside, InputFormat, OutputFormat, Separator, Precision,
                ModelSwitches.Device, ModelSwitches.Positions, MaxNewTokens, Batch, Workers, Threads, ModelSwitches.ExifOrientation,
                ModelSwitches.MaxImagePixels, ModelSwitches.MaxPixels, Commit, Resume, FailFast, Timings, ShardOption, Shards,
            ])
        {
            Options.Add(option);
        }

        this.Exclude(ShardOption, Shards);
        this.Require(AllowOutside, Images);
    }

    public override string Examples => """
        Examples:
          zooprune score questions.csv --model models/llava --out answers.csv --keep 64
          zooprune score questions.csv --model models/llava --out answers.csv --keep 64 --resume
          zooprune score 'data/train-*.parquet' --model models/llava --out answers.parquet --keep 11%
          zooprune score vqa.tsv --columns file,prompt --images photos --model models/llava --out answers.jsonl
          zooprune score questions.csv --model models/llava --out parts --shard 7/64
          zooprune merge parts --out answers.csv

        The number of a shard comes from the scheduler: JOB_COMPLETION_INDEX (Kubernetes, an Indexed Job) and
        AWS_BATCH_JOB_ARRAY_INDEX (AWS Batch, an array job) with --shards N; SLURM_ARRAY_TASK_ID (Slurm) with --shards N,
        or without it, where N is SLURM_ARRAY_TASK_COUNT and I begins at SLURM_ARRAY_TASK_MIN. Azure Batch has no such
        variable: give each task its --shard.

        Exit codes: 0 done, of a shard also with rows that have an error; 1 done, some rows have an error; 2 wrong usage or
        unusable input; 3 stopped by --fail-fast or a full disk, can be resumed; 130 stopped by Ctrl-C, TERM or HUP, can be
        resumed.
        """;

    /// <summary>The options that were typed.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="environment">Gives environment variables, which tell what part a task of a scheduler does.</param>
    /// <exception cref="UsageException">The shard cannot be told.</exception>
    public static ScoreOptions ToOptions(ParseResult line, Func<string, string?> environment) => new()
    {
        Inputs = line.GetRequiredValue(Input),
        Output = line.GetRequiredValue(Output)!,
        Columns = line.GetRequiredValue(Columns),
        Images = line.GetValue(Images),
        AllowOutside = line.GetValue(AllowOutside),
        InputFormat = line.GetValue(InputFormat),
        OutputFormat = line.GetValue(OutputFormat),
        Separator = line.GetValue(Separator),
        Model = line.GetRequiredValue(Model)!,
        Keep = line.GetValue(Keep),
        Method = line.GetValue(ModelSwitches.Method),
        MaxNewTokens = line.GetValue(MaxNewTokens),
        Batch = line.GetValue(Batch),
        Workers = line.GetValue(Workers),
        Running = ModelSwitches.Read(line) with
        {
            Threads = line.GetValue(Threads),
            Precision = line.GetValue(Precision),
            Device = line.GetRequiredValue(ModelSwitches.Device),
        },
        CommitInterval = TimeSpan.FromSeconds(line.GetValue(Commit)),
        Resume = line.GetValue(Resume),
        FailFast = line.GetValue(FailFast),
        Timings = line.GetValue(Timings),
        Shard = Scheduler.Find(line.GetValue(ShardOption), line.GetValue(Shards), environment),
        Command = Shard.CommandOf([.. line.Tokens.Select(token => token.Value)]),
    };

    public override int Run(ParseResult line, Terminal terminal)
    {
        ScoreOptions options = ToOptions(line, Environment.GetEnvironmentVariable);
        return new ScoreJob(options with { Running = options.Running with { LoggerFactory = terminal.Log } }, terminal).Run();
    }

    private static Option<TableFormat?> Format(string name, string description) =>
        TypedOption.Create<TableFormat?>(name, "FORMAT", description, text => TableFormats.Names.Parse(name, text));

    private static double Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= 3600
            ? seconds
            : throw Shell.Throw.BadOption("--commit", text, "a number of seconds from 0 to 3600");
}
