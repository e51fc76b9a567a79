using System.CommandLine;
using System.CommandLine.Help;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class EvaluateCommand
{
    private static readonly IReadOnlyList<KeepBudget> DefaultKeep = [.. ((int[])[192, 128, 64, 32, 16]).Select(KeepBudget.Tokens)];

    private static readonly Choices<OptionChoice> Ways = new(("generate", OptionChoice.Generate), ("logits", OptionChoice.Logits));
    private static readonly Option<string?> Model = ModelLocation.Option();
    private static readonly Option<string?> Questions = TypedOption.Text(
        "--questions", "FILE", "Questions with answers: one JSON object a line, POPE's files, VQAv2's, or a benchmark of the hub in "
            + "Parquet, a file or a folder. Default: the held-out questions of the model.");
    private static readonly Option<string?> Annotations = TypedOption.Text(
        "--annotations", "FILE", "The annotations that go with VQAv2's questions.");
    private static readonly Option<QuestionFormat?> Format = TypedOption.Create<QuestionFormat?>(
        "--format", "FORMAT", $"Format of the questions: auto, {QuestionFormats.Names}. Default: auto, what the file looks like.",
        text => Is(text, "auto") ? null : QuestionFormats.Names.Parse("--format", text));
    private static readonly Option<string?> Images = TypedOption.Text(
        "--images", "FOLDER",
        "Folder of the images; of GQA in Parquet also the table of its images. Default: where the questions file lies, or in it.");
    private static readonly Option<ScoringRule> Scoring = TypedOption.Choice(
        "--scoring", "RULE", $"Whose reading of answers counts: {AnswerMeasure.Rules}. Default: official, that of the benchmark's own "
            + $"script. The "
            + "other is reported beside it where it differs.", AnswerMeasure.Rules);
    private static readonly Option<OptionChoice> ByLogits = TypedOption.Choice(
        "--choices", "WAY", $"How options are chosen: {Ways}. Default: generate, and the letter is read out of the answer; logits: the "
            + $"letter that "
            + "is the likeliest next token.", Ways);
    private static readonly Option<string?> Instruction = TypedOption.Text(
        "--instruction", "TEXT", "Added to every question on a line of its own, such as \"Answer the question using a single word or "
            + "phrase.\" Default: nothing.");
    private static readonly Option<int?> Limit = TypedOption.Number("--limit", "Use the first N questions only. Default: all.");
    private static readonly Option<IReadOnlyList<KeepBudget>?> Keep = TypedOption.CreateList(
        "--keep", "LIST", $"Budgets, numbers or percentages, separated by commas. Default: {string.Join(',', DefaultKeep)}.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<IReadOnlyList<Candidate>?> Methods = TypedOption.Create<IReadOnlyList<Candidate>?>(
        "--methods", "LIST", $"Methods separated by commas: {Candidate.Names}. Default: all.",
        text => Is(text, "all")
            ? Candidate.All
            : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(name => Candidate.Names.Parse("--methods", name))]);
    private static readonly Option<IReadOnlyList<PositionMode>?> Positions = TypedOption.Create<IReadOnlyList<PositionMode>?>(
        "--positions", "MODE",
        $"Positions of the kept tokens: {Names.Positions}, both (original and compact). Default: auto, which is the model's own.",
        text => Is(text, "both") ? [PositionMode.KeepOriginal, PositionMode.Compact] : [Names.Positions.Parse("--positions", text)]);
    private static readonly Option<int> Seeds = TypedOption.Number(
        "--seeds", "How often random selection is repeated; the mean counts.", 1, otherwise: 3, atMost: 1000);
    private static readonly Option<int?> Workers = TypedOption.NumberUpTo(
        "--workers", "Images worked on at a time, one thread each. Default: the number of processors.", 256);
    private static readonly Option<string?> Json = TypedOption.OutputFile("--json", "Write all figures to FILE as JSON.");
    private static readonly Option<string?> Markdown = TypedOption.OutputFile("--markdown", "Write the tables to FILE as Markdown.");
    private static readonly Option<string?> Chart = TypedOption.OutputFile(
        "--chart", "Write a chart, accuracy against budget, to FILE as SVG; that of a second position mode beside it, with its name.");
    private static readonly Option<string?> Resume = TypedOption.OutputFile(
        "--resume", "Journal of the answers: an interrupted run goes on from it. It is kept; run again, and the reports are made anew "
            + "without asking. Default: the JSON file's name with .journal, removed when all is done; none without --json.");

    private static readonly Option<IReadOnlyList<string>?> Compared = TypedOption.CreateList(
        "--compare", "LIST", "Asks nothing: JSON reports of earlier runs, separated by commas, such as three trainings of one model. "
            + "Their figures side by side, mean and range, for --methods, in --markdown and --chart.",
        text => text);

    private static readonly Option<bool> Force = TypedOption.Force();

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create()
    {
        RootCommand command = new(
            "Measures what pruning costs: how well a model answers the questions of a file, for every method and budget, with 95 % "
            + "intervals, agreement with the unpruned answers, and times.")
        {
            Model, Questions, Annotations, Format, Images, Instruction, Scoring, ByLogits, Limit, Keep, Methods, Positions, Seeds, Workers,
            ModelSwitches.ExifOrientation, ModelSwitches.MaxImagePixels, ModelSwitches.MaxPixels, Json, Markdown, Chart,
            Resume, Compared, Force,
        };
        command.Protect(
            Force,
            [Json, Markdown, Chart],
            line =>
            [
                line.Typed(Questions), line.Typed(Annotations), line.Typed(Model), line.Typed(Resume),
                .. line.Typed(Compared)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
            ],
            Resume,
            (line, output, path) => output == Chart && (line.Typed(Compared) ?? line.Typed(Positions)) is { } modes && !IsOneMode(modes)
                ? [EvaluationReports.ChartBeside(path, Names.Positions.NameOf(PositionMode.Compact))]
                : []);
        foreach (Option other in command.Options.Except([Methods, Markdown, Chart, Compared, Force])
            .Where(option => option is not (HelpOption or VersionOption)))
        {
            command.Exclude(other, Compared);
        }

        return command;
    }

    /// <summary>The options that were typed.</summary>
    public static EvaluateOptions ToOptions(ParseResult line)
    {
        int seeds = line.GetValue(Seeds);
        return new()
        {
            Model = line.GetValue(Model),
            Images = line.GetValue(Images),
            Questions = line.GetValue(Questions),
            Annotations = line.GetValue(Annotations),
            Format = line.GetValue(Format),
            Instruction = line.GetValue(Instruction),
            Scoring = line.GetValue(Scoring),
            ByLogits = line.GetValue(ByLogits) == OptionChoice.Logits,
            Limit = line.GetValue(Limit),
            Budgets = [.. (line.GetValue(Keep) ?? DefaultKeep).Distinct()],
            Candidates =
            [
                .. (line.GetValue(Methods) ?? Candidate.All).Distinct()
                    .Select(candidate => candidate.IsRandom ? candidate with { Seeds = seeds } : candidate),
            ],
            HasChosen = line.GetValue(Methods) is not null,
            Compared = line.GetValue(Compared) ?? [],
            Positions = line.GetValue(Positions) ?? [PositionMode.Auto],
            Workers = line.GetValue(Workers) ?? Environment.ProcessorCount,
            Running = ModelSwitches.Read(line) with { Threads = 1 },
            Json = line.GetValue(Json),
            Markdown = line.GetValue(Markdown),
            Chart = line.GetValue(Chart),
            Resume = line.GetValue(Resume),
        };
    }

    // A comparison may have both; what is in it is not read yet.
    private static bool IsOneMode(string typed) => Names.Positions.Words.Any(word => Is(typed, word));

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How an option is chosen.</summary>
internal enum OptionChoice
{
    /// <summary>An answer is generated, and the letter is read out of it.</summary>
    Generate,

