using System.CommandLine;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>The program from command line to exit code.</summary>
/// <param name="output">Standard output: the results.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class EvaluateProgram(IAnsiConsole output, IAnsiConsole error)
{
    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            ParseResult? line = CommandLineReader.Read(EvaluateCommand.Create(), arguments, output.Profile.Out.Writer);
            return line is null ? ExitCode.Success : Evaluate(EvaluateCommand.ToOptions(line), cancellation);
        }
        catch (OperationCanceledException)
        {
            Say(error, "EvaluatePruning: interrupted; nothing was written.");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is UsageException or ZooPruneException or ArgumentException)
        {
            Say(error, e.Message);
            return ExitCode.BadInput;
        }
    }

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
        IReadOnlyList<ImageOutcomes> images = evaluator.Run(imageFolder, questions, error, cancellation);
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
            Say(output, table.Title);
            output.Write(table.ToConsole());
        }
    }

    private int Conclude(IReadOnlyList<ImageOutcomes> images, EvaluationResult? result)
    {
        foreach (string problem in images.Select(image => image.Error).OfType<string>())
        {
            Say(error, problem);
        }

        Say(output, $"{result?.Questions ?? 0:N0} questions about {result?.Images ?? 0:N0} of {images.Count:N0} images.");
        return result is null ? ExitCode.BadInput : result.Errors.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    /// <summary>One line as it is: neither wrapped at the console's width nor read as markup.</summary>
    private static void Say(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);
}
