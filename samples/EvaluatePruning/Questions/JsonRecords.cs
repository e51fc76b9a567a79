using System.Text.Json;
using System.Text.Unicode;

namespace ZooPrune.Samples;

/// <summary>Reads the JSON objects of a file one by one, with the line each begins in.</summary>
internal static class JsonRecords
{
    /// <summary>All bytes of a file, without a byte order mark; they are UTF-8.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that named it, for the message.</param>
    /// <exception cref="UsageException">It is missing, cannot be read, or is not UTF-8.</exception>
    public static byte[] ReadFile(string path, string option)
    {
        try
        {
            byte[] bytes = RegularFile.KindOf(path) == FileKind.Empty ? [] : RegularFile.ReadAll(path, int.MaxValue);
            ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
            CheckUtf8(path, bytes);
            return bytes.AsSpan().StartsWith(mark) ? bytes[3..] : bytes;
        }
        catch (FileNotFoundException)
        {
            throw option == "--questions" ? Throw.MissingQuestionFile(path) : Throw.MissingInputFile(option, path);
        }
        catch (IOException e)
        {
            throw option == "--questions" ? Throw.UnreadableQuestionFile(path, e) : Throw.UnreadableInputFile(option, path, e);
        }
    }

    /// <summary>The objects of a file with one a line; blank lines are skipped.</summary>
    /// <exception cref="UsageException">A line is no JSON object.</exception>
    public static IEnumerable<JsonRecord> Lines(string path, byte[] bytes, string example)
    {
        int line = 0;
        for (int start = 0; start < bytes.Length;)
        {
            line++;
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            int end = length < 0 ? bytes.Length : start + length;
            ReadOnlyMemory<byte> text = bytes.AsMemory(start, end - start);
            start = end + 1;
            if (text.Span.Trim(" \t\r"u8).Length > 0)
            {
                yield return OneLine(path, line, text, example);
            }
        }
    }

    /// <summary>The objects of the array that is the property <paramref name="name"/> of the file's only object.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="name">The property.</param>
    /// <param name="example">What an object of the array looks like, for messages.</param>
    /// <param name="visit">Takes each object in turn; false ends the reading.</param>
    /// <returns>The other properties that stand before the array and are texts.</returns>
    /// <exception cref="UsageException">The file is no such JSON.</exception>
    public static IReadOnlyDictionary<string, string> Array(
        string path, ReadOnlySpan<byte> bytes, string name, string example, Func<JsonRecord, bool> visit)
    {
        Dictionary<string, string> texts = [];
        Utf8JsonReader reader = new(bytes);
        LineCounter lines = new(bytes);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw Throw.NoArray(path, name, example);
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string property = reader.GetString()!;
                reader.Read();
                if (property == name)
                {
                    Elements(ref reader, ref lines, path, name, example, visit);
                    return texts;
                }

                if (reader.TokenType == JsonTokenType.String)
                {
                    texts[property] = reader.GetString()!;
                }

                reader.Skip();
            }
        }
        catch (JsonException e)
        {
            throw Throw.RecordIsNoJson(path, (int)(e.LineNumber ?? 0) + 1, example, e);
        }
        catch (InvalidOperationException e)
        {
            throw Throw.RecordIsNoJson(path, lines.LineAt(reader.TokenStartIndex), example, e);
        }

        throw Throw.NoArray(path, name, example);
    }

    private static void CheckUtf8(string path, ReadOnlySpan<byte> bytes)
    {
        int line = 0;
        foreach (Range part in bytes.Split((byte)'\n'))
        {
            line++;
            if (!Utf8.IsValid(bytes[part]))
            {
                throw Throw.NotUtf8(path, line);
            }
        }
    }

    private static void Elements(
        ref Utf8JsonReader reader, ref LineCounter lines, string path, string name, string example, Func<JsonRecord, bool> visit)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Throw.NoArray(path, name, example);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int line = lines.LineAt(reader.TokenStartIndex);
            using var element = JsonDocument.ParseValue(ref reader);
            if (element.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Throw.RecordIsNoObject(path, line, element.RootElement.ValueKind, example);
            }

            if (!visit(new JsonRecord(path, line, element.RootElement, example)))
            {
                return;
            }
        }
    }

    private static JsonRecord OneLine(string path, int line, ReadOnlyMemory<byte> text, string example)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonRecord(path, line, document.RootElement.Clone(), example)
                : throw Throw.RecordIsNoObject(path, line, document.RootElement.ValueKind, example);
        }
        catch (JsonException e)
        {
            throw Throw.RecordIsNoJson(path, line, example, e);
        }
    }

    // Counts line ends as far as it was asked, so that a long file is gone through once.
    private ref struct LineCounter(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _counted;
        private int _line = 1;

        public int LineAt(long position)
        {
            int end = Math.Max((int)position, _counted);
            _line += _bytes[_counted..end].Count((byte)'\n');
            _counted = end;
            return _line;
        }
    }
}

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
