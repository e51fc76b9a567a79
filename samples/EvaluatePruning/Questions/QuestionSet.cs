namespace ZooPrune.Samples;

/// <summary>The questions of an evaluation.</summary>
/// <param name="Format">How they were written down.</param>
/// <param name="Files">The files they come from, the questions first.</param>
/// <param name="Questions">At least one, in the order of the file.</param>
internal sealed record QuestionSet(QuestionFormat Format, IReadOnlyList<string> Files, IReadOnlyList<ReferenceQuestion> Questions)
{
    /// <summary>Reads the questions.</summary>
    /// <param name="path">The questions file.</param>
    /// <param name="annotations">The annotations file of VQAv2; null = none given.</param>
    /// <param name="format">The format; null = what the file looks like.</param>
    /// <param name="limit">At most so many questions; null = all.</param>
    /// <exception cref="UsageException">A file is missing or no good, or the annotations do not go with the format.</exception>
    public static QuestionSet Read(string path, string? annotations, QuestionFormat? format, int? limit)
    {
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
            _ => new QuestionSet(read, [path], Own(path, limit)),
        };
    }

    private static IReadOnlyList<ReferenceQuestion> Own(string path, int? limit) =>
        [.. QuestionFile.Read(path, limit).Select(question => new ReferenceQuestion(
            question.Image,
            question.Text,
            question.Expected ?? throw Throw.QuestionLacksProperty(path, question.Line, "answer"),
            question.Kind ?? "",
            []))];
}
