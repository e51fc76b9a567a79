using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ZooPrune.Cli.Tests;

/// <summary>What Kubernetes' API wants beyond form: the rules of its reference between fields, and what one object says of
/// another.</summary>
internal static partial class KubernetesRules
{
    /// <summary>What is wrong with the documents of a file, form included.</summary>
    public static IReadOnlyList<string> ProblemsOf(string text)
    {
        IReadOnlyList<YamlMappingNode> documents = KubernetesSchema.Read(text);
        string[] problems = [.. documents.SelectMany(KubernetesSchema.ProblemsOf)];
        return problems.Length > 0 ? problems : [.. documents.SelectMany(document => OfDocument(document, documents))];
    }

    private static IEnumerable<string> OfDocument(YamlMappingNode document, IReadOnlyList<YamlMappingNode> all)
    {
        YamlNode spec = document.Find("spec")!;
        YamlNode? template = spec.Find("template");
        IEnumerable<string> problems = document.Find("kind").Text() switch
        {
            "Job" => OfJob(document, spec),
            "Deployment" => OfDeployment(spec),
            "Service" => OfService(spec, all),
            "HorizontalPodAutoscaler" => OfAutoscaler(spec, all),
            "PodDisruptionBudget" => OfSelector(spec.Find("selector"), all)
                .Concat(Rule(
                    (spec.Find("minAvailable") is null) != (spec.Find("maxUnavailable") is null),
                    "one of minAvailable and maxUnavailable")),
            "NetworkPolicy" => spec.Find("ingress").Items().SelectMany(rule => rule.Find("from").Items())
                .Select(peer => peer.Find("podSelector")).Prepend(spec.Find("podSelector"))
                .SelectMany(selector => OfSelector(selector, all)),
            _ => [],
        };
        string name = $"{document.Find("kind").Text()} {document.Find("metadata.name").Text()}";
        return Rule(document.Find("metadata.name") is not null, "metadata.name").Concat(problems)
            .Concat(template is null ? [] : OfPod(template.Find("spec")!)).Select(problem => $"{name}: {problem}");
    }

    private static IEnumerable<string> OfJob(YamlMappingNode job, YamlNode spec)
    {
        bool isIndexed = spec.Find("completionMode").Text() == "Indexed";
        bool isPerIndex = spec.Find("backoffLimitPerIndex") is not null;
        bool isNever = spec.Find("template.spec.restartPolicy").Text() == "Never";
        int? completions = spec.Find("completions").Number();
        string last = $"{job.Find("metadata.name").Text()}-{completions - 1}";
        YamlNode[] rules = [.. spec.Find("podFailurePolicy.rules").Items()];
        string[] containers = [.. spec.Find("template.spec.containers").Items().Select(container => container.Find("name").Text()!)];
        return
        [
            .. Rule(spec.Find("template.spec.restartPolicy").Text() is "Never" or "OnFailure", "restartPolicy is Never or OnFailure"),
            .. Rule(!isIndexed || completions is > 0, "Indexed needs completions"),
            .. Rule(!isIndexed || last.Length <= 63, "the name and the last index make a host name of at most 63 characters"),
            .. Rule(!isIndexed || spec.Find("parallelism").Number() is null or <= 100_000, "parallelism of Indexed is at most 100,000"),
            .. Rule(!isPerIndex || (isIndexed && isNever), "backoffLimitPerIndex needs Indexed and restartPolicy Never"),
            .. Rule(!isPerIndex || completions <= 100_000, "with backoffLimitPerIndex there are at most 100,000 completions"),
            .. Rule(
                spec.Find("maxFailedIndexes") is null || (isPerIndex && spec.Find("maxFailedIndexes").Number() <= completions),
                "maxFailedIndexes needs backoffLimitPerIndex and is at most completions"),
            .. Rule(rules.Length == 0 || isNever, "podFailurePolicy needs restartPolicy Never"),
            .. Rule(
                rules.Length == 0 || spec.Find("podReplacementPolicy").Text() is null or "Failed",
                "with podFailurePolicy, podReplacementPolicy is Failed"),
            .. Rule(rules.Length <= 20, "podFailurePolicy has at most 20 rules"),
            .. rules.SelectMany(rule => Rule(
                (rule.Find("onExitCodes") is null) != (rule.Find("onPodConditions") is null),
                "a rule has one of onExitCodes and onPodConditions")),
            .. rules.SelectMany(rule => Rule(
                rule.Find("action").Text() != "FailIndex" || isPerIndex,
                "FailIndex needs backoffLimitPerIndex")),
            .. rules.Select(rule => rule.Find("onExitCodes")).OfType<YamlNode>().SelectMany(codes => OfExitCodes(codes, containers)),
            .. Rule(spec.Find("selector") is null || spec.Find("manualSelector").Text() == "true", "a selector needs manualSelector"),
        ];
    }

