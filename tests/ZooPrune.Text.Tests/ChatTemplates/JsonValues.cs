using System.Text.Json;

namespace ZooPrune.Text.Tests;

/// <summary>JSON of the golden data as values of a template.</summary>
internal static class JsonValues
{
    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Dictionary(element),
        JsonValueKind.Array => new SequenceValue([.. element.EnumerateArray().Select(Of)]),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number when element.TryGetInt64(out long whole) && !element.GetRawText().Contains('.') => whole,
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static DictionaryValue Dictionary(JsonElement element)
    {
        var result = new DictionaryValue();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            result.Set(property.Name, Of(property.Value));
        }

        return result;
    }
}
