using System.Net;
using YamlDotNet.RepresentationModel;

namespace ZooPrune.Cli.Tests;

/// <summary>The manifests of deploy/kubernetes: what Kubernetes would say to them, and whether what they start does what
/// they hope.</summary>
public sealed class KubernetesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "kubernetes");

    public static TheoryData<string> Manifests => [.. Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_ByTheRulesOfTheApi_HasNoProblem(string file) => Assert.Empty(KubernetesRules.ProblemsOf(Text(file)));

    /// <summary>The rules are only worth something if they find what is wrong.</summary>
    [Theory]
    [InlineData("score-job.yaml", "backoffLimitPerIndex: 5", "backOffLimitPerIndex: 5", "Job.spec: unknown field 'backOffLimitPerIndex'")]
    [InlineData("score-job.yaml", "completions: 64", "completions: \"64\"", "Job.spec.completions: '64' is no int")]
    [InlineData("score-job.yaml", "value: \"64\"", "value: 64", "Job.spec.template.spec.containers[0].env[0].value: '64' is no string")]
    [InlineData("score-job.yaml", "status: \"True\"", "status: True", "onPodConditions[0].status: 'True' is no {True|False|Unknown}")]
    [InlineData("score-job.yaml", "restartPolicy: Never", "restartPolicy: never", "restartPolicy: 'never' is no {Always|OnFailure|Never}")]
    [InlineData(
        "score-job.yaml", "restartPolicy: Never", "restartPolicy: OnFailure",
        "backoffLimitPerIndex needs Indexed and restartPolicy Never")]
    [InlineData("score-job.yaml", "completionMode: Indexed", "completionMode: NonIndexed", "backoffLimitPerIndex needs Indexed")]
    [InlineData(
        "score-job.yaml", "maxFailedIndexes: 8", "maxFailedIndexes: 65",
        "maxFailedIndexes needs backoffLimitPerIndex and is at most completions")]
    [InlineData(
        "score-job.yaml", "podReplacementPolicy: Failed", "podReplacementPolicy: TerminatingOrFailed",
        "podReplacementPolicy is Failed")]
    [InlineData("score-job.yaml", "values: [2]", "values: [0, 2]", "In does not take the exit code 0")]
    [InlineData("score-job.yaml", "containerName: score", "containerName: main", "containerName is one of the containers")]
    [InlineData(
        "score-job.yaml", "memory: 8Gi\n            limits", "memory: 9Gi\n            limits",
        "memory is requested within its limit")]
    [InlineData("score-job.yaml", "memory: 8Gi", "memory: 8 Gi", "'8 Gi' is no quantity")]
    [InlineData("score-job.yaml", "$(SHARDS)", "$(SHARD)", "$(SHARD) is a variable of the container")]
    [InlineData("score-job.yaml", "- name: tmp\n          emptyDir", "- name: temp\n          emptyDir", "the mount tmp is a volume")]
    [InlineData("score-job.yaml", "name: zooprune-score", "name: zooprune_score", "Job.metadata.name: 'zooprune_score' is no name")]
    [InlineData("score-job.yaml", "zooprune:0.1.0", "zooprune", "the image has a version")]
    [InlineData("score-job.yaml", "          args:", "          arguments:", "unknown field 'arguments'")]
    [InlineData("score-job-gpu.yaml", "nvidia.com/gpu: \"1\"", "nvidia.com/gpu: 500m", "nvidia.com/gpu has a whole limit")]
    [InlineData(
        "serve.yaml", "component: serve\n  strategy", "component: server\n  strategy",
        "the selector selects the template's labels")]
    [InlineData("serve.yaml", "maxUnavailable: 0", "maxUnavailable: 0%\n      maxSurge: 0", null)]
    [InlineData(
        "serve.yaml", "port: http\n            periodSeconds: 10", "port: web\n            periodSeconds: 10",
        "livenessProbe: the port web is one of the container")]
    [InlineData(
        "serve.yaml", "            failureThreshold: 6", "            failureThreshold: 0",
        "livenessProbe.failureThreshold is at least 1")]
    [InlineData("serve.yaml", "targetPort: http", "targetPort: web", "targetPort web is a port of the pods")]
    [InlineData(
        "serve.yaml", "kind: Deployment\n    name: zooprune-serve", "kind: Deployment\n    name: zooprune",
        "scaleTargetRef is in the file")]
    [InlineData("serve.yaml", "minReplicas: 2", "minReplicas: 20", "1 <= minReplicas <= maxReplicas")]
    [InlineData("serve.yaml", "averageValue: \"4\"", "averageUtilization: 4", "a metric of pods has an AverageValue")]
    [InlineData("serve.yaml", "type: Pods\n      pods", "type: Resource\n      pods", "a metric has the source of its type alone")]
    [InlineData("serve.yaml", "maxUnavailable: 1\n", "maxUnavailable: 1\n  minAvailable: 1\n", "one of minAvailable and maxUnavailable")]
    [InlineData(
        "serve.yaml", "terminationGracePeriodSeconds: 50", "terminationGracePeriodSeconds: 10",
        "preStop ends before the grace period does")]
    [InlineData("serve.yaml", "containerPort: 8080", "containerPort: 80800", "containerPort: '80800' is no port")]
    [InlineData("serve.yaml", "kind: NetworkPolicy", "kind: NetworkPolicies", "the kind 'NetworkPolicies' is unknown")]
    public void Manifest_ChangedForTheWorse_HasAProblem(string file, string before, string after, string? problem)
    {
        string text = Text(file);
        Assert.Contains(before, text);
        string changed = text.Replace(before, after, StringComparison.Ordinal);

        if (problem is null)
        {
            Assert.ThrowsAny<YamlDotNet.Core.YamlException>(() => KubernetesRules.ProblemsOf(changed)); // A key that is there twice.
        }
        else
        {
            Assert.Contains(KubernetesRules.ProblemsOf(changed), found => found.Contains(problem, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void ScoreJobGpu_BesideScoreJob_DiffersInTheGpuAlone()
    {
        string[] cpu = LinesOf("score-job.yaml");
        string[] gpu = LinesOf("score-job-gpu.yaml");

        Assert.Equal(["image: registry.example.com/zooprune:0.1.0", "name: zooprune-score"], cpu.Except(gpu).Order());
        Assert.Equal(
            [
                "- --device", "- cuda", "- key: nvidia.com/gpu", "effect: NoSchedule", "image: registry.example.com/zooprune:0.1.0-cuda",
                "name: zooprune-score-gpu", "nvidia.com/gpu: \"1\"", "operator: Exists", "tolerations:",
            ],
            gpu.Except(cpu).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("score-job.yaml", "cpu")]
    [InlineData("score-job-gpu.yaml", "cuda")]
    public void ScoreJob_Rendered_IsACommandOfOurs(string file, string device)
    {
        var job = new IndexedJob(Text(file));
        ScoreOptions options = ScoreCommandTests.Parse(name => name == "JOB_COMPLETION_INDEX" ? "63" : null, [.. job.Words]);

        Assert.Equal(new Shard(63, job.Completions), options.Shard);
        Assert.Equal(device, $"{options.Running.Device}");
    }

    /// <summary>
    /// What the API promises of an Indexed Job, played with processes for pods: at most so many at once, an index started again until it
    /// has succeeded or its limit is reached, now and then two pods of one index, pods that die and pods that are evicted.
    /// </summary>
    [UnixFact]
    [Trait("Speed", "Slow")]
    public void ScoreJob_PodsThatDieAndThatAreStartedTwice_GiveTheBytesOfOneRun()
    {
        const int Shards = 6;
        using ScoringFolder folder = new();
        folder.WriteQuestions(900);
        var job = new IndexedJob(Text("score-job.yaml")
            .Replace("completions: 64", $"completions: {Shards}").Replace("value: \"64\"", $"value: \"{Shards}\""));
        string[] words = [.. job.Words.Select(word => word
            .Replace("/data", folder.PathOf("."), StringComparison.Ordinal)
            .Replace("/model", TestPaths.TinyModel, StringComparison.Ordinal))];
        ToolRun.InProcess(
            "score", folder.PathOf("./questions.csv"), "--model", TestPaths.TinyModel, "--out", folder.Output, "--keep", "20%");

        string log = job.Play(words, new Random(4));

        Assert.Contains("killed", log);
        Assert.Contains("evicted", log);
        Assert.Contains("twice", log);
        ToolRun merge = ToolRun.InProcess("merge", folder.PathOf("./parts"), "--out", folder.PathOf("merged"));
        Assert.True(merge.Output.Contains($"900 rows of {Shards} parts", StringComparison.Ordinal), merge.Error + log);
        Assert.True(File.ReadAllBytes(folder.Output).AsSpan().SequenceEqual(File.ReadAllBytes(folder.PathOf("merged"))), log);
    }

    /// <summary>Another try of wrong usage would end the same way, so the whole job fails at once.</summary>
    [UnixFact]
    [Trait("Speed", "Slow")]
    public void ScoreJob_WrongUsage_FailsTheJob()
    {
        var job = new IndexedJob(Text("score-job.yaml"));

        Assert.EndsWith("the job failed: exit code 2", job.Play(job.Words, new Random(1)).TrimEnd()); // There is no /data.
    }

    [Fact]
    public void Serve_Rendered_IsACommandOfOurs()
    {
        YamlMappingNode[] documents = [.. KubernetesSchema.Read(Text("serve.yaml"))];
        YamlNode container = documents[0].Find("spec.template.spec.containers").Items().Single();
        string[] words = [.. container.Find("command").Items().Skip(2).Concat(container.Find("args").Items()).Select(word => word.Text()!)];

        System.CommandLine.ParseResult line = new ToolRoot().Parse(words);

        Assert.Empty(line.Errors);
        Assert.Equal("8080", words[Array.IndexOf(words, "--port") + 1]);
        Assert.Equal("8080", container.Find("ports").Items().Single().Find("containerPort").Text());
        string cache = new Uri(words[Array.IndexOf(words, "--cache") + 1]).Host;
        Assert.Contains(documents, one => one.Find("kind").Text() == "Service" && one.Find("metadata.name").Text() == cache);
        int grace = documents[0].Find("spec.template.spec.terminationGracePeriodSeconds").Number()!.Value;
        Assert.True(grace > container.Find("lifecycle.preStop.sleep.seconds").Number() + new ServerOptions().StopTimeout.TotalSeconds);
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    private static string[] LinesOf(string file) =>
        [.. Text(file).Split('\n').Select(line => line.Split(" #")[0].Trim()).Where(line => line.Length > 0 && line[0] != '#')];

    private sealed class ToolRoot
    {
        public System.CommandLine.ParseResult Parse(string[] words)
        {
            var root = new System.CommandLine.RootCommand();
            foreach (ToolCommand command in ToolProgram.Commands())
            {
                root.Subcommands.Add(command);
            }

            return root.Parse(words);
        }
    }
}

/// <summary>The server that deploy/kubernetes/serve.yaml starts.</summary>
[Collection(ServedModelCollection.Name)]
public sealed class KubernetesServeTests(ServedModel served)
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "kubernetes", "serve.yaml"));

    [Fact]
    public async Task Serve_ProbesAndMetric_AreThere()
    {
        await using RunningServer server = await RunningServer.StartAsync(served.Model);
        YamlMappingNode[] documents = [.. KubernetesSchema.Read(Text)];
        YamlNode container = documents[0].Find("spec.template.spec.containers").Items().Single();
        foreach (string probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            using HttpResponseMessage response = await server.Http.GetAsync(container.Find($"{probe}.httpGet.path").Text());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        string metric = documents.Single(one => one.Find("kind").Text() == "HorizontalPodAutoscaler")
            .Find("spec.metrics").Items().Single().Find("pods.metric.name").Text()!;
        string path = documents[0].Find("spec.template.metadata.annotations").Pairs()["prometheus.io/path"];
        Assert.Contains($"\n{metric}{{", await server.Http.GetStringAsync(path));
    }

    [RedisFact]
    public void Cache_Arguments_StartARedis()
    {
        YamlNode container = KubernetesSchema.Read(Text)
            .Single(one => one.Find("metadata.name").Text() == "zooprune-cache" && one.Find("kind").Text() == "Deployment")
            .Find("spec.template.spec.containers").Items().Single();
        using var redis = new RedisServer([.. container.Find("args").Items().Select(word => word.Text()!)]);

        Assert.Equal(
            ("allkeys-lru", "4294967296"),
            redis.Use(database => (Setting(database, "maxmemory-policy"), Setting(database, "maxmemory"))));

        static string Setting(StackExchange.Redis.IDatabase database, string name) =>
            $"{database.Execute("config", "get", name).ToDictionary()[name]}";
    }
}
