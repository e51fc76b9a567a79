using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>One run of "score", from its options to its exit code.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="terminal">Takes what is said.</param>
internal sealed class ScoreJob(ScoreOptions options, Terminal terminal)
{
    /// <summary>Scores the table, or its part.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">Input or output cannot be used; nothing was done.</exception>
    /// <exception cref="ZooPruneException">The model cannot be used.</exception>
    public int Run()
    {
        TableFormat outputFormat = OutputFormat();
        ShardFolder? parts = options.Shard is { } shard ? new(options.Output, shard, outputFormat) : null;
        string path = parts?.Part ?? options.Output;
        InputFiles files = InputFiles.Find(options.Inputs, path);
        if (parts is null)
        {
            OutputFile.Check("--out", options.Output);
        }

        using InputTable table = OpenTable(files, outputFormat);
        string images = ImageFolder(table);
        try
        {
            using var model = VisionLanguageModel.Load(options.Model, options.Running);
            SortedDictionary<string, string> run = RunIdentity.Of(options, table, model, images, outputFormat);
            RowRange? range = parts?.Cut(table, options, run);
            if (parts?.FindFinished(run) is { } finished)
            {
                return Conclude(finished, Throw.AlreadyFinished(path, finished));
            }

            if (table.Layout.LeftOut.Count > 0)
            {
                terminal.Say(Throw.LeftOut(table.Layout.LeftOut));
            }

            return Score(parts, run, new Work(table, model, images, outputFormat, range));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Complain(Throw.CannotAppend(path, e));
            return ExitCode.Stopped;
        }
    }

    private TableFormat OutputFormat() =>
        options.OutputFormat
        ?? (options.Shard is null && TableFormats.IsTable(options.Output) ? TableFormats.OfFile(options.Output, "--output-format")
        : options.InputFormat
        ?? TableFormats.OfFile(InputFiles.Find(options.Inputs, options.Output).Paths[0], "--input-format"));

    /// <summary>Opens the input, and checks that it lacks the columns that are added.</summary>
    private InputTable OpenTable(InputFiles files, TableFormat outputFormat)
    {
        var table = InputTable.Open(files, options, wantsColumns: outputFormat != TableFormat.JsonLines);
        IReadOnlyList<string> columns = table.Layout.Columns;
        UsageException? problem = columns.FirstOrDefault(ResultColumns.Names(options.Timings).Contains) is { } taken
            ? Throw.ColumnIsAdded(table.Name, taken)
            : columns.Distinct().Count() < columns.Count && outputFormat is TableFormat.JsonLines or TableFormat.Parquet
                ? Throw.RepeatedColumns(table.Name, columns)
                : null;
        if (problem is not null)
        {
            table.Dispose();
            throw problem;
        }

        return table;
    }

    /// <summary>The full path: what a row says of its image must not depend on where the tool was started.</summary>
    private string ImageFolder(InputTable table) => options.Images is null
        ? table.ImageFolder ?? throw Throw.NoImageFolder(table.Name)
        : Directory.Exists(options.Images) ? Path.GetFullPath(options.Images) : throw Throw.MissingImageFolder(options.Images);

    private ScoredFile Open(
        ShardFolder? parts, SortedDictionary<string, string> run, InputPosition first, ScoredFile.FinalStep? finish) =>
        parts is not null ? parts.Open(run, first, options.Command, finish)
        : options.Resume ? ScoredFile.Resume(options.Output, run, first, options.Command, finish)
        : ScoredFile.Begin(options.Output, run, first, options.Command, finish);

    private ScoredFile.FinalStep? FinalStep(InputTable table, TableFormat outputFormat) => outputFormat == TableFormat.Parquet
        ? (rows, path) => ParquetOutput.Write(rows, ParquetOutput.Columns(table.Layout, options.Timings), path)
        : null;

    private int Score(ShardFolder? parts, SortedDictionary<string, string> run, Work work)
    {
        try
        {
            using ScoredFile file = Open(parts, run, work.Range?.Position ?? work.Table.FirstRow, FinalStep(work.Table, work.OutputFormat));
            return Score(file, parts, work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException && parts?.FindFinished(run) is not null)
        {
            // Another try of the same shard was first, and took the files of this one away.
            return Conclude(parts.FindFinished(run)!, Throw.AnotherTryWasFirst(parts.Part));
        }
    }

    private int Score(ScoredFile file, ShardFolder? parts, Work work)
    {
        if (file.IsComplete && parts is null)
        {
            return Conclude(file.Progress, Throw.AlreadyFinished(file.Path, file.Progress));
        }

        ProgressLine progress = new(terminal.Error, work.Measure(file.Progress), work.Range?.Rows ?? work.Table.Length);
        try
        {
            if (!file.IsComplete)
            {
                Score(file, work, progress);
            }

            parts?.Publish(file);
        }
        catch (OperationCanceledException)
        {
            terminal.Complain(Throw.Stopped(file.Path, file.Committed));
            return ExitCode.Interrupted;
        }
        catch (FailFastException e)
        {
            terminal.Complain(Throw.FailedFast(work.Table.Name, work.Table.Unit, file.Path, e, file.Committed));
            return ExitCode.Stopped;
        }
        string path = parts?.Part ?? file.Path;
        return Conclude(file.Progress, Summary(path, file.Progress, progress.RowsPerSecond(file.Progress)));
    }

    private void Score(ScoredFile file, Work work, ProgressLine progress)
    {
        IReadOnlyList<string> added = ResultColumns.Names(options.Timings);
        using IRowReader rows = work.Table.Read(options.Columns, added, new(file.Progress.InputOffset, file.Progress.InputLine));
        IRowReader reader = options.Images is null || options.AllowOutside ? rows : new ContainedReader(rows, work.Images);
        ScoringRun run = new(
            reader,
            new ScoringPipeline(work.Model, work.Images, options),
            RowFormatter.Create(work.OutputFormat, work.Table.Layout, options.Timings),
            file,
            options);
        if (file.Progress.Rows > 0)
        {
            terminal.Say(FormattableString.Invariant(
                $"Resumed after {file.Progress.Rows:N0} rows, at {work.Table.Unit} {file.Progress.InputLine:N0} of '{work.Table.Name}'."));
        }

        try
        {
            run.Run(work.Range?.Rows - file.Progress.Rows, now => progress.Report(work.Measure(now)), terminal.Cancellation);
        }
        finally
        {
            // However it ends, what is said next begins on a line of its own.
            progress.End();
        }
    }

    private static string Summary(string path, Progress progress, double rowsPerSecond) => FormattableString.Invariant(
        $"{path}: {progress.Rows:N0} rows, {progress.Rows - progress.Failed:N0} answered, {progress.Failed:N0} failed; ")
        + FormattableString.Invariant($"{rowsPerSecond:N1} rows/s, {100 * progress.Saved:N1} % of visual tokens saved.");

    /// <summary>A shard is done when its rows are, whatever is in them: a scheduler would do it again for nothing.</summary>
    private int Conclude(Progress progress, string text)
    {
        terminal.Say(text);
        return progress.Failed == 0 || options.Shard is not null ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>What rows go through.</summary>
    private sealed record Work(InputTable Table, VisionLanguageModel Model, string Images, TableFormat OutputFormat, RowRange? Range)
    {
        /// <summary>How far a run is, in rows where their number is known.</summary>
        public Progress Measure(Progress progress) => Range is null ? progress : progress with { InputOffset = progress.Rows };
    }
}
