using System.CommandLine;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>Asks every question in every setting, and shows what each costs.</summary>
/// <param name="output">Standard output: the results.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class EvaluateProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    private EvaluationJournal? _journal;

    protected override string Interrupted => _journal is null
        ? base.Interrupted
        : Throw.InterruptedWithJournal(_journal.Location, _journal.Count);

    protected override RootCommand CreateCommand() => EvaluateCommand.Create();

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        EvaluateOptions options = EvaluateCommand.ToOptions(line);
        return options.Compared.Count > 0 ? Compare(options) : Evaluate(options, cancellation);
    }

    private int Compare(EvaluateOptions options)
    {
        RunComparison comparison = new(
            [.. options.Compared.Select(ReportedRun.Read)],
            options.HasChosen ? [.. options.Candidates.Select(candidate => candidate.Name)] : null);
        EvaluationReports.Report(options, comparison.Tables(), comparison.Charts(), Output);
        return ExitCode.Success;
    }

    private int Evaluate(EvaluateOptions options, CancellationToken cancellation)
    {
        string modelFolder = ModelLocation.Find(options.Model);
        string file = options.Questions ?? Path.Combine(modelFolder, "heldout", "questions.jsonl");
        using var questions = QuestionSet.Read(file, options.Annotations, options.Format, options.Limit, options.Images);
        foreach (string note in questions.Notes)
        {
            Say(Error, note);
        }

        string folder = Directory.Exists(file) ? file : Path.GetDirectoryName(Path.GetFullPath(file))!;
        string imageFolder = questions.Store?.Folder ?? options.Images ?? folder;
        if (!Directory.Exists(imageFolder))
        {
            throw Throw.MissingImageFolder(imageFolder);
        }

        using ImageInterview interview = new(modelFolder, options);
        foreach (string note in interview.LeftOut)
        {
            Say(Error, note);
        }

        int visualTokens = interview.CountVisualTokens(
            questions.Questions.Select(question => QuestionSet.PathOf(imageFolder, question.Image)).Distinct());
        interview.CheckLetters(questions.Questions.Max(question => question.Options.Count));
        EvaluationRun run = new(modelFolder, visualTokens, questions, interview.Settings, options.Workers) { Rule = options.Scoring };
        Evaluator evaluator = new(interview, questions, imageFolder, options.Workers, run.Measure);
        IReadOnlyList<ImageResult> images = Ask(evaluator, run, options, cancellation);
        var result = EvaluationResult.Of(run, images);
        if (result is not null)
        {
            EvaluationReports.Report(options, result, Output);
        }

        int exitCode = Conclude(images, result);
        if (exitCode == ExitCode.Success && options.Resume is null && options.Journal is { } journal)
        {
            File.Delete(journal);
        }

        return exitCode;
    }

    private IReadOnlyList<ImageResult> Ask(Evaluator evaluator, EvaluationRun run, EvaluateOptions options, CancellationToken cancellation)
    {
        if (options.Journal is not { } path)
        {
            return evaluator.Run(null, Error, cancellation);
        }

        using var journal = EvaluationJournal.Open(path, JournalHeader.Of(run, options), run.Settings, evaluator.QuestionCounts);
        _journal = journal;
        if (journal.Count > 0)
        {
            Say(Error, $"{journal.Count:N0} of {evaluator.ImageCount:N0} images are in the journal '{path}' already.");
        }

        return evaluator.Run(journal, Error, cancellation);
    }

    private int Conclude(IReadOnlyList<ImageResult> images, EvaluationResult? result)
    {
        foreach (string problem in images.Select(image => image.Error).OfType<string>())
        {
            Say(Error, problem);
        }

        Say(Output, $"{result?.Questions ?? 0:N0} questions about {result?.Images ?? 0:N0} of {images.Count:N0} images.");
        return result is null ? ExitCode.BadInput : result.Errors.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }
}
