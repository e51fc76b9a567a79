using System.Text.RegularExpressions;

namespace ZooPrune.Samples;

/// <summary>
/// Benchmarks as the hub has them in Parquet, images inside: MMMU (MMMU/MMMU), MMBench, ScienceQA, TextVQA, GQA, MME, SEED-Bench, POPE and
/// VQAv2 (lmms-lab's). A row becomes a question in the words of LLaVA's scripts.
/// </summary>
internal static partial class Benchmarks
{
    private const string LetterOnly = "Answer with the option's letter from the given choices directly.";
    private const string WordOnly = "Answer the question using a single word or phrase.";

    // By the columns that tell a benchmark from the others, the surest first.
    private static readonly (QuestionFormat Format, string[] Columns)[] Signs =
    [
        (QuestionFormat.Mmmu, ["question", "options", "answer", "image_1"]),
        (QuestionFormat.ScienceQa, ["question", "choices", "answer", "image", "lecture"]),
        (QuestionFormat.Seed, ["question", "choice_a", "choice_b", "answer", "image"]),
        (QuestionFormat.MmBench, ["question", "A", "B", "answer", "image"]),
        (QuestionFormat.Vqa, ["question", "answers", "multiple_choice_answer", "image"]),
        (QuestionFormat.TextVqa, ["question", "answers", "image"]),
        (QuestionFormat.Gqa, ["question", "answer", "imageId"]),
        (QuestionFormat.Pope, ["question", "answer", "image", "image_source"]),
        (QuestionFormat.Mme, ["question", "answer", "image", "category"]),
    ];

    /// <summary>The benchmark that a table looks like.</summary>
    /// <exception cref="UsageException">It is none of them, or no Parquet.</exception>
    public static QuestionFormat Detect(string path)
    {
        IReadOnlyList<string> columns = ParquetRows.ColumnsOf(ParquetRows.FilesOf(path)[0]);
        foreach ((QuestionFormat format, string[] signs) in Signs)
        {
            if (signs.All(columns.Contains))
            {
                return format;
            }
        }

        throw Throw.UnknownBenchmark(path, columns);
    }

