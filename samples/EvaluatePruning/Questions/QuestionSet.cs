namespace ZooPrune.Samples;

/// <summary>The questions of an evaluation.</summary>
/// <param name="Format">How they were written down.</param>
/// <param name="Files">The files they come from, the questions first.</param>
/// <param name="Questions">At least one, in the order of the file.</param>
internal sealed record QuestionSet(QuestionFormat Format, IReadOnlyList<string> Files, IReadOnlyList<ReferenceQuestion> Questions)
    : IDisposable
{
    /// <summary>The images, where the questions came with them; null where they lie in a folder.</summary>
    public ImageStore? Store { get; init; }

    /// <summary>What should be said about what was read.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Where an image is: in the folder, unless it is an address, which is no path.</summary>
    public static string PathOf(string folder, string image) =>
        image.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || image.Contains("://", StringComparison.Ordinal)
            ? image
            : Path.Combine(folder, image);

    /// <summary>Reads the questions.</summary>
    /// <param name="path">The questions file.</param>
    /// <param name="annotations">The annotations file of VQAv2; null = none given.</param>
    /// <param name="format">The format; null = what the file looks like.</param>
    /// <param name="limit">At most so many questions; null = all.</param>
    /// <param name="imageTable">Of GQA in Parquet the table with its images.</param>
    /// <exception cref="UsageException">A file is missing or no good, or the annotations do not go with the format.</exception>
    public static QuestionSet Read(string path, string? annotations, QuestionFormat? format, int? limit, string? imageTable = null)
    {
        if (ParquetRows.AreAt(path))
        {
            return annotations is null
                ? Benchmarks.Read(path, format ?? Benchmarks.Detect(path), imageTable, limit)
                : throw Throw.AnnotationsWithout(path, "Parquet");
        }

        QuestionFormat read = format ?? QuestionFormats.Detect(path);
        if (read == QuestionFormat.Vqa && annotations is null)
        {
            throw Throw.NoAnnotations(path);
        }

        if (read != QuestionFormat.Vqa && annotations is not null)
        {
            throw Throw.AnnotationsWithout(path, QuestionFormats.Names.NameOf(read));
        }

        return read switch
        {
            QuestionFormat.Pope => new QuestionSet(read, [path], PopeFile.Read(path, limit)),
            QuestionFormat.Vqa => new QuestionSet(read, [path, annotations!], VqaFiles.Read(path, annotations!, limit)),
            QuestionFormat.Jsonl => new QuestionSet(read, [path], Own(path, limit)),
            _ => throw Throw.BenchmarkIsNoParquet(path, QuestionFormats.Names.NameOf(read)),
        };
    }

    public void Dispose() => Store?.Dispose();

    private static IReadOnlyList<ReferenceQuestion> Own(string path, int? limit) =>
        [.. QuestionFile.Read(path, limit).Select(question => new ReferenceQuestion(
            question.Image,
            question.Text,
            question.Expected ?? throw Throw.QuestionLacksProperty(path, question.Line, "answer"),
            question.Kind ?? "",
            []))];
}

/// <summary>A question with the answers it is scored against.</summary>
/// <param name="Image">Path of the image, relative to the image folder.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Expected">The one right answer, or the one that most people gave.</param>
/// <param name="Kind">The kind of question; empty if the file names none.</param>
/// <param name="PeopleAnswers">What people answered, where the format has it; empty otherwise.</param>
internal sealed record ReferenceQuestion(
    string Image, string Text, string Expected, string Kind, IReadOnlyList<string> PeopleAnswers)
{
    /// <summary>The options that are offered as A, B, C, ...; empty for a question without.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>True for a question expecting yes, false for one expecting no, null for any other.</summary>
    public bool? ExpectsYes { get; } =
        ExactMatch.Holds(Expected, "yes") ? true : ExactMatch.Holds(Expected, "no") ? false : null;
}

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
