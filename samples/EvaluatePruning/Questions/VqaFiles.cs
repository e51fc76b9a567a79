using System.Globalization;
using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>
/// Reads the pair of files of VQAv2 (Goyal et al., CVPR 2017): <c>{"data_subtype": "val2014", "questions": [{"image_id", "question",
/// "question_id"}]}</c> and <c>{"annotations": [{"question_id", "answers": [{"answer"} ...], "multiple_choice_answer", "answer_type"}]}</c>.
/// Images have the names of COCO, COCO_val2014_000000262148.jpg. Ids are read as numbers only.
/// </summary>
internal static class VqaFiles
{
    private const string DefaultPart = "val2014";
    private const string QuestionExample = """{"image_id": 262148, "question": "Where is he looking?", "question_id": 262148000}""";
    private const string AnnotationExample =
        """{"question_id": 262148000, "multiple_choice_answer": "down", "answers": [{"answer": "down"}]}""";

    /// <summary>Reads the questions in the order of their file.</summary>
    /// <exception cref="UsageException">A file is missing or broken, holds no question, or a question has no annotation.</exception>
    public static IReadOnlyList<ReferenceQuestion> Read(string path, string annotationsPath, int? limit)
    {
        List<(long Id, long Image, string Text, int Line)> asked = [];
        IReadOnlyDictionary<string, string> properties = JsonRecords.Array(
            path, JsonRecords.ReadFile(path, "--questions"), "questions", QuestionExample, record =>
            {
                asked.Add((
                    record.RequiredNumber("question_id"), record.RequiredNumber("image_id"), record.RequiredText("question"), record.Line));
                return asked.Count != limit;
            });
        if (asked.Count == 0)
        {
            throw Throw.NoRecords(path, QuestionExample);
        }

        string part = properties.GetValueOrDefault("data_subtype", DefaultPart);
        if (!part.All(char.IsAsciiLetterOrDigit))
        {
            throw Throw.BadDataSubtype(path, part);
        }

        Dictionary<long, Annotation> annotations = ReadAnnotations(annotationsPath, [.. asked.Select(question => question.Id)]);
        return
        [
            .. asked.Select(question => annotations.TryGetValue(question.Id, out Annotation? annotation)
                ? new ReferenceQuestion(
                    ImageName(part, question.Image), question.Text, annotation.Expected, annotation.Kind, annotation.Answers)
                : throw Throw.NoAnnotation(path, question.Line, question.Id, annotationsPath)),
        ];
    }

    private static string ImageName(string part, long id) => string.Create(CultureInfo.InvariantCulture, $"COCO_{part}_{id:D12}.jpg");

    private static Dictionary<long, Annotation> ReadAnnotations(string path, HashSet<long> wanted)
    {
        Dictionary<long, Annotation> annotations = [];
        JsonRecords.Array(path, JsonRecords.ReadFile(path, "--annotations"), "annotations", AnnotationExample, record =>
        {
            long id = record.RequiredNumber("question_id");
            if (wanted.Contains(id) && !annotations.TryAdd(id, ReadAnnotation(record)))
            {
                throw Throw.AnnotatedTwice(record, id);
            }

            return annotations.Count != wanted.Count;
        });
        return annotations;
    }

    private static Annotation ReadAnnotation(JsonRecord record)
    {
        JsonElement list = record.Find("answers") ?? throw Throw.RecordLacks(record, "answers");
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw Throw.RecordProperty(record, "answers", list, "an array of at least one answer");
        }

        string[] answers =
        [
            .. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object
                ? (record with { Json = item }).Text("answer") ?? throw Throw.RecordLacks(record, "answers[].answer")
                : throw Throw.RecordProperty(record, "answers", item, "an array of objects")),
        ];
        return new Annotation(record.Text("multiple_choice_answer") ?? answers[0], record.Text("answer_type") ?? "", answers);
    }

    private sealed record Annotation(string Expected, string Kind, IReadOnlyList<string> Answers);
}