    private static IEnumerable<string> OfExitCodes(YamlNode codes, string[] containers)
    {
        int[] values = [.. codes.Find("values").Items().Select(value => value.Number() ?? -1)];
        return
        [
            .. Rule(
                values.Length is > 0 and <= 255 && values.SequenceEqual(values.Distinct().Order()),
                "exit codes are 1 to 255, ordered, none twice"),
            .. Rule(codes.Find("operator").Text() != "In" || !values.Contains(0), "In does not take the exit code 0"),
            .. Rule(
                codes.Find("containerName").Text() is not { } name || containers.Contains(name),
                "containerName is one of the containers"),
        ];
    }

    private static IEnumerable<string> OfDeployment(YamlNode spec) =>
    [
        .. Rule(Matches(spec.Find("selector"), spec.Find("template")), "the selector selects the template's labels"),
        .. Rule(spec.Find("selector.matchLabels").Pairs().Count > 0, "the selector has labels"),
        .. Rule(spec.Find("template.spec.restartPolicy").Text() is null or "Always", "restartPolicy is Always"),
        .. Rule(
            spec.Find("strategy.type").Text() != "Recreate" || spec.Find("strategy.rollingUpdate") is null,
            "Recreate has no rollingUpdate"),
        .. Rule(
            spec.Find("strategy.rollingUpdate") is not { } rolling
                || !IsZero(rolling.Find("maxSurge")) || !IsZero(rolling.Find("maxUnavailable")),
            "maxSurge and maxUnavailable are not both 0"),
    ];

    private static IEnumerable<string> OfService(YamlNode spec, IReadOnlyList<YamlMappingNode> all)
    {
        Dictionary<string, string> selector = spec.Find("selector").Pairs();
        YamlNode[] pods = [.. Templates(all).Where(template => Includes(template.Find("metadata.labels").Pairs(), selector))];
        YamlNode[] ports = [.. spec.Find("ports").Items()];
        string[] named =
        [
            .. pods.SelectMany(pod => pod.Find("spec.containers").Items()).SelectMany(one => one.Find("ports").Items())
                .Select(port => port.Find("name").Text() ?? ""),
        ];
        return
        [
            .. Rule(pods.Length == 1, "the selector selects the pods of one template"),
            .. Rule(
                ports.Length > 0 && ports.Select(port => port.Find("name").Text()).Distinct().Count() == ports.Length,
                "ports have names of their own"),
            .. ports.Select(port => port.Find("targetPort")).SelectMany(
                target => Rule(
                    target is null || target.Number() is not null || named.Contains(target.Text()),
                    $"targetPort {target} is a port of the pods")),
        ];
    }

