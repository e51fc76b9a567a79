using System.CommandLine;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class EvaluateCommand
{
    private const string All = "all";
    private const string Both = "both";
    private const string DefaultKeep = "192,128,64,32";

    private static readonly Option<string?> Model = TextOption.Create(
        "--model", "FOLDER", "Model folder in Hugging Face layout. Default: models/shapes-vlm.");
    private static readonly Option<string?> Questions = TextOption.Create(
        "--questions", "FILE", "Questions with answers, one JSON object a line. Default: the held-out questions of the model.");
    private static readonly Option<string?> Images = TextOption.Create(
        "--images", "FOLDER", "Folder of the images. Default: where the questions file lies.");
    private static readonly Option<string?> Limit = TextOption.Create(
        "--limit", "N", "Use the first N questions only. Default: all.");
    private static readonly Option<string?> Keep = TextOption.Create(
        "--keep", "LIST", $"Budgets, numbers or percentages, separated by commas. Default: {DefaultKeep}.");
    private static readonly Option<string?> Methods = TextOption.Create(
        "--methods", "LIST", $"Methods separated by commas: {Candidate.Names}. Default: {All}.");
    private static readonly Option<string?> Positions = TextOption.Create(
        "--positions", "MODE",
        $"Positions of the kept tokens: {Names.Positions}, {Both} (compact and original). "
            + "Default: auto, which is the model's own.");
    private static readonly Option<string?> Workers = TextOption.Create(
        "--workers", "N", "Images worked on at a time, one thread each. Default: the number of processors.");
    private static readonly Option<string?> Json = TextOption.Create(
        "--json", "FILE", "Write all figures to FILE as JSON.");
    private static readonly Option<string?> Markdown = TextOption.Create(
        "--markdown", "FILE", "Write the tables to FILE as Markdown.");

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create() => new(
        "Measures what pruning costs: exact answers of a model over a questions file, for every method and budget, "
        + "with 95 % intervals and times.")
    {
        Model, Questions, Images, Limit, Keep, Methods, Positions, Workers, Json, Markdown,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public static EvaluateOptions ToOptions(ParseResult line)
    {
        EvaluateOptions options = new()
        {
            Model = TextOption.Value(line, Model),
            Images = TextOption.Value(line, Images),
            Questions = TextOption.Value(line, Questions),
            Limit = TextOption.Value(line, Limit) is { } limit ? WholeNumber.Parse(Limit.Name, limit, atLeast: 1) : null,
            Budgets = [.. Parts(TextOption.Value(line, Keep) ?? DefaultKeep).Select(Budget.Parse)],
            Candidates = ParseMethods(TextOption.Value(line, Methods) ?? All),
            Positions = ParsePositions(TextOption.Value(line, Positions) ?? "auto"),
            Workers = TextOption.Value(line, Workers) is { } workers
                ? WholeNumber.Parse(Workers.Name, workers, atLeast: 1)
                : Environment.ProcessorCount,
            Json = TextOption.Value(line, Json),
            Markdown = TextOption.Value(line, Markdown),
        };

        OutputFile.Check(Json.Name, options.Json);
        OutputFile.Check(Markdown.Name, options.Markdown);
        return options;
    }

    private static IReadOnlyList<Candidate> ParseMethods(string text) => text.Equals(All, StringComparison.OrdinalIgnoreCase)
        ? Candidate.All
        : [.. Parts(text).Select(name => Candidate.Names.Parse(Methods.Name, name))];

    private static IReadOnlyList<PositionMode> ParsePositions(string text) => text.Equals(Both, StringComparison.OrdinalIgnoreCase)
        ? [PositionMode.KeepOriginal, PositionMode.Compact]
        : [Names.Positions.Parse(Positions.Name, text)];

    private static IEnumerable<string> Parts(string list) => list.Split(',', StringSplitOptions.TrimEntries);
}
