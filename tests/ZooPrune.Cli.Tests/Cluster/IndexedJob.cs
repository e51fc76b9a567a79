using System.Diagnostics;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace ZooPrune.Cli.Tests;

/// <summary>Plays the controller of an Indexed Job; a pod is a process of the tool.</summary>
internal sealed class IndexedJob
{
    private readonly YamlNode _spec;
    private readonly int _parallelism;
    private readonly int _backoffLimit;
    private readonly int[] _failingExitCodes;

    public IndexedJob(string manifest)
    {
        _spec = KubernetesSchema.Read(manifest).Single().Find("spec")!;
        Completions = _spec.Find("completions").Number()!.Value;
        _parallelism = Math.Min(_spec.Find("parallelism").Number()!.Value, 4); // There are no more processors.
        _backoffLimit = _spec.Find("backoffLimitPerIndex").Number()!.Value;
        _failingExitCodes =
        [
            .. _spec.Find("podFailurePolicy.rules").Items().Where(rule => rule.Find("action").Text() == "FailJob")
                .SelectMany(rule => rule.Find("onExitCodes.values").Items()).Select(value => value.Number()!.Value),
        ];
    }

    /// <summary>Indices that have to succeed.</summary>
    public int Completions { get; }

    /// <summary>The words after the program's name, with the container's variables in their places.</summary>
    public IReadOnlyList<string> Words
    {
        get
        {
            YamlNode container = _spec.Find("template.spec.containers").Items().Single();
            Assert.Equal(["dotnet", "/app/zooprune.dll"], container.Find("command").Items().Take(2).Select(word => word.Text()));
            Dictionary<string, string> variables = container.Find("env").Items().ToDictionary(
                variable => variable.Find("name").Text()!, variable => variable.Find("value").Text()!);
            return
            [
                .. container.Find("command").Items().Skip(2).Concat(container.Find("args").Items())
                    .Select(word => variables.Aggregate(
                        word.Text()!, (text, one) => text.Replace($"$({one.Key})", one.Value, StringComparison.Ordinal))),
            ];
        }
    }

    /// <summary>Runs the job to its end.</summary>
    /// <param name="words"><see cref="Words"/>, as things are called here.</param>
    /// <param name="random">When pods die.</param>
    /// <returns>What happened.</returns>
    public string Play(IReadOnlyList<string> words, Random random)
    {
        StringBuilder log = new();
        List<Pod> pods = [];
        HashSet<int> succeeded = [];
        int[] failures = new int[Completions];
        int started = 0;
        try
        {
            while (succeeded.Count < Completions)
            {
                // One pod an index; for some a second, as after a network that was split.
                for (int index = 0; index < Completions && pods.Count < _parallelism; index++)
                {
                    if (!succeeded.Contains(index) && !pods.Exists(pod => pod.Index == index))
                    {
                        pods.Add(new Pod(index, ToolRun.Start([("JOB_COMPLETION_INDEX", $"{index}")], [.. words])));
                        if (started++ % 3 == 1)
                        {
                            pods.Add(new Pod(index, ToolRun.Start([("JOB_COMPLETION_INDEX", $"{index}")], [.. words])));
                            log.AppendLine($"index {index} started twice");
                        }
                    }
                }

                Thread.Sleep(20);
                if (started < 3 * Completions && random.Next(12) == 0 && pods.Count > 0)
                {
                    Pod pod = pods[random.Next(pods.Count)];
                    pod.IsEvicted = random.Next(2) == 0;
                    log.AppendLine($"index {pod.Index} {(pod.IsEvicted ? "evicted" : "killed")}");
                    pod.Process.Kill();
                    pod.Process.WaitForExit();
                }

                foreach (Pod pod in pods.Where(pod => pod.Process.HasExited).ToArray())
                {
                    pods.Remove(pod);
                    int exitCode = pod.Process.ExitCode;
                    pod.Process.Dispose();
                    if (exitCode == 0)
                    {
                        succeeded.Add(pod.Index);
                    }
                    else if (pod.IsEvicted || succeeded.Contains(pod.Index))
                    {
                        // The policy ignores what disrupted the pod; a second pod's end changes nothing.
                    }
                    else if (_failingExitCodes.Contains(exitCode))
                    {
                        return log.AppendLine($"the job failed: exit code {exitCode}").ToString();
                    }
                    else
                    {
                        Assert.True(++failures[pod.Index] <= _backoffLimit, $"Index {pod.Index} failed too often.\n{log}");
                    }
                }
            }

            return log.ToString();
        }
        finally
        {
            foreach (Pod pod in pods)
            {
                pod.Process.Kill();
                pod.Process.WaitForExit();
                pod.Process.Dispose();
            }
        }
    }

    private sealed record Pod(int Index, Process Process)
    {
        public bool IsEvicted { get; set; }
    }
}