    /// <summary>Reads a benchmark.</summary>
    /// <param name="path">The table: a file or a folder of files.</param>
    /// <param name="format">Which one it is.</param>
    /// <param name="imageTable">Of GQA the table with its images, or the folder that they are in; null = where the questions lie.</param>
    /// <param name="limit">At most so many questions; null = all.</param>
    /// <exception cref="UsageException">A file is missing or no good, or there is no question with an image.</exception>
    public static QuestionSet Read(string path, QuestionFormat format, string? imageTable, int? limit)
    {
        ImageStore store = new();
        try
        {
            List<ReferenceQuestion> questions = [];
            Dictionary<string, int> left = [];
            foreach (ParquetRecord record in ParquetRows.Read(path))
            {
                if (questions.Count == limit)
                {
                    break;
                }

                if (format == QuestionFormat.Gqa)
                {
                    questions.Add(new(
                        $"{record.RequiredText("imageId")}.jpg", record.RequiredText("question"), record.RequiredText("answer"), "", []));
                    continue;
                }

                (byte[]? Bytes, string? Path)[] images = [.. ImagesOf(record, format)];
                if (images is not [var image] || (image.Bytes is null && image.Path is null))
                {
                    string why = images.Length == 0 ? "without an image" : "about several images";
                    left[why] = left.GetValueOrDefault(why) + 1;
                    continue;
                }

                questions.Add(Question(record, format) with { Image = image.Bytes is { } bytes ? store.Add(bytes) : image.Path! });
            }

            IReadOnlyList<string> files = ParquetRows.FilesOf(path);
            if (format == QuestionFormat.Gqa && imageTable is not null && ParquetRows.AreAt(imageTable))
            {
                AddImages(imageTable, questions, store);
                files = [.. files, .. ParquetRows.FilesOf(imageTable)];
            }

            return questions.Count == 0
                ? throw Throw.NoBenchmarkQuestions(path)
                : new QuestionSet(format, files, questions)
                {
                    Store = store.IsEmpty ? null : store,
                    Notes = [.. left.Select(why => FormattableString.Invariant($"{why.Value:N0} questions {why.Key} are left out."))],
                };
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static void AddImages(string table, List<ReferenceQuestion> questions, ImageStore store)
    {
        HashSet<string> wanted = [.. questions.Select(question => question.Image)];
        Dictionary<string, string> names = [];
        foreach (ParquetRecord record in ParquetRows.Read(table))
        {
            string name = $"{record.RequiredText("id")}.jpg";
            if (wanted.Contains(name) && record.Images("image") is [{ Bytes: { } bytes }, ..])
            {
                names[name] = store.Add(bytes);
            }
        }

        for (int i = 0; i < questions.Count; i++)
        {
            questions[i] = questions[i] with
            {
                Image = names.GetValueOrDefault(questions[i].Image) ?? throw Throw.NoBenchmarkImage(table, questions[i].Image),
            };
        }
    }

    private static IEnumerable<(byte[]? Bytes, string? Path)> ImagesOf(ParquetRecord record, QuestionFormat format) =>
        format == QuestionFormat.Mmmu
            ? Enumerable.Range(1, 7).SelectMany(number => record.Images($"image_{number}"))
            : record.Images("image");

    private static ReferenceQuestion Question(ParquetRecord record, QuestionFormat format)
    {
        string text = record.RequiredText("question").Trim();
        switch (format)
        {
            case QuestionFormat.Mmmu:
                IReadOnlyList<string> options = PythonList(record.Text("options") ?? "[]");
                text = ImagePlace().Replace(text, "").Trim();
                return options.Count > 0
                    ? Choice(record, text, null, options, record.RequiredText("answer"), record.Text("subfield"))
                    : new("", $"{text}\n{WordOnly}", record.RequiredText("answer"), record.Text("subfield") ?? "", OpenAnswers(record));
            case QuestionFormat.ScienceQa:
                string number = record.RequiredText("answer");
                return int.TryParse(number, out int index)
                    ? Choice(record, text, record.Text("hint") is { Length: > 0 } hint ? $"Context: {hint}" : null, record.Texts("choices"),
                        ChoiceReading.Letter(index), record.Text("subject"))
                    : throw Throw.ParquetValue(record, "answer", number, "the number of an option, from 0");
            case QuestionFormat.MmBench:
                string[] offered =
                [
                    .. "ABCDEFGH".Select(letter => record.Text($"{letter}") ?? "")
                        .TakeWhile(option => option.Length > 0 && option != "nan"),
                ];
                return Choice(record, text, record.Text("hint") is { Length: > 0 } context and not "nan" ? context : null, offered,
                    record.RequiredText("answer"), record.Text("category"));
            case QuestionFormat.Seed:
                return Choice(record, text, null, [.. "abcd".Select(letter => record.RequiredText($"choice_{letter}"))],
                    record.RequiredText("answer"), record.Text("question_type_id"));
            case QuestionFormat.TextVqa:
            case QuestionFormat.Vqa:
                IReadOnlyList<string> people = record.Texts("answers");
                return people.Count == 0
                    ? throw Throw.ParquetLacks(record, "answers")
                    : new("", text, record.Text("multiple_choice_answer") ?? people[0], record.Text("answer_type") ?? "", people);
            default:
                ReferenceQuestion yesOrNo = new("", text, record.RequiredText("answer"), record.Text("category") ?? "", []);
                return yesOrNo.ExpectsYes is null
                    ? throw Throw.ParquetValue(record, "answer", yesOrNo.Expected, "yes or no")
                    : yesOrNo;
        }
    }

    private static ReferenceQuestion Choice(
        ParquetRecord record, string text, string? context, IReadOnlyList<string> options, string answer, string? kind)
    {
        if (answer is not [>= 'A' and var letter] || letter - 'A' >= options.Count)
        {
            throw Throw.ParquetValue(record, "answer", answer, $"the letter of one of its {options.Count} options");
        }

        IEnumerable<string> lines = options.Select((option, index) => $"{ChoiceReading.Letter(index)}. {option}");
        string asked = string.Join('\n', [.. context is null ? [] : (string[])[context], text, .. lines, LetterOnly]);
        return new("", asked, answer, kind ?? "", [])
        {
            Options = options,
        };
    }

    /// <summary>One answer, or a list of them as Python writes it.</summary>
    private static IReadOnlyList<string> OpenAnswers(ParquetRecord record) =>
        record.RequiredText("answer") is var answer && answer.StartsWith('[') ? PythonList(answer) : [answer];

    /// <summary>Reads ['a', "it's", 'c'].</summary>
    private static IReadOnlyList<string> PythonList(string text)
    {
        return [.. PythonText().Matches(text).Select(found => Escape().Replace(found.Value[1..^1], Unescape))];

        static string Unescape(Match escape) => escape.Value[1] == 'n' ? "\n" : escape.Value[1..];
    }

    [GeneratedRegex(@"<image \d+>")]
    private static partial Regex ImagePlace();

    [GeneratedRegex(@"'(?:[^'\\]|\\.)*'|""(?:[^""\\]|\\.)*""", RegexOptions.Singleline)]
    private static partial Regex PythonText();

    [GeneratedRegex(@"\\['""\\n]")]
    private static partial Regex Escape();
}
