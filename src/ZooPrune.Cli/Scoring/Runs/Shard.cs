using System.Globalization;

namespace ZooPrune.Cli;

/// <summary>A part of a table.</summary>
/// <param name="Index">Which one, from 0.</param>
/// <param name="Count">Of how many.</param>
internal sealed record Shard(int Index, int Count)
{
    /// <summary>"7/64", as --shard takes it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Index}/{Count}");

    /// <summary>"part-00007-of-00064".</summary>
    public string FileName => FormattableString.Invariant($"part-{Index:D5}-of-{Count:D5}");

    /// <summary>Reads "7/64".</summary>
    /// <exception cref="UsageException">It is something else.</exception>
    public static Shard Parse(string text) =>
        text.Split('/') is [var index, var count] && TryParse(index, out int i) && TryParse(count, out int n) && i < n
            ? new Shard(i, n)
            : throw Shell.Throw.BadOption("--shard", text, "I/N with I from 0 to N - 1, as in 7/64");

    /// <summary>The rows of this part: whole batches, so that it computes what a run over the whole table does.</summary>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="batch">Rows of a batch.</param>
    /// <returns>The first row, from 0, and the one behind the last.</returns>
    public (long First, long End) RowsOf(long rows, int batch)
    {
        Int128 batches = (rows + batch - 1) / batch;
        return (Start(Index), Start(Index + 1));

        long Start(int index) => (long)Int128.Min(batches * index / Count * batch, rows);
    }

    /// <summary>A command line without what says which shard it is for, and without --resume, which a shard need not be told.</summary>
    public static IReadOnlyList<string> CommandOf(IReadOnlyList<string> words)
    {
        List<string> command = [];
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] is "--shard" or "--shards")
            {
                i++;
            }
            else if (words[i] is not "--resume")
            {
                command.Add(words[i]);
            }
        }

        return command;
    }

    /// <summary>What to type to run it.</summary>
    /// <param name="command">What <see cref="CommandOf"/> left of another shard's command.</param>
    public string ToCommandLine(IReadOnlyList<string> command) =>
        string.Join(' ', command.Append("--shard").Append(ToString()).Prepend(Throw.Program).Select(Quote));

    private static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./,:%=+@".Contains(c))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool TryParse(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>What tells a task which part of the work it does: the environment variables of schedulers.</summary>
internal static class Scheduler
{
    private const string SlurmIndex = "SLURM_ARRAY_TASK_ID";
    private const string SlurmCount = "SLURM_ARRAY_TASK_COUNT";
    private const string SlurmFirst = "SLURM_ARRAY_TASK_MIN";
    private const string SlurmLast = "SLURM_ARRAY_TASK_MAX";

    private static readonly string[] Indices = ["JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", SlurmIndex];

    /// <summary>The variables that hold an index, separated by commas.</summary>
    public static string Names { get; } = string.Join(", ", Indices);

    /// <summary>The part to be done.</summary>
    /// <param name="shard">What --shard says; null = nothing.</param>
    /// <param name="count">What --shards says; null = nothing.</param>
    /// <param name="environment">Gives the environment variables.</param>
    /// <returns>The part; null = the whole table.</returns>
    /// <exception cref="UsageException">It cannot be told, or there is no such part.</exception>
    public static Shard? Find(string? shard, int? count, Func<string, string?> environment)
    {
        if (shard is not null)
        {
            return shard == "none" ? null : Shard.Parse(shard);
        }

        if (count is { } n)
        {
            string name = Indices.FirstOrDefault(index => environment(index) is { Length: > 0 }) ?? throw Throw.NoTask(Names);
            int index = Read(name, environment);
            return index < n ? new Shard(index, n) : throw Throw.TaskBeyondShards(name, index, n);
        }

        if (environment(SlurmIndex) is not { Length: > 0 } || environment(SlurmCount) is not { Length: > 0 })
        {
            return null;
        }

        // An array with gaps, as of tasks that are run again, says nothing about the table's parts.
        int first = Read(SlurmFirst, environment, otherwise: 0);
        int all = Read(SlurmCount, environment);
        int last = Read(SlurmLast, environment, otherwise: first + all - 1);
        int task = Read(SlurmIndex, environment);
        return last - first + 1 == all && task >= first && task <= last ? new Shard(task - first, all) : throw Throw.ArrayWithGaps(first, last, all);
    }

    private static int Read(string name, Func<string, string?> environment, int? otherwise = null)
    {
        string? text = environment(name);
        return otherwise is { } usual && string.IsNullOrEmpty(text) ? usual
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw Throw.BadVariable(name, text);
    }
}
