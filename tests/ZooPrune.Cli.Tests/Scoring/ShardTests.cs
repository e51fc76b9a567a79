using System.Diagnostics;

namespace ZooPrune.Cli.Tests;

/// <summary>Which part of a table a task does.</summary>
public class SchedulerTests
{
    [Theory]
    [InlineData(null, null, "")]
    [InlineData("7/64", null, "")]
    [InlineData("7/64", null, "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=9")]
    [InlineData("none", null, "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=9", null)]
    [InlineData(null, 64, "JOB_COMPLETION_INDEX=7", "7/64")]
    [InlineData(null, 64, "AWS_BATCH_JOB_ARRAY_INDEX=7", "7/64")]
    [InlineData(null, 64, "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=7 SLURM_ARRAY_TASK_MAX=9", "7/64")]
    [InlineData(null, null, "JOB_COMPLETION_INDEX=7", null)]
    [InlineData(null, null, "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=16", "7/16")]
    [InlineData(null, null, "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=16 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=16", "6/16")]
    public void Find_OptionsAndVariables_GiveTheShard(string? shard, int? count, string variables, string? expected = "as given") =>
        Assert.Equal(expected == "as given" ? shard : expected, Scheduler.Find(shard, count, Environment(variables))?.ToString());

    [Theory]
    [InlineData(
        null, 4, "",
        "zooprune score: --shards is given, and no environment variable says which of them this is. Expected one of JOB_COMPLETION_INDEX, "
            + "AWS_BATCH_JOB_ARRAY_INDEX, SLURM_ARRAY_TASK_ID; start it as a task of Kubernetes, AWS Batch or Slurm, or give --shard I/N.")]
    [InlineData(
        null, 4, "JOB_COMPLETION_INDEX=4",
        "zooprune score: JOB_COMPLETION_INDEX is 4, and there are 4 shards. Expected 0 to 3; start the tasks from 0, and as many as there are "
            + "shards.")]
    [InlineData(
        null, 4, "JOB_COMPLETION_INDEX=x",
        "zooprune score: the environment variable JOB_COMPLETION_INDEX is 'x'. Expected a whole number from 0; correct it, or give --shard.")]
    [InlineData(
        null, null, "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=7",
        "zooprune score: the Slurm array has 2 tasks from 3 to 7, so nobody knows how many shards there are. Expected an array without gaps, "
            + "or --shards with their number; add it, or give --shard.")]
    public void Find_NoSuchShard_Throws(string? shard, int? count, string variables, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Scheduler.Find(shard, count, Environment(variables))).Message);

    [Fact]
    public void RowsOf_AnyNumbers_CutsTheTableAtWholeBatches()
    {
        Random random = new(3);
        for (int trial = 0; trial < 500; trial++)
        {
            (int rows, int batch, int count) = (random.Next(300), random.Next(1, 40), random.Next(1, 70));
            (long First, long End)[] parts = [.. Enumerable.Range(0, count).Select(index => new Shard(index, count).RowsOf(rows, batch))];

            Assert.Equal((0, rows), (parts[0].First, parts[^1].End));
            Assert.All(parts, part => Assert.True(part.First % batch == 0 || part.First == rows));
            Assert.Equal(parts.Skip(1).Select(part => part.First), parts.SkipLast(1).Select(part => part.End));
            long[] sizes = [.. parts.Select(part => part.End - part.First)];
            Assert.True(sizes.Max() - sizes.Min() <= 2 * batch);
        }
    }

    [Fact]
    public void RowsOf_AsManyRowsAsThereMayBe_DoesNotOverflow() =>
        Assert.Equal(long.MaxValue, new Shard(99_999, 100_000).RowsOf(long.MaxValue - 31, 32).End + 31);

    private static Func<string, string?> Environment(string variables)
    {
        var known = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return known.GetValueOrDefault;
    }
}

/// <summary>Parts of a table, and the one file that becomes of them.</summary>
public class ShardTests
{
    private const int Rows = 150;
    private const int Shards = 5;

    [Theory]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    public void Merge_AllShards_GivesTheBytesOfOneRun(string format)
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        ToolRun.InProcess(folder.Arguments("--output-format", format));

        for (int i = Shards - 1; i >= 0; i--)
        {
            Assert.Equal(ExitCode.Success, Score(folder, i, "--output-format", format).ExitCode);
        }

