using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>One JSON object of a questions or annotations file.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Line">The line it begins in, from 1.</param>
/// <param name="Json">The object.</param>
/// <param name="Example">What such an object looks like, for messages.</param>
internal readonly record struct JsonRecord(string Path, int Line, JsonElement Json, string Example)
{
    /// <summary>A property; null if it is absent.</summary>
    /// <exception cref="UsageException">The names of the properties cannot be read.</exception>
    public JsonElement? Find(string name)
    {
        try
        {
            return Json.TryGetProperty(name, out JsonElement value) ? value : null;
        }
        catch (InvalidOperationException e)
        {
            // Half a surrogate pair, escaped, in a property's name.
            throw Throw.RecordIsNoJson(Path, Line, Example, e);
        }
    }

    /// <summary>A text; null if the property is absent.</summary>
    /// <exception cref="UsageException">It is something else.</exception>
    public string? Text(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Throw.RecordProperty(this, name, value, "a text");
        }
        catch (InvalidOperationException)
        {
            throw Throw.RecordProperty(this, name, value, "a text in whole Unicode characters");
        }
    }

    /// <summary>A text that must be there and not blank.</summary>
    /// <exception cref="UsageException">It is absent, blank or something else.</exception>
    public string RequiredText(string name) =>
        Text(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Throw.RecordLacks(this, name);

    /// <summary>A whole number from 0 on that must be there.</summary>
    /// <exception cref="UsageException">It is absent or something else.</exception>
    public long RequiredNumber(string name)
    {
        JsonElement value = Find(name) ?? throw Throw.RecordLacks(this, name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0
            ? number
            : throw Throw.RecordProperty(this, name, value, "a whole number from 0 on");
    }
}
