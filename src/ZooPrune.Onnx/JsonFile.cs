using System.Text.Json;

namespace ZooPrune.Onnx;

/// <summary>A JSON file of a model folder.</summary>
internal sealed class JsonFile : IDisposable
{
    private readonly JsonDocument _document;

    private JsonFile(string path, JsonDocument document)
    {
        _document = document;
        Root = new JsonSection(path, "", document.RootElement);
    }

    public JsonSection Root { get; }

    /// <exception cref="ZooPruneException">The file cannot be read, is no JSON or not an object.</exception>
    public static JsonFile Open(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Throw.JsonUnreadable(path, exception);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new JsonFile(path, document);
        }

        JsonValueKind kind = document.RootElement.ValueKind;
        document.Dispose();
        throw Throw.JsonNotAnObject(path, kind);
    }

    public void Dispose() => _document.Dispose();
}