    private static IEnumerable<string> OfAutoscaler(YamlNode spec, IReadOnlyList<YamlMappingNode> all)
    {
        YamlMappingNode? target = all.FirstOrDefault(one => Array.TrueForAll(
            ["apiVersion", "kind"], key => one.Find(key).Text() == spec.Find($"scaleTargetRef.{key}").Text())
            && one.Find("metadata.name").Text() == spec.Find("scaleTargetRef.name").Text());
        string[] sources = ["ContainerResource", "External", "Object", "Pods", "Resource"];
        return
        [
            .. Rule(target is not null, "scaleTargetRef is in the file"),
            .. Rule(target.Find("spec.replicas") is null, "what is scaled says no replicas, lest applying it undoes the scaling"),
            .. Rule(
                (spec.Find("minReplicas").Number() ?? 1) is var least && least >= 1 && least <= spec.Find("maxReplicas").Number(),
                "1 <= minReplicas <= maxReplicas"),
            .. spec.Find("metrics").Items().SelectMany(metric => Rule(
                sources.Count(source => metric.Find(char.ToLowerInvariant(source[0]) + source[1..]) is not null) == 1
                    && metric.Find(char.ToLowerInvariant(metric.Find("type").Text()![0]) + metric.Find("type").Text()![1..]) is not null,
                "a metric has the source of its type alone")),
            .. spec.Find("metrics").Items().Select(metric => metric.Find("pods.target")).OfType<YamlNode>().SelectMany(one => Rule(
                one.Find("type").Text() == "AverageValue" && one.Find("averageValue") is not null, "a metric of pods has an AverageValue")),
            .. new[] { "scaleUp", "scaleDown" }.Select(way => spec.Find($"behavior.{way}")).SelectMany(rules => Rule(
                rules.Find("stabilizationWindowSeconds").Number() is null or <= 3600
                    && rules.Find("policies").Items().All(
                        policy => policy.Find("periodSeconds").Number() is > 0 and <= 1800 && policy.Find("value").Number() > 0),
                "windows are at most 3,600 s, periods 1 to 1,800 s, values above 0")),
        ];
    }

    private static IEnumerable<string> OfPod(YamlNode pod)
    {
        YamlNode[] containers = [.. pod.Find("containers").Items(), .. pod.Find("initContainers").Items()];
        YamlNode[] volumes = [.. pod.Find("volumes").Items()];
        string[] names = [.. volumes.Select(volume => volume.Find("name").Text()!)];
        return
        [
            .. Rule(pod.Find("containers").Items().Any(), "there is a container"),
            .. Rule(
                containers.Select(one => one.Find("name").Text()).Distinct().Count() == containers.Length,
                "containers have names of their own"),
            .. Rule(names.Distinct().Count() == names.Length, "volumes have names of their own"),
            .. volumes.SelectMany(volume => Rule(
                ((YamlMappingNode)volume).Children.Count == 2, $"volume {volume.Find("name")} has one source")),
            .. containers.SelectMany(container => OfContainer(container, names, pod)
                .Select(problem => $"container {container.Find("name")}: {problem}")),
        ];
    }

    private static IEnumerable<string> OfContainer(YamlNode container, string[] volumes, YamlNode pod)
    {
        YamlNode[] mounts = [.. container.Find("volumeMounts").Items()];
        YamlNode[] ports = [.. container.Find("ports").Items()];
        string[] variables = [.. container.Find("env").Items().Select(variable => variable.Find("name").Text()!)];
        Dictionary<string, string> limits = container.Find("resources.limits").Pairs();
        Dictionary<string, string> requests = container.Find("resources.requests").Pairs();
        return
        [
            .. Rule(
                container.Find("image").Text() is { Length: > 0 } image && !image.EndsWith(":latest", StringComparison.Ordinal)
                    && image.Contains(':'),
                "the image has a version"),
            .. mounts.SelectMany(mount => Rule(volumes.Contains(mount.Find("name").Text()), $"the mount {mount.Find("name")} is a volume")),
            .. Rule(
                mounts.Select(mount => mount.Find("mountPath").Text()).Distinct().Count() == mounts.Length,
                "mount paths are different"),
            .. Rule(
                variables.Distinct().Count() == variables.Length && Array.TrueForAll(variables, VariableName().IsMatch),
                "variables have names of their own"),
            .. container.Find("command").Items().Concat(container.Find("args").Items())
                .SelectMany(word => Reference().Matches(word.Text()!))
                .SelectMany(reference => Rule(
                    variables.Contains(reference.Groups[1].Value),
                    $"{reference.Value} is a variable of the container")),
            .. limits.SelectMany(limit => Rule(
                !requests.TryGetValue(limit.Key, out string? request) || Quantity(request) <= Quantity(limit.Value),
                $"{limit.Key} is requested within its limit")),
            .. requests.Keys.Concat(limits.Keys).Where(key => key.Contains('/')).SelectMany(key => Rule(
                limits.TryGetValue(key, out string? limit) && Quantity(limit) % 1 == 0 && requests.GetValueOrDefault(key, limit) == limit,
                $"{key} has a whole limit, and a request only if it is the same")),
            .. requests.Keys.Concat(limits.Keys).SelectMany(key => Rule(
                key.Contains('/') || key is "cpu" or "memory" or "ephemeral-storage"
                    || key.StartsWith("hugepages-", StringComparison.Ordinal),
                $"{key} is a resource")),
            .. new[] { "startupProbe", "readinessProbe", "livenessProbe" }.Where(probe => container.Find(probe) is not null)
                .SelectMany(probe => OfProbe(probe, container.Find(probe)!, ports)),
            .. Rule(
                container.Find("lifecycle.preStop.sleep.seconds").Number() is not { } sleep
                    || sleep < (pod.Find("terminationGracePeriodSeconds").Number() ?? 30),
                "preStop ends before the grace period does"),
        ];
    }

