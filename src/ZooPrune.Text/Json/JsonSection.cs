using System.Text.Json;

namespace ZooPrune;

/// <summary>A part of a JSON file, which knows where it is, so that every mistake is reported with file and key.</summary>
/// <param name="file">Path of the file.</param>
/// <param name="path">Keys from the root to this part, with dots; empty for the root.</param>
/// <param name="element">The part itself.</param>
internal readonly struct JsonSection(string file, string path, JsonElement element)
{
    public JsonValueKind Kind => element.ValueKind;

    public JsonElement Element => element;

    /// <summary>The part under a key; its kind is Undefined where there is none (null counts as none).</summary>
    public JsonSection this[string key] => new(file, PathTo(key), Find(key));

    public bool IsMissing => element.ValueKind == JsonValueKind.Undefined;

    public bool Has(string key) => Find(key).ValueKind != JsonValueKind.Undefined;

    /// <exception cref="ZooPruneException">There is no such key.</exception>
    public JsonSection Section(string key) => Has(key) ? this[key] : throw JsonThrow.Missing(file, PathTo(key));

    public bool? Boolean(string key) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } found => found.GetBoolean(),
        var found => throw Wrong(key, found.GetRawText(), "true or false"),
    };

    public string? Text(string key) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } found => found.GetString(),
        var found => throw Wrong(key, found.GetRawText(), "text"),
    };

    public string RequiredText(string key) => Text(key) ?? throw JsonThrow.Missing(file, PathTo(key));

    public int? Int32(string key, int least, int most) => Has(key) ? this[key].AsInt32(least, most) : null;

    public int RequiredInt32(string key, int least, int most) => Int32(key, least, most) ?? throw JsonThrow.Missing(file, PathTo(key));

    public int AsInt32(int least, int most) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) && value >= least && value <= most
            ? value
            : throw JsonThrow.Wrong(file, path, element.GetRawText(), $"a whole number from {least} to {most}");

    public float? Single(string key) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Number } found when float.IsFinite(found.GetSingle()) => found.GetSingle(),
        var found => throw Wrong(key, found.GetRawText(), "a number"),
    };

    public float[] Singles(string key, int count)
    {
        JsonElement list = Section(key).Element;
        bool fits = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == count
            && list.EnumerateArray().All(value => value.ValueKind == JsonValueKind.Number && float.IsFinite(value.GetSingle()));
        return fits
            ? [.. list.EnumerateArray().Select(value => value.GetSingle())]
            : throw Wrong(key, list.GetRawText(), $"a list of {count} numbers");
    }

    /// <summary>The keys and values of an object.</summary>
    public IEnumerable<(string Key, JsonSection Value)> Properties()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("an object");
        }

        string source = file;
        string start = path.Length == 0 ? "" : $"{path}.";
        return element.EnumerateObject().Select(property =>
            (property.Name, new JsonSection(source, start + ErrorText.Shorten(property.Name), property.Value)));
    }

    /// <summary>The elements of a list; none where there is no such key.</summary>
    public IEnumerable<JsonSection> List(string key)
    {
        JsonElement list = Find(key);
        if (list.ValueKind is not JsonValueKind.Array and not JsonValueKind.Undefined)
        {
            throw Wrong(key, list.GetRawText(), "a list");
        }

        string source = file;
        string name = PathTo(key);
        return list.ValueKind == JsonValueKind.Undefined
            ? []
            : list.EnumerateArray().Select((item, index) => new JsonSection(source, $"{name}[{index}]", item));
    }

    /// <summary>
    /// The parts of a "Sequence". A part may be a sequence itself, so the limit holds for all of them together: what runs one part after
    /// the other takes time, memory and stack for each.
    /// </summary>
    public IReadOnlyList<JsonSection> Parts(string key)
    {
        const int MostParts = 64;
        int count = CountParts(Find(key));
        return count <= MostParts
            ? [.. List(key)]
            : throw Wrong(key, FormattableString.Invariant($"a list with {count:N0} parts"), $"at most {MostParts} parts, those of parts included");
    }

    public ZooPruneException Wrong(string needed) => JsonThrow.Wrong(file, path, element.GetRawText(), needed);

    public ZooPruneException Wrong(string key, string got, string needed) => JsonThrow.Wrong(file, PathTo(key), got, needed);

    public ZooPruneException Unsupported(string key, string got, string supported) =>
        JsonThrow.Unsupported(file, PathTo(key), got, supported);

    private string PathTo(string key) => path.Length == 0 ? ErrorText.Shorten(key) : $"{ErrorText.Shorten(path)}.{ErrorText.Shorten(key)}";

    private static int CountParts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Sum(CountParts),
        JsonValueKind.Object => (value.TryGetProperty("type", out _) ? 1 : 0) + value.EnumerateObject().Sum(member => CountParts(member.Value)),
        _ => 0,
    };

    private JsonElement Find(string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement found) && found.ValueKind != JsonValueKind.Null
            ? found
            : default;
}
