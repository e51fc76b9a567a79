using System.CommandLine;
using Spectre.Console;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>Runs one study and shows what it found.</summary>
/// <param name="output">Standard output: the tables, as Markdown.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class StudyProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    protected override RootCommand CreateCommand() => StudyCommand.Create();

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        StudyOptions options = StudyCommand.ToOptions(line);
        using HeldOut heldOut = HeldOut.Open(options.Model);
        StudyReport report = options.Study switch
        {
            StudyName.Relations => RelationsStudy.Run(heldOut, Images(RelationsStudy.DefaultImages)),
            StudyName.Sampling => SamplingStudy.Run(heldOut, Images(SamplingStudy.DefaultImages)),
            StudyName.Rounding => RoundingStudy.Run(heldOut, Images(RoundingStudy.DefaultImages)),
            _ => RulesStudy.Run(heldOut, Images(int.MaxValue)),
        };

        foreach (StudyTable table in report.Tables)
        {
            Say(Output, table.ToMarkdown());
        }

        if (options.Json is { } json)
        {
            OutputFile.Write("--json", json, report.ToJson());
        }

        if (options.Chart is { } chart && report.Chart is not null)
        {
            OutputFile.Write("--chart", chart, report.Chart);
        }

        return ExitCode.Success;

        StudyRun Images(int byDefault) => new(options.Images ?? byDefault, options.Outcomes, Error, cancellation);
    }
}
