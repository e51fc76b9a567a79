using System.Text.Json;
using System.Text.Unicode;
using static System.FormattableString;
using static ZooPrune.ErrorText;

namespace ZooPrune;

/// <summary>A JSON file of a model folder.</summary>
internal sealed class JsonFile : IDisposable
{
    /// <summary>Twice the largest tokenizer.json of the hub, and some more.</summary>
    public const int MaxTokenizerLength = 80_000_000;

    /// <summary>For the index of a checkpoint, which has a line a tensor.</summary>
    public const int MaxIndexLength = 32_000_000;

    /// <summary>For every other file; the longest of the hub, a tokenizer_config.json with its added tokens, has about a million bytes.
    /// Read, a
    /// file may take twenty times its length.</summary>
    public const int MaxLength = 4_000_000;

    private readonly JsonDocument _document;

    private JsonFile(string path, JsonDocument document)
    {
        _document = document;
        Root = new JsonSection(path, "", document.RootElement);
    }

    public JsonSection Root { get; }

    /// <param name="path">The file.</param>
    /// <param name="limit">Most bytes.</param>
    /// <exception cref="ZooPruneException">The file cannot be read, is very large, no JSON or not an object.</exception>
    public static JsonFile Open(string path, int limit = MaxLength)
    {
        JsonDocument document;
        try
        {
            byte[] text = RegularFile.ReadAll(path, limit);
            CheckText(text);
            document = JsonDocument.Parse(WithoutMark(text));
        }
        catch (FileTooLongException exception)
        {
            throw JsonThrow.TooLong(path, exception.Length, limit);
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException)
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

    /// <summary>Editors on Windows write a byte order mark, which JSON's reader does not take.</summary>
    private static ReadOnlyMemory<byte> WithoutMark(byte[] text) => text is [0xEF, 0xBB, 0xBF, ..] ? text.AsMemory(3) : text;

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

        var reader = new Utf8JsonReader(WithoutMark(text).Span);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }
}

/// <summary>Messages about the JSON files of a model folder, each in four parts: what it is about, what was found, what is needed, what to do.</summary>
internal static class JsonThrow
{
    public static ZooPruneException Unreadable(string path, Exception exception) => new(
        $"File '{path}': it cannot be read as JSON ({FirstLine(exception)}). Expected the model's own file, unchanged; copy or download it again.",
        exception);

    public static ZooPruneException TooLong(string path, long length, int limit) => new(Invariant(
        $"File '{path}': it has {length:N0} bytes. At most {limit:N0} are read; check that it is the model's own file."));

    public static ZooPruneException NotAnObject(string path, JsonValueKind kind) => new(
        $"File '{path}': it holds a JSON {kind}. Expected an object {{ ... }}; copy or download the model's own file again.");

    public static ZooPruneException Missing(string path, string key) => new(
        $"File '{path}': the key '{key}' is missing. It is needed to run the model; copy the file again or add the key.");

    public static ZooPruneException Wrong(string path, string key, string got, string needed) => new(
        $"File '{path}': '{key}' is {Shorten(got)}. Expected {needed}; correct the value.");

    public static ZooPruneException Unsupported(string path, string key, string got, string supported) => new(
        $"File '{path}': '{key}' is {Shorten(got)}, which is not supported. Supported are {supported}; use a model with one of these.");
}

/// <summary>What messages quote, cut to a length that can be read.</summary>
internal static class ErrorText
{
    public static string FirstLine(Exception exception) => Shorten(exception.Message.Split('\n', 2)[0].Trim(), 200).TrimEnd('.');

    public static string Shorten(string text, int most = 80) => text.Length <= most ? text : $"{text[..most]}...";

    /// <summary>Names that a file gives: so many, so long.</summary>
    public static string Quoted(IEnumerable<string> names)
    {
        const int Most = 20;
        string[] quoted = [.. names.Take(Most + 1).Select(name => $"'{Shorten(name)}'")];
        return quoted.Length <= Most ? string.Join(", ", quoted) : $"{string.Join(", ", quoted[..Most])} and more";
    }
}
