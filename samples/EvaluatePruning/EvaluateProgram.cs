using System.CommandLine;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>Asks every question in every setting, and shows what each costs.</summary>
/// <param name="output">Standard output: the results.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class EvaluateProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    protected override RootCommand CreateCommand() => EvaluateCommand.Create();

    protected override int Run(ParseResult line, CancellationToken cancellation) => Evaluate(EvaluateCommand.ToOptions(line), cancellation);

    private int Evaluate(EvaluateOptions options, CancellationToken cancellation)
    {
        string modelFolder = ModelLocation.Find(options.Model);
        string file = options.Questions ?? Path.Combine(modelFolder, "heldout", "questions.jsonl");
        IReadOnlyList<Question> questions = QuestionFile.Read(file, options.Limit);
        if (questions.FirstOrDefault(question => question.Expected is null) is { } unanswered)
        {
            throw Throw.QuestionLacksProperty(file, unanswered.Line, "answer");
        }

        string imageFolder = options.Images ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(imageFolder))
        {
            throw Throw.MissingImageFolder(imageFolder);
        }

        using Evaluator evaluator = new(modelFolder, options);
        IReadOnlyList<ImageOutcomes> images = evaluator.Run(imageFolder, questions, Error, cancellation);
        EvaluationResult? result = EvaluationResult.Of(modelFolder, file, options.Workers, evaluator.Settings, images);
        if (result is not null)
        {
            Report(options, result);
        }

        return Conclude(images, result);
    }

    private void Report(EvaluateOptions options, EvaluationResult result)
    {
        IReadOnlyList<TextTable> tables = EvaluationTables.Create(result);
        if (options.Json is { } json)
        {
            OutputFile.Write("--json", json, EvaluationJson.Write(result));
        }

        if (options.Markdown is { } markdown)
        {
            OutputFile.Write("--markdown", markdown, string.Join('\n', tables.Select(table => table.ToMarkdown())));
        }

        foreach (TextTable table in tables)
        {
            Say(Output, table.Title);
            Output.Write(table.ToConsole());
        }
    }

    private int Conclude(IReadOnlyList<ImageOutcomes> images, EvaluationResult? result)
    {
        foreach (string problem in images.Select(image => image.Error).OfType<string>())
        {
            Say(Error, problem);
        }

        Say(Output, $"{result?.Questions ?? 0:N0} questions about {result?.Images ?? 0:N0} of {images.Count:N0} images.");
        return result is null ? ExitCode.BadInput : result.Errors.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }
}
