using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>How questions and right answers are written down, and with that how answers are scored.</summary>
internal enum QuestionFormat
{
    /// <summary>Ours: <c>{"image", "question", "answer", "kind"?}</c>, one a line. An answer is right word for word.</summary>
    Jsonl,

    /// <summary>POPE: <c>{"question_id", "image", "text", "label"}</c>, one a line; the label is yes or no.</summary>
    Pope,

    /// <summary>VQAv2: a file of questions and a file of annotations with ten people's answers each.</summary>
    Vqa,

    /// <summary>TextVQA, ten people's answers each.</summary>
    TextVqa,

    /// <summary>GQA, one answer each.</summary>
    Gqa,

    /// <summary>MME: two questions an image that expect yes or no.</summary>
    Mme,

    /// <summary>MMBench: options by letters.</summary>
    MmBench,

    /// <summary>MMMU: options by letters, or an open answer.</summary>
    Mmmu,

    /// <summary>ScienceQA: options by letters.</summary>
    ScienceQa,

    /// <summary>SEED-Bench: options by letters.</summary>
    Seed,
}

/// <summary>The names of the formats, and which one a file looks like.</summary>
internal static class QuestionFormats
{
    /// <summary>What they are called on the command line.</summary>
    public static Choices<QuestionFormat> Names { get; } = new(
        ("jsonl", QuestionFormat.Jsonl),
        ("pope", QuestionFormat.Pope),
        ("vqa", QuestionFormat.Vqa),
        ("textvqa", QuestionFormat.TextVqa),
        ("gqa", QuestionFormat.Gqa),
        ("mme", QuestionFormat.Mme),
        ("mmbench", QuestionFormat.MmBench),
        ("mmmu", QuestionFormat.Mmmu),
        ("scienceqa", QuestionFormat.ScienceQa),
        ("seed", QuestionFormat.Seed));

    /// <summary>
    /// Looks at the properties of the first JSON object: "questions" makes it VQAv2, "text" with "label" or "question_id" POPE. Anything
    /// else, broken
    /// files included, is ours, whose reader says what is wrong with it.
    /// </summary>
    /// <exception cref="UsageException">The file is missing or cannot be read.</exception>
    public static QuestionFormat Detect(string path)
    {
        HashSet<string> properties = FirstProperties(JsonRecords.ReadFile(path, "--questions"));
        return properties.Contains("questions") ? QuestionFormat.Vqa
            : properties.Contains("text") && (properties.Contains("label") || properties.Contains("question_id")) ? QuestionFormat.Pope
            : QuestionFormat.Jsonl;
    }

    private static HashSet<string> FirstProperties(ReadOnlySpan<byte> json)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        Utf8JsonReader reader = new(json, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0))
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    names.Add(reader.GetString()!);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What was seen before the damage decides; the reader of that format reports the damage with its line.
        }

        return names;
    }
}
