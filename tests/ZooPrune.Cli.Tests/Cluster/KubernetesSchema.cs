using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ZooPrune.Cli.Tests;

/// <summary>Whether manifests have the form that Kubernetes' API wants, as strict validation in the server looks at it: known fields, none
/// missing, each of its type. What the types are stands in Data/kubernetes-api.txt.</summary>
internal static partial class KubernetesSchema
{
    private static readonly Dictionary<string, Dictionary<string, string>> Types = File.ReadLines(TestPaths.Data("kubernetes-api.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' '))
        .ToDictionary(words => words[0], words => words[1..].ToDictionary(
            field => field[..field.IndexOf(':')], field => field[(field.IndexOf(':') + 1)..]));

    /// <summary>The documents of a file.</summary>
    /// <exception cref="YamlException">It is no YAML, or has a key twice.</exception>
    public static IReadOnlyList<YamlMappingNode> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    /// <summary>What is wrong with the form of a document.</summary>
    public static IEnumerable<string> ProblemsOf(YamlMappingNode document)
    {
        string? kind = document.Find("kind").Text();
        return kind is not null && Types.ContainsKey(kind) ? OfType(kind, document, kind) : [$"the kind '{kind}' is unknown"];
    }

    private static IEnumerable<string> OfType(string type, YamlNode node, string at)
    {
        if (type == "any")
        {
            return [];
        }

        if (type.StartsWith("[]", StringComparison.Ordinal))
        {
            return node is YamlSequenceNode list
                ? list.Children.SelectMany((child, i) => OfType(type[2..], child, $"{at}[{i}]"))
                : [$"{at}: is no list"];
        }

        if (type is "map" or "labels" or "quantities")
        {
            string one = type == "map" ? "string" : type == "labels" ? "label" : "quantity";
            return node is YamlMappingNode entries
                ? entries.Children.SelectMany(entry => OfType("key", entry.Key, $"{at} key")
                    .Concat(OfType(one, entry.Value, $"{at}.{entry.Key}")))
                : [$"{at}: is no map"];
        }

        if (!Types.TryGetValue(type, out Dictionary<string, string>? fields))
        {
            return node is YamlScalarNode scalar && IsOf(type, scalar) ? [] : [$"{at}: '{node}' is no {type}"];
        }

        return node is YamlMappingNode map ? OfFields(fields, map, at) : [$"{at}: is no {type}"];
    }

    private static IEnumerable<string> OfFields(Dictionary<string, string> fields, YamlMappingNode map, string at)
    {
        foreach ((YamlNode key, YamlNode value) in map.Children)
        {
            foreach (string problem in fields.TryGetValue(key.Text() ?? "", out string? type)
                ? OfType(type.TrimEnd('!'), value, $"{at}.{key}")
                : [$"{at}: unknown field '{key}'"])
            {
                yield return problem;
            }
        }

        foreach ((string missing, _) in fields.Where(field => field.Value.EndsWith('!') && map.Find(field.Key) is null))
        {
            yield return $"{at}.{missing}: is missing";
        }
    }

    private static bool IsOf(string type, YamlScalarNode node)
    {
        string text = node.Value ?? "";
        bool isPlain = node.Style == ScalarStyle.Plain;
        bool isText = !isPlain || !NotText().IsMatch(text);
        bool isNumber = isPlain
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= 0;
        return type switch
        {
            "int" => isNumber,
            "port" => isNumber && int.Parse(text, CultureInfo.InvariantCulture) is > 0 and < 65536,
            "bool" => isPlain && text is "true" or "false",
            "string" => isText,
            "name" => isText && text.Length <= 63 && NamePattern().IsMatch(text),
            "portName" => isText && text.Length <= 15 && NamePattern().IsMatch(text) && text.Any(char.IsAsciiLetter),
            "key" => KeyPattern().IsMatch(text) && text.Split('/')[^1].Length <= 63,
            "label" => isText && text.Length <= 63 && LabelPattern().IsMatch(text),
            "quantity" => QuantityPattern().IsMatch(text),
            "intOrName" => isNumber || IsOf("portName", node),
            "intOrPercent" => isNumber || (isText && text.EndsWith('%') && int.TryParse(text[..^1], out _)),
            _ when type[0] == '=' => isText && text == type[1..],
            _ when type[0] == '{' => isText && type[1..^1].Split('|').Contains(text),
            _ => throw new InvalidOperationException($"No rule for the type '{type}'."),
        };
    }

    [GeneratedRegex(
        "^([-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?|0x[0-9a-f]+|true|false|yes|no|on|off|null|~|)$", RegexOptions.IgnoreCase)]
    private static partial Regex NotText();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")]
    private static partial Regex KeyPattern();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")]
    private static partial Regex LabelPattern();

    [GeneratedRegex("^[0-9]+(\\.[0-9]+)?([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$")]
    private static partial Regex QuantityPattern();
}

/// <summary>Short ways into YAML.</summary>
internal static class YamlExtensions
{
    /// <summary>What is at a place, "spec.template.spec"; null where nothing is.</summary>
    public static YamlNode? Find(this YamlNode? node, string path)
    {
        foreach (string key in path.Split('.'))
        {
            node = node is YamlMappingNode map && map.Children.TryGetValue(key, out YamlNode? value) ? value : null;
        }

        return node;
    }

    /// <summary>The text of a scalar; null of anything else.</summary>
    public static string? Text(this YamlNode? node) => (node as YamlScalarNode)?.Value;

    /// <summary>The number of a scalar; null of anything else.</summary>
    public static int? Number(this YamlNode? node) =>
        int.TryParse(node.Text(), CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>The elements of a list; none of anything else.</summary>
    public static IEnumerable<YamlNode> Items(this YamlNode? node) => (node as YamlSequenceNode)?.Children ?? Enumerable.Empty<YamlNode>();

    /// <summary>Keys and values as texts; none of anything else.</summary>
    public static Dictionary<string, string> Pairs(this YamlNode? node) =>
        (node as YamlMappingNode)?.Children.ToDictionary(pair => pair.Key.Text()!, pair => pair.Value.Text() ?? "") ?? [];
}
