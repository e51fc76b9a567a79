using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>The keys of a JSON document and the kinds of their values: what a program that reads it relies on.</summary>
internal static class JsonShape
{
    /// <summary>One line a key, in their order; of a list its first element.</summary>
    public static string Of(JsonElement element) => string.Join('\n', Lines("", element));

    private static IEnumerable<string> Lines(string path, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Lines($"{path}.{property.Name}", property.Value)),
        JsonValueKind.Array when element.GetArrayLength() > 0 => Lines($"{path}[]", element[0]),
        JsonValueKind.Array => [$"{path}[]"],
        JsonValueKind.True or JsonValueKind.False => [$"{path}: boolean"],
        var kind => [$"{path}: {kind.ToString().ToLowerInvariant()}"],
    };
}
