using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>
/// Reads questions.jsonl: one JSON object a line, <c>{"image": ..., "question": ..., "answer"?: ..., "kind"?: ...}</c>. Blank lines are
/// skipped, further properties ignored.
/// </summary>
internal static class QuestionFile
{
    private const int MostBytes = 1 << 30;

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
        try
        {
            return RegularFile.KindOf(path) == FileKind.Empty ? [] : [.. RegularFile.ReadLines(path, MostBytes)];
        }
        catch (FileNotFoundException)
        {
            throw Throw.MissingQuestionFile(path);
        }
        catch (IOException e)
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

/// <summary>One line of a questions file.</summary>
/// <param name="Line">Line number in the file, from 1; 0 = the question comes from the command line.</param>
/// <param name="Image">Path of the image, relative to the image folder.</param>
/// <param name="Text">What is asked; may be empty, which the model refuses for that row.</param>
/// <param name="Expected">The right answer, or null if the file does not give it.</param>
/// <param name="Kind">The kind of question, or null.</param>
internal sealed record Question(int Line, string Image, string Text, string? Expected = null, string? Kind = null)
{
    /// <summary>Where the question stands, for messages.</summary>
    public string Place => Line > 0 ? $"line {Line}, {Image}" : Image;
}

/// <summary>The measure of both programs: the answer, word for word. Case, surrounding space and a final full stop do not count.</summary>
internal static class ExactMatch
{
    /// <summary>Whether <paramref name="answer"/> says the same as <paramref name="expected"/>.</summary>
    public static bool Holds(string answer, string expected) =>
        string.Equals(Normalize(answer), Normalize(expected), StringComparison.OrdinalIgnoreCase);

    private static string Normalize(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
}