        var run = Merge(folder);
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Matches($"^{folder.PathOf("merged")}: 150 rows of 5 parts, [0-9]+ answered, [0-9]+ failed.\n$", run.Output);
        Assert.Equal(File.ReadAllText(folder.Output), File.ReadAllText(folder.PathOf("merged")));
        Assert.Equal(2 * Shards, Directory.GetFileSystemEntries(folder.PathOf("parts")).Length);
        Assert.All(Enumerable.Range(0, Shards), i => Assert.True(File.Exists(folder.PathOf($"parts/part-0000{i}-of-00005.{format}"))));
    }

    [Fact]
    public void Merge_MoreShardsThanBatches_GivesTheBytesOfOneRun()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(20);
        ToolRun.InProcess(folder.Arguments());

        for (int i = 0; i < Shards; i++)
        {
            Assert.Equal(ExitCode.Success, Score(folder, i).ExitCode);
        }

        Merge(folder);
        Assert.Equal(File.ReadAllText(folder.Output), File.ReadAllText(folder.PathOf("merged")));
    }

    [Fact]
    public void Score_ShardThatIsThere_DoesNothing()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        Score(folder, 1);
        DateTime written = File.GetLastWriteTimeUtc(Part(folder, 1));

        var again = Score(folder, 1);

        Assert.Equal(ExitCode.Success, again.ExitCode);
        Assert.StartsWith($"'{Part(folder, 1)}' is complete since an earlier run: 32 rows", again.Output);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Part(folder, 1)));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Score_SameShardFourTimesAtOnce_LeavesOneRightPart()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        ToolRun.InProcess(folder.Arguments());

        ScoreOptions[] tasks =
        [
            .. Enumerable.Range(0, 4 * Shards).Select(i => ScoreCommandTests.Parse(
                folder.ArgumentsTo(folder.PathOf("parts"), "--shard", $"{i % Shards}/{Shards}", "--commit", "0"))),
        ];
        using StringWriter error = new();
        using Terminal terminal = new(
            Consoles.Over(TextWriter.Null, redirected: true), Consoles.Over(TextWriter.Synchronized(error), redirected: true), default);

        int[] exitCodes = await Task.WhenAll(tasks.Select(task => Task.Run(() => new ScoreJob(task, terminal).Run())));

        Assert.Equal("", error.ToString());
        Assert.All(exitCodes, exitCode => Assert.Equal(ExitCode.Success, exitCode));
        Merge(folder);
        Assert.Equal(File.ReadAllText(folder.Output), File.ReadAllText(folder.PathOf("merged")));
        Assert.Equal(2 * Shards, Directory.GetFiles(folder.PathOf("parts")).Length);
    }

    [Fact]
    public void Score_TryThatDied_IsGoneOnWith()
    {
        using ScoringFolder folder = new();
        folder.Write(
            "questions.csv",
            "image,question\n" + string.Concat(Enumerable.Repeat("0.png,what ?\n", 40)) + "gone.png,what ?\n" + string.Concat(Enumerable.Repeat("1.png,where ?\n", 20)));

        Assert.Equal(ExitCode.Stopped, Score(folder, 0, "--fail-fast", "--shard", "0/1").ExitCode);
        Assert.Equal(ExitCode.Stopped, Score(folder, 0, "--fail-fast", "--shard", "0/1").ExitCode);
        var run = Score(folder, 0, "--shard", "0/1");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("Resumed after 40 rows, at line 42 of", run.Output);
        Assert.Equal(2, Directory.GetFileSystemEntries(folder.PathOf("parts")).Length);
    }

    [Fact]
    public void Merge_PartsMissing_NamesThemAndTheCommands()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        ToolRun.InProcess(folder.Arguments());
        Score(folder, 1);
        Score(folder, 4);

        var run = Merge(folder);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        string[] lines = run.Error.TrimEnd().Split('\n');
        Assert.Equal($"zooprune merge: 3 of 5 parts are not in '{folder.PathOf("parts")}': 0, 2-3. Expected all of them; run", lines[0]);
        Assert.Equal(4, lines.Length);
        foreach (string line in lines.Skip(1))
        {
            Assert.StartsWith("  zooprune score ", line);
            Assert.Equal(ExitCode.Success, ToolRun.InProcess(line.Trim().Split(' ')[1..]).ExitCode);
        }

        Merge(folder);
        Assert.Equal(File.ReadAllText(folder.Output), File.ReadAllText(folder.PathOf("merged")));
    }

    [Fact]
    public void Merge_PartsThatDoNotFit_SaysWhy()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        string parts = folder.PathOf("parts");
        AssertMerge(folder, $"zooprune merge: the folder '{parts}' does not exist. Expected the one that zooprune score --shard wrote to; correct it.");
        Directory.CreateDirectory(parts);
        AssertMerge(folder, $"zooprune merge: the folder '{parts}' holds no part. Expected files like part-00007-of-00064.csv; run the shards.");
        for (int i = 0; i < Shards - 1; i++)
        {
            Score(folder, i);
        }

        Score(folder, 4, "--max-new-tokens", "5");
        AssertMerge(folder, $"zooprune merge: '{Part(folder, 4)}' is of another run than '{Part(folder, 0)}': --max-new-tokens was '6', is '5'. Expected");
        Delete(folder, 4);
        folder.WriteQuestions(Rows, seed: 2);
        Score(folder, 4);
        AssertMerge(folder, $"zooprune merge: '{Part(folder, 4)}' is of another run than '{Part(folder, 0)}': input was '");
        Delete(folder, 4);
        folder.WriteQuestions(Rows);
        Score(folder, 4);
        File.WriteAllText(Path.Combine(parts, "part-00000-of-00006.csv"), "");
        AssertMerge(folder, $"zooprune merge: the folder '{parts}' holds 'part-00000-of-00005.csv' and 'part-00000-of-00006.csv'. Expected");
        File.Delete(Path.Combine(parts, "part-00000-of-00006.csv"));
        byte[] part = File.ReadAllBytes(Part(folder, 2));
        part[^3] ^= 1;
        File.WriteAllBytes(Part(folder, 2), part);
        AssertMerge(folder, $"zooprune merge: '{Part(folder, 2)}' is not as it was written: none of its journals speaks of its bytes. Expected");
        File.AppendAllText(Part(folder, 2), "x");
        AssertMerge(folder, $"zooprune merge: '{Part(folder, 2)}' is not as it was written: none of its journals speaks of its bytes. Expected");
        Assert.Empty(Directory.GetFiles(folder.PathOf("."), "merged*"));
    }

    /// <summary>To open a pipe waits for whoever writes to it, for ever.</summary>
    [UnixTheory]
    [InlineData("part-00001-of-00005.csv.0123456789abcdef.journal", true)]
    [InlineData("part-00001-of-00005.csv", true)]
    [InlineData("part-00001-of-00005.csv", false)]
    public async Task Merge_PipeWhereAFileShouldBe_SaysSo(string pipe, bool withJournal)
    {
        using ScoringFolder folder = new();
        Directory.CreateDirectory(folder.PathOf("parts"));
        folder.Write("parts/part-00001-of-00005.csv", "x");
        folder.Write("parts/part-00001-of-00005.csv.0123456789abcdef.journal", "{}");
        folder.Write("parts/part-00001-of-00005.csv.1123456789abcdef.journal", "{}");
        if (withJournal)
        {
            File.Delete(folder.PathOf("parts/part-00001-of-00005.csv.1123456789abcdef.journal"));
        }

        File.Delete(folder.PathOf($"parts/{pipe}"));
        Assert.Equal(0, Programs.Run("mkfifo", [], [folder.PathOf($"parts/{pipe}")]).Code);

        ToolRun run = await Task.Run(() => Merge(folder)).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("journal", run.Error);
    }

    [Theory]
    [InlineData("parts", ExitCode.BadInput, "which is a file. Expected the name of a folder; choose another.")]
    [InlineData("parts/part-00001-of-00005.csv.tries", ExitCode.Stopped, "cannot be written: ")]
    public void Score_FileWhereAFolderShouldBe_SaysSo(string file, int exitCode, string message)
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.PathOf(file))!);
        folder.Write(file, "");

        var run = Score(folder, 1);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public void Score_PartOfAnotherRun_SaysWhatDiffers()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        Score(folder, 1);

        var run = Score(folder, 1, "--method", "uniform");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("belongs to another run: --method was 'zooprune', is 'uniform'.", run.Error);
    }

    /// <summary>What a cluster does: tasks are killed, tried again, and started twice; the merged file is that of one run.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public void Process_KilledAndStartedTwice_GivesTheBytesOfOneRun()
    {
        const int Many = 4000;
        Random random = new(5);
        using ScoringFolder folder = new();
        folder.WriteQuestions(Many);
        ToolRun.InProcess(folder.Arguments());
        string[] arguments = folder.ArgumentsTo(folder.PathOf("parts"), "--shards", $"{Shards}", "--commit", "0");
        for (int round = 0; round < 3; round++)
        {
            List<Process> tasks = [.. Enumerable.Range(0, 2 * Shards).Select(i => ToolRun.Start([("JOB_COMPLETION_INDEX", $"{i % Shards}")], arguments))];
            foreach (Process task in tasks)
            {
                task.WaitForExit(random.Next(300));
                task.Kill();
            }

            tasks.ForEach(task => task.WaitForExit());
            tasks.ForEach(task => task.Dispose());
        }

        List<Process> last = [.. Enumerable.Range(0, 2 * Shards).Select(i => ToolRun.Start([("JOB_COMPLETION_INDEX", $"{i % Shards}")], arguments))];
        last.ForEach(task => task.WaitForExit());

        Assert.All(last, task => Assert.Equal(ExitCode.Success, task.ExitCode));
        last.ForEach(task => task.Dispose());
        Merge(folder);
        Assert.Equal(File.ReadAllText(folder.Output), File.ReadAllText(folder.PathOf("merged")));
    }

    private static string Part(ScoringFolder folder, int index) => folder.PathOf($"parts/part-0000{index}-of-00005.csv");

    private static void Delete(ScoringFolder folder, int index)
    {
        foreach (string file in Directory.GetFiles(folder.PathOf("parts"), Path.GetFileName(Part(folder, index)) + "*"))
        {
            File.Delete(file);
        }
    }

    private static void AssertMerge(ScoringFolder folder, string message)
    {
        var run = Merge(folder);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith(message, run.Error);
    }

    private static ToolRun Merge(ScoringFolder folder) => ToolRun.InProcess("merge", folder.PathOf("parts"), "--out", folder.PathOf("merged"));

    private static ToolRun Score(ScoringFolder folder, int index, params string[] more) => ToolRun.InProcess(
        folder.ArgumentsTo(folder.PathOf("parts"), more.Contains("--shard") ? more : ["--shard", $"{index}/{Shards}", .. more]));
}
