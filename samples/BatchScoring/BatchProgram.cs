using System.CommandLine;
using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Scores a file: every row with its answer, in order, durably.</summary>
/// <param name="output">Standard output: what was done.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class BatchProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    protected override RootCommand CreateCommand() => BatchCommand.Create();

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        BatchOptions options = BatchCommand.ToOptions(line);
        BatchPaths paths = BatchPaths.Resolve(options);
        InputLayout layout = ReadLayout(options, paths);
        SortedDictionary<string, string> run = RunIdentity.Of(options, paths);
        try
        {
            using ScoredFile file = options.Resume
                ? ScoredFile.Resume(options.Output, run, layout.FirstRow)
                : ScoredFile.Begin(options.Output, run, layout.FirstRow);
            return Score(options, paths, layout, file, cancellation);
        }
        catch (IOException e)
        {
            Say(Error, Throw.CannotAppend(options.Output, e));
            return ExitCode.Stopped;
        }
    }

    /// <summary>Reads the beginning of the input, and checks that it lacks the columns that are added.</summary>
    private static InputLayout ReadLayout(BatchOptions options, BatchPaths paths)
    {
        bool wantsColumns = paths.OutputFormat != TableFormat.JsonLines;
        var layout = InputLayout.Read(options.Input, paths.InputFormat, wantsColumns);
        IReadOnlyList<string> added = ResultColumns.Names(options.Timings);
        return layout.Columns.FirstOrDefault(added.Contains) is { } taken
            ? throw Throw.ColumnIsAdded(options.Input, taken)
            : layout.Columns.Distinct().Count() < layout.Columns.Count && paths.OutputFormat == TableFormat.JsonLines
                ? throw Throw.RepeatedColumns(options.Input, layout.Columns)
                : layout;
    }

    private int Score(BatchOptions options, BatchPaths paths, InputLayout layout, ScoredFile file, CancellationToken cancellation)
    {
        if (File.Exists(options.Output))
        {
            Say(Output, Throw.AlreadyFinished(options.Output, file.Progress));
            return Conclude(file.Progress);
        }

        using var model = VisionLanguageModel.Load(paths.ModelFolder, options.Running);
        using RowReader reader = OpenReader(options, layout, file.Progress);
        ScoringRun run = new(
            reader,
            new ScoringPipeline(model, paths.ImageFolder, options),
            RowFormatter.Create(paths.OutputFormat, layout, options.Timings),
            file,
            options);
        if (file.Progress.Rows > 0)
        {
            Say(Output, FormattableString.Invariant(
                $"Resumed after {file.Progress.Rows:N0} rows, at line {file.Progress.InputLine:N0} of '{options.Input}'."));
        }

        ProgressLine progress = new(Error, file.Progress, new FileInfo(options.Input).Length);
        try
        {
            RunToItsEnd(run, progress, cancellation);
        }
        catch (OperationCanceledException)
        {
            Say(Error, Throw.Stopped(options.Output, file.Committed));
            return ExitCode.Interrupted;
        }
        catch (FailFastException e)
        {
            Say(Error, Throw.FailedFast(options.Input, options.Output, e, file.Committed));
            return ExitCode.Stopped;
        }

        Say(Output, Summary(options.Output, file.Progress, progress.RowsPerSecond(file.Progress)));
        return Conclude(file.Progress);
    }

    /// <summary>However it ends, what is said next begins on a line of its own.</summary>
    private static void RunToItsEnd(ScoringRun run, ProgressLine progress, CancellationToken cancellation)
    {
        try
        {
            run.Run(progress.Report, cancellation);
        }
        finally
        {
            progress.End();
        }
    }

    private static RowReader OpenReader(BatchOptions options, InputLayout layout, Progress progress)
    {
        InputPosition position = new(progress.InputOffset, progress.InputLine);
        return layout.Format == TableFormat.JsonLines
            ? new JsonLinesReader(options.Input, options.Columns, layout.Columns, ResultColumns.Names(options.Timings), position)
            : new DelimitedReader(options.Input, layout, options.Columns, position);
    }

    private static string Summary(string path, Progress progress, double rowsPerSecond) => FormattableString.Invariant(
        $"{path}: {progress.Rows:N0} rows, {progress.Rows - progress.Failed:N0} answered, {progress.Failed:N0} failed; ")
        + FormattableString.Invariant($"{rowsPerSecond:N1} rows/s, {100 * progress.Saved:N1} % of visual tokens saved.");

    private static int Conclude(Progress progress) => progress.Failed == 0 ? ExitCode.Success : ExitCode.Failure;
}