    private static IEnumerable<string> OfProbe(string name, YamlNode probe, YamlNode[] ports)
    {
        string[] handlers = [.. new[] { "exec", "httpGet", "tcpSocket", "grpc" }.Where(handler => probe.Find(handler) is not null)];
        YamlNode? port = probe.Find("httpGet.port") ?? probe.Find("tcpSocket.port");
        return
        [
            .. Rule(handlers.Length == 1, $"{name} has one handler"),
            .. Rule(name == "readinessProbe" || probe.Find("successThreshold").Number() is null or 1, $"{name}.successThreshold is 1"),
            .. Rule(
                port is null || port.Number() is not null || Array.Exists(ports, one => one.Find("name").Text() == port.Text()),
                $"{name}: the port {port} is one of the container"),
            .. new[] { "failureThreshold", "periodSeconds", "timeoutSeconds" }.SelectMany(field => Rule(
                probe.Find(field).Number() is null or >= 1,
                $"{name}.{field} is at least 1")),
        ];
    }

    private static IEnumerable<string> OfSelector(YamlNode? selector, IReadOnlyList<YamlMappingNode> all) =>
        Rule(Templates(all).Any(template => Matches(selector, template)), "the selector selects pods of the file");

    private static IEnumerable<YamlNode> Templates(IReadOnlyList<YamlMappingNode> all) =>
        all.Select(one => one.Find("spec.template")).OfType<YamlNode>();

    private static bool Matches(YamlNode? selector, YamlNode? template) =>
        selector.Find("matchExpressions") is null
        && Includes(template.Find("metadata.labels").Pairs(), selector.Find("matchLabels").Pairs());

    private static bool Includes(Dictionary<string, string> labels, Dictionary<string, string> wanted) =>
        wanted.All(pair => labels.TryGetValue(pair.Key, out string? value) && value == pair.Value);

    private static bool IsZero(YamlNode? node) => node.Text() is "0" or "0%";

    private static decimal Quantity(string text)
    {
        string digits = text.TrimEnd("numkKMGTPEi".ToCharArray());
        string[] units = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
        string unit = text[digits.Length..];
        decimal power = 1;
        for (int i = Array.IndexOf(units, unit.TrimEnd('i').Replace('K', 'k')) - 3; i != 0; i -= Math.Sign(i))
        {
            power = i > 0 ? power * (unit.EndsWith('i') ? 1024 : 1000) : power / 1000;
        }

        return decimal.Parse(digits, CultureInfo.InvariantCulture) * power;
    }

    private static IEnumerable<string> Rule(bool holds, string rule) => holds ? [] : [rule];

    [GeneratedRegex(@"(?<!\$)\$\(([A-Za-z_][A-Za-z0-9_]*)\)")]
    private static partial Regex Reference();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.-]*$")]
    private static partial Regex VariableName();
}
