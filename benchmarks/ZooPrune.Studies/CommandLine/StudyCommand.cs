using System.CommandLine;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class StudyCommand
{
    private static readonly Choices<StudyName> Names = new(
        ("relations", StudyName.Relations),
        ("sampling", StudyName.Sampling),
        ("rounding", StudyName.Rounding),
        ("rules", StudyName.Rules));

    private static readonly Argument<string> Study = new("STUDY")
    {
        Description = "relations: sensitivity against token lengths and the encoder's sensitivity. sampling: sampled directions against "
            + "the closed form. rounding: step sizes and narrow number formats. rules: selection rules against the published ones.",
    };

    private static readonly Option<string?> Model = TextOption.Create(
        "--model", "FOLDER", "Model folder with held-out images. Default: models/shapes-vlm.");
    private static readonly Option<string?> Images = TextOption.Create(
        "--images", "N",
        $"At most N images. Default: {RelationsStudy.DefaultImages} (relations), {SamplingStudy.DefaultImages} (sampling), "
            + $"{RoundingStudy.DefaultImages} (rounding), all (rules).");
    private static readonly Option<string?> Outcomes = TextOption.Create(
        "--outcomes", "FILE", "With rules: keep what was found out in FILE, and go on from it after an interruption.");
    private static readonly Option<string?> Json = TextOption.Create("--json", "FILE", "Write all figures to FILE as JSON.");
    private static readonly Option<string?> Chart = TextOption.Create("--chart", "FILE", "Write the study's chart to FILE as SVG; relations has none.");

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create() => new("Repeats the studies of docs/findings.md and prints their tables as Markdown.")
    {
        Study, Model, Images, Outcomes, Json, Chart,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public static StudyOptions ToOptions(ParseResult line)
    {
        StudyOptions options = new()
        {
            Study = Names.Parse(Study.Name, line.GetRequiredValue(Study)),
            Model = TextOption.Value(line, Model),
            Images = TextOption.Value(line, Images) is { } images ? WholeNumber.Parse(Images.Name, images, atLeast: 1) : null,
            Outcomes = TextOption.Value(line, Outcomes),
            Json = TextOption.Value(line, Json),
            Chart = TextOption.Value(line, Chart),
        };

        if (options is { Study: StudyName.Relations, Chart: { } chart })
        {
            throw Samples.Throw.BadOption(Chart.Name, chart, "a study that has a chart", "leave the option out");
        }

        OutputFile.Check(Outcomes.Name, options.Outcomes);
        OutputFile.Check(Json.Name, options.Json);
        OutputFile.Check(Chart.Name, options.Chart);
        return options;
    }
}
