using System.CommandLine;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class EvaluateCommand
{
    private const string All = "all";
    private const string Both = "both";
    private const string Auto = "auto";
    private const string DefaultKeep = "192,128,64,32,16";
    private const int DefaultSeeds = 3;

    private static readonly Option<string?> Model = TextOption.Create(
        "--model", "FOLDER", "Model folder in Hugging Face layout. Default: models/shapes-vlm.");
    private static readonly Option<string?> Questions = TextOption.Create(
        "--questions", "FILE", "Questions with answers: one JSON object a line, POPE's files, or VQAv2's. Default: the held-out questions of the model.");
    private static readonly Option<string?> Annotations = TextOption.Create(
        "--annotations", "FILE", "The annotations that go with VQAv2's questions.");
    private static readonly Option<string?> Format = TextOption.Create(
        "--format", "FORMAT", $"Format of the questions: {Auto}, {QuestionFormats.Names}. Default: {Auto}, what the file looks like.");
    private static readonly Option<string?> Images = TextOption.Create(
        "--images", "FOLDER", "Folder of the images. Default: where the questions file lies.");
    private static readonly Option<string?> Instruction = TextOption.Create(
        "--instruction", "TEXT", "Added to every question on a line of its own, such as \"Answer the question using a single word or phrase.\" Default: nothing.");
    private static readonly Option<string?> Limit = TextOption.Create(
        "--limit", "N", "Use the first N questions only. Default: all.");
    private static readonly Option<string?> Keep = TextOption.Create(
        "--keep", "LIST", $"Budgets, numbers or percentages, separated by commas. Default: {DefaultKeep}.");
    private static readonly Option<string?> Methods = TextOption.Create(
        "--methods", "LIST", $"Methods separated by commas: {Candidate.Names}. Default: {All}.");
    private static readonly Option<string?> Positions = TextOption.Create(
        "--positions", "MODE",
        $"Positions of the kept tokens: {Names.Positions}, {Both} (original and compact). "
            + $"Default: {Auto}, which is the model's own.");
    private static readonly Option<string?> Seeds = TextOption.Create(
        "--seeds", "N", $"How often random selection is repeated; the mean counts. Default: {DefaultSeeds}.");
    private static readonly Option<string?> Workers = TextOption.Create(
        "--workers", "N", "Images worked on at a time, one thread each. Default: the number of processors.");
    private static readonly Option<string?> Json = TextOption.Create(
        "--json", "FILE", "Write all figures to FILE as JSON.");
    private static readonly Option<string?> Markdown = TextOption.Create(
        "--markdown", "FILE", "Write the tables to FILE as Markdown.");
    private static readonly Option<string?> Chart = TextOption.Create(
        "--chart", "FILE", "Write a chart, accuracy against budget, to FILE as SVG; that of a second position mode beside it, with its name.");
    private static readonly Option<string?> Resume = TextOption.Create(
        "--resume", "FILE", "Journal of the answers: an interrupted run goes on from it. It is kept; run again, and the reports are made anew "
            + "without asking. Default: the JSON file's name with .journal, removed when all is done; none without --json.");

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create() => new(
        "Measures what pruning costs: how well a model answers the questions of a file, for every method and budget, with 95 % intervals, "
        + "agreement with the unpruned answers, and times.")
    {
        Model, Questions, Annotations, Format, Images, Instruction, Limit, Keep, Methods, Positions, Seeds, Workers, Json, Markdown, Chart, Resume,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public static EvaluateOptions ToOptions(ParseResult line)
    {
        int seeds = Number(line, Seeds) ?? DefaultSeeds;
        EvaluateOptions options = new()
        {
            Model = TextOption.Value(line, Model),
            Images = TextOption.Value(line, Images),
            Questions = TextOption.Value(line, Questions),
            Annotations = TextOption.Value(line, Annotations),
            Format = ParseFormat(TextOption.Value(line, Format) ?? Auto),
            Instruction = TextOption.Value(line, Instruction),
            Limit = Number(line, Limit),
            Budgets = [.. Parts(TextOption.Value(line, Keep) ?? DefaultKeep).Select(Budget.Parse).Distinct()],
            Candidates = [.. ParseMethods(TextOption.Value(line, Methods) ?? All).Distinct().Select(candidate => WithSeeds(candidate, seeds))],
            Positions = ParsePositions(TextOption.Value(line, Positions) ?? Auto),
            Workers = Number(line, Workers) ?? Environment.ProcessorCount,
            Json = TextOption.Value(line, Json),
            Markdown = TextOption.Value(line, Markdown),
            Chart = TextOption.Value(line, Chart),
            Resume = TextOption.Value(line, Resume),
        };

        OutputFile.Check(Json.Name, options.Json);
        OutputFile.Check(Markdown.Name, options.Markdown);
        OutputFile.Check(Chart.Name, options.Chart);
        OutputFile.Check(Resume.Name, options.Resume);
        return options;
    }

    private static int? Number(ParseResult line, Option<string?> option) =>
        TextOption.Value(line, option) is { } number ? WholeNumber.Parse(option.Name, number, atLeast: 1) : null;

    private static QuestionFormat? ParseFormat(string text) =>
        text.Equals(Auto, StringComparison.OrdinalIgnoreCase) ? null : QuestionFormats.Names.Parse(Format.Name, text);

    private static Candidate WithSeeds(Candidate candidate, int seeds) =>
        candidate.Selection == SelectionMethod.Random ? candidate with { Seeds = seeds } : candidate;

    private static IReadOnlyList<Candidate> ParseMethods(string text) => text.Equals(All, StringComparison.OrdinalIgnoreCase)
        ? Candidate.All
        : [.. Parts(text).Select(name => Candidate.Names.Parse(Methods.Name, name))];

    private static IReadOnlyList<PositionMode> ParsePositions(string text) => text.Equals(Both, StringComparison.OrdinalIgnoreCase)
        ? [PositionMode.KeepOriginal, PositionMode.Compact]
        : [Names.Positions.Parse(Positions.Name, text)];

    private static IEnumerable<string> Parts(string list) => list.Split(',', StringSplitOptions.TrimEntries);
}
