using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>
/// Reads questions.jsonl: one JSON object a line, <c>{"image": ..., "question": ..., "answer"?: ..., "kind"?: ...}</c>. Blank lines are
/// skipped, further properties ignored.
/// </summary>
internal static class QuestionFile
{
    /// <summary>Reads the questions in the order of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">At most so many are read; null = all.</param>
    /// <exception cref="UsageException">The file is missing, is not JSON lines, or holds no question.</exception>
    public static IReadOnlyList<Question> Read(string path, int? limit = null)
    {
        List<Question> questions = [];
        int lineNumber = 0;
        foreach (string line in Lines(path))
        {
            lineNumber++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            questions.Add(Parse(path, lineNumber, line));
            if (questions.Count == limit)
            {
                break;
            }
        }

        return questions.Count > 0 ? questions : throw Throw.NoQuestions(path);
    }

    private static string[] Lines(string path)
    {
        if (!File.Exists(path))
        {
            throw Throw.MissingQuestionFile(path);
        }

        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.UnreadableQuestionFile(path, e);
        }
    }

    private static Question Parse(string path, int lineNumber, string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Throw.QuestionIsNoObject(path, lineNumber, root.ValueKind);
            }

            string? image = Text(root, "image", path, lineNumber);
            string? question = Text(root, "question", path, lineNumber);
            if (string.IsNullOrWhiteSpace(image))
            {
                throw Throw.QuestionLacksProperty(path, lineNumber, "image");
            }

            if (question is null)
            {
                throw Throw.QuestionLacksProperty(path, lineNumber, "question");
            }

            return new Question(lineNumber, image, question, Text(root, "answer", path, lineNumber), Text(root, "kind", path, lineNumber));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: half a surrogate pair, escaped.
            throw Throw.QuestionIsNoJson(path, lineNumber, e);
        }
    }

    private static string? Text(JsonElement root, string name, string path, int lineNumber)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw Throw.QuestionPropertyIsNoText(path, lineNumber, name, value.ValueKind);
    }
}
