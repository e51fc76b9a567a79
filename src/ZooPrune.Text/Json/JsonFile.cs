using System.Text.Json;
using System.Text.Unicode;

namespace ZooPrune;

/// <summary>A JSON file of a model folder.</summary>
internal sealed class JsonFile : IDisposable
{
    /// <summary>Twice the largest tokenizer.json of the hub, and some more.</summary>
    public const int MaxLength = 80_000_000;

    private readonly JsonDocument _document;

    private JsonFile(string path, JsonDocument document)
    {
        _document = document;
        Root = new JsonSection(path, "", document.RootElement);
    }

    public JsonSection Root { get; }

    /// <exception cref="ZooPruneException">The file cannot be read, is very large, no JSON or not an object.</exception>
    public static JsonFile Open(string path)
    {
        JsonDocument document;
        try
        {
            long length = new FileInfo(path).Length;
            byte[] text = length <= MaxLength ? File.ReadAllBytes(path) : throw JsonThrow.TooLong(path, length, MaxLength);
            CheckText(text);
            document = JsonDocument.Parse(text);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw JsonThrow.Unreadable(path, exception);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new JsonFile(path, document);
        }

        JsonValueKind kind = document.RootElement.ValueKind;
        document.Dispose();
        throw JsonThrow.NotAnObject(path, kind);
    }

    public void Dispose() => _document.Dispose();

    /// <summary>
    /// What JSON's reader finds only when a text is asked for, by an InvalidOperationException wherever that happens: bytes that are no UTF-8, and half
    /// a character, escaped (\ud800).
    /// </summary>
    private static void CheckText(byte[] text)
    {
        if (!Utf8.IsValid(text))
        {
            throw new JsonException("it is not UTF-8");
        }

        var reader = new Utf8JsonReader(text);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }
}