    /// <summary>The letter that is the likeliest next token.</summary>
    Logits,
}

/// <summary>What the user asked for, checked as far as it can be without opening a file.</summary>
internal sealed record EvaluateOptions
{
    /// <summary>The model folder; null = the one that comes with the repository.</summary>
    public string? Model { get; init; }

    /// <summary>The folder that images lie in; null = where the questions file lies.</summary>
    public string? Images { get; init; }

    /// <summary>The questions file; null = the model's held-out questions.</summary>
    public string? Questions { get; init; }

    /// <summary>The annotations file of VQAv2; null = none.</summary>
    public string? Annotations { get; init; }

    /// <summary>The format of the questions; null = what they look like.</summary>
    public QuestionFormat? Format { get; init; }

    /// <summary>What is added to every question, on a line of its own; null = nothing.</summary>
    public string? Instruction { get; init; }

    /// <summary>Whose reading of answers counts.</summary>
    public ScoringRule Scoring { get; init; }

    /// <summary>Whether options are chosen by the logits of their letters; otherwise an answer is generated and read.</summary>
    public bool ByLogits { get; init; }

    /// <summary>At most so many questions; null = all.</summary>
    public int? Limit { get; init; }

    /// <summary>The budgets compared; each once.</summary>
    public required IReadOnlyList<KeepBudget> Budgets { get; init; }

    /// <summary>The methods compared; each once.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>Whether the methods were chosen by the user.</summary>
    public bool HasChosen { get; init; }

    /// <summary>Reports that are laid side by side instead of asking; empty = none.</summary>
    public IReadOnlyList<string> Compared { get; init; } = [];

    /// <summary>The position modes compared.</summary>
    public required IReadOnlyList<PositionMode> Positions { get; init; }

    /// <summary>How many images are worked on at a time, one thread each.</summary>
    public int Workers { get; init; }

    /// <summary>How the model runs, but for <see cref="Positions"/>.</summary>
    public VisionLanguageModelOptions Running { get; init; } = new() { Threads = 1 };

    /// <summary>Where the figures are written as JSON; null = nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>Where the tables are written as Markdown; null = nowhere.</summary>
    public string? Markdown { get; init; }

    /// <summary>Where the chart is written as SVG; null = nowhere.</summary>
    public string? Chart { get; init; }

    /// <summary>The journal the user named, which is kept; null = none named.</summary>
    public string? Resume { get; init; }

    /// <summary>The journal: the one named, otherwise one beside the JSON file; null = none.</summary>
    public string? Journal => Resume ?? (Json is null ? null : Json + ".journal");
}
