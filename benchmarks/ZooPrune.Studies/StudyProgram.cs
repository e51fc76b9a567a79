using System.CommandLine;
using Spectre.Console;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>Runs one study and shows what it found.</summary>
/// <param name="output">Standard output: the tables, as Markdown.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class StudyProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    private static readonly Choices<(int Images, Func<HeldOut, StudyRun, StudyReport> Run)> Studies = new(
        ("relations", (RelationsStudy.DefaultImages, RelationsStudy.Run)),
        ("sampling", (SamplingStudy.DefaultImages, SamplingStudy.Run)),
        ("rounding", (RoundingStudy.DefaultImages, RoundingStudy.Run)));

    private static readonly Argument<string> Study = new("STUDY")
    {
        Description = "relations: sensitivity against token lengths and the encoder's sensitivity. sampling: sampled directions against "
            + "the closed form. rounding: step sizes and narrow number formats.",
    };

    private static readonly Option<string?> Model = ModelLocation.Option();
    private static readonly Option<int?> Images = TypedOption.Number(
        "--images",
        $"At most N images. Default: {RelationsStudy.DefaultImages} (relations), {SamplingStudy.DefaultImages} (sampling), "
            + $"{RoundingStudy.DefaultImages} (rounding).");
    private static readonly Option<string?> Json = TypedOption.OutputFile("--json", "Write all figures to FILE as JSON.");
    private static readonly Option<string?> Chart = TypedOption.OutputFile(
        "--chart", "Write the study's chart to FILE as SVG; relations has none.");

    protected override RootCommand CreateCommand() => new("Repeats the studies of docs/findings.md and prints their tables as Markdown.")
    {
        Study, Model, Images, Json, Chart,
    };

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        string? json = line.GetValue(Json);
        string? chart = line.GetValue(Chart);
        (int images, Func<HeldOut, StudyRun, StudyReport> study) = Studies.Parse(Study.Name, line.GetRequiredValue(Study));
        if (chart is not null && study == RelationsStudy.Run)
        {
            throw Shell.Throw.BadOption(Chart.Name, chart, "a study that has a chart", "leave the option out");
        }

        images = line.GetValue(Images) ?? images;
        using HeldOut heldOut = HeldOut.Open(line.GetValue(Model));
        StudyReport report = study(heldOut, new StudyRun(images, Error, cancellation));
        foreach (TextTable table in report.Tables)
        {
            Say(Output, table.ToMarkdown());
        }

        if (json is not null)
        {
            OutputFile.Write(Json.Name, json, report.ToJson());
        }

        if (chart is not null)
        {
            OutputFile.Write(Chart.Name, chart, ChartDrawing.Draw(report.Chart!));
        }

        return ExitCode.Success;
    }
}

/// <summary>How a study goes about its images.</summary>
/// <param name="Images">At most so many.</param>
/// <param name="Progress">Standard error.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record StudyRun(int Images, IAnsiConsole Progress, CancellationToken Cancellation)
{
    /// <summary>Does some work on the first images, one thread an image.</summary>
    public void OverImages(IReadOnlyList<string> images, Action<string> work)
    {
        int count = Math.Min(Images, images.Count);
        ProgressDisplay.Run(Progress, "images", count, step =>
        {
            ParallelOptions threads = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = Cancellation };
            Parallel.For(0, count, threads, index =>
            {
                work(images[index]);
                step();
            });
        });
    }
}
