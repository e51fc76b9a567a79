namespace ZooPrune.Samples;

/// <summary>
/// Reads POPE's questions (Li et al., EMNLP 2023): one JSON object a line,
/// <c>{"question_id": 1, "image": "COCO_val2014_000000310196.jpg", "text": "Is there a dog in the image?", "label": "yes"}</c>.
/// </summary>
internal static class PopeFile
{
    private const string Example = """{"question_id": 1, "image": "a.jpg", "text": "Is there a dog in the image?", "label": "yes"}""";

    /// <summary>Reads the questions in the order of the file.</summary>
    /// <exception cref="UsageException">The file is missing, broken, or holds no question.</exception>
    public static IReadOnlyList<ReferenceQuestion> Read(string path, int? limit)
    {
        ReferenceQuestion[] questions =
        [
            .. JsonRecords.Lines(path, JsonRecords.ReadFile(path, "--questions"), Example).Take(limit ?? int.MaxValue).Select(Question),
        ];
        return questions.Length > 0 ? questions : throw Throw.NoRecords(path, Example);
    }

    private static ReferenceQuestion Question(JsonRecord record)
    {
        string label = record.RequiredText("label");
        ReferenceQuestion question = new(record.RequiredText("image"), record.RequiredText("text"), label, "", []);
        return question.ExpectsYes is null ? throw Throw.LabelIsNeither(record, label) : question;
    }
}
