using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ZooPrune.Cli.Tests;

/// <summary>deploy/slurm/score.sbatch under a real Slurm.</summary>
[SupportedOSPlatform("linux")]
public partial class SlurmTests(ITestOutputHelper output)
{
    private const int Rows = 300;
    private const int Tasks = 16;

    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "slurm", "score.sbatch");

    /// <summary>
    /// Sixteen tasks on two nodes. Three are killed while they run. One node is drained and its daemon killed, so that its tasks are
    /// started again on the other while their first try still lives.
    /// </summary>
    [SlurmFact]
    [Trait("Speed", "Slow")]
    public void Array_TasksAndANodeKilled_GivesTheBytesOfOneRun()
    {
        using ScoringFolder folder = new();
        for (int i = 0; i < 8; i++)
        {
            folder.Write($"{i}.png", TestPng.Create(1200 + (8 * i), 1000)); // Large, so that a task takes seconds.
        }

        folder.WriteQuestions(Rows, withBadRows: false); // Every row says its number.
        ToolRun.InProcess(folder.Arguments("--batch", "4", "--workers", "2"));
        string tool = NewTool(folder);
        using SlurmCluster cluster = new();
        List<string> told = [];

        string[] arguments = folder.ArgumentsTo(folder.PathOf("parts"), "--batch", "4", "--commit", "0");
        cluster.Run(
            "sbatch",
            [("ZOOPRUNE", tool), ("SHARDS", $"{Tasks}")],
            [$"--array=0-{Tasks - 1}", "--cpus-per-task=1", $"--output={folder.PathOf("task-%a.log")}", Script, .. arguments[1..]]);

        // Three tries, each of another task; one that was done just then does not count.
        HashSet<string> killed = [];
        while (killed.Count < 3)
        {
            Programs.Until(() => AtWork(folder).Any(task => !killed.Contains(task.Index)), "a task that has scored some rows", State);
            (int process, string index, _) = AtWork(folder).FirstOrDefault(task => !killed.Contains(task.Index));
            if (index is not null)
            {
                Programs.Kill(process);
                Programs.Until(
                    () => LogOf(folder, index).Contains(" ended with ") || LogOf(folder, index).Contains(" rows, "),
                    "the script to see it",
                    State);
                if (LogOf(folder, index).Contains(" ended with 137 "))
                {
                    killed.Add(index);
                    told.Add($"task {index} killed");
                }
            }
        }

        Programs.Until(() => AtWork(folder).Any(task => task.Node == "two"), "a task on the second node");
        cluster.Run("scontrol", "update", "nodename=two", "state=drain", "reason=test");
        string[] orphans = [.. AtWork(folder).Where(task => task.Node == "two").Select(task => task.Index)];
        cluster.KillNode("two");
        cluster.Run("scontrol", "update", "nodename=two", "state=down", "reason=test");
        told.Add($"node two drained and its daemon killed, with tasks {string.Join(", ", orphans)}");

        Programs.Until(
            () => cluster.Run("squeue", "--noheader").Length == 0, "the array to end", () => $"{cluster.Run("squeue")}\n{State()}");
        output.WriteLine(State());
        string logs = LogsOf(folder);
        Assert.All(killed, index => Assert.Contains($"Task {index} ended with 137 and goes on.", logs));
        Assert.Contains(", restart 1.", logs);
        Assert.True(Array.Exists(orphans, index => LogOf(folder, index).Contains($"Task {index} on one, restart")), State());

        ToolRun merge = ToolRun.InProcess("merge", folder.PathOf("parts"), "--out", folder.PathOf("merged"));
        Assert.True(merge.Output.Contains($"{Rows} rows of {Tasks} parts", StringComparison.Ordinal), merge.Error + State());
        output.WriteLine(merge.Output);
        Assert.Equal(0, Programs.Run("cmp", [], [folder.Output, folder.PathOf("merged")]).Code);
        Assert.Equal(Rows, RowsOfParts(folder).Distinct().Count());
        Assert.Equal(Rows, RowsOfParts(folder).Count());

        string State() => $"{string.Join('\n', told)}\n{LogsOf(folder)}\n{cluster.Log}";
    }

    private static string NewTool(ScoringFolder folder)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "zooprune.dll");
        string tool = folder.Write("zooprune", $"#!/bin/sh\nexec dotnet '{program}' \"$@\"\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return tool;
    }

    /// <summary>Tasks that have committed rows and are not done.</summary>
    private static IEnumerable<(int Process, string Index, string Node)> AtWork(ScoringFolder folder) =>
        from process in Programs.Running($"zooprune.dll score {folder.PathOf("questions.csv")}")
        let index = Programs.VariableOf(process, "SLURM_ARRAY_TASK_ID")
        let node = Programs.VariableOf(process, "SLURMD_NODENAME")
        let tries = folder.PathOf($"parts/part-{int.Parse(index ?? "0", null):D5}-of-{Tasks:D5}.csv.tries")
        where index is not null && node is not null && HasRows(tries)
        select (process, index, node);

    private static bool HasRows(string tries)
    {
        try
        {
            return Directory.GetFiles(tries, "*.partial").Any(file => new FileInfo(file).Length > 100);
        }
        catch (IOException)
        {
            return false; // None yet, or done just now.
        }
    }

    private static string LogOf(ScoringFolder folder, string index)
    {
        string path = folder.PathOf($"task-{index}.log");
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    private static string LogsOf(ScoringFolder folder) =>
        string.Concat(Directory.GetFiles(folder.PathOf("."), "task-*.log").Order()
            .Select(path => $"{Path.GetFileName(path)}:\n{File.ReadAllText(path)}"));

    /// <summary>The first cell of every row of every finished part.</summary>
    private static IEnumerable<string> RowsOfParts(ScoringFolder folder) =>
        from part in Directory.GetFiles(folder.PathOf("parts"), "*.csv")
        from row in RowStart().Matches(File.ReadAllText(part))
        select row.Value;

    [GeneratedRegex("^[0-9]+(?=,)", RegexOptions.Multiline)]
    private static partial Regex RowStart();
}
