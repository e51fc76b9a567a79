using System.CommandLine;
using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The program from command line to exit code.</summary>
/// <param name="output">Standard output: the results.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal sealed class AskProgram(IAnsiConsole output, IAnsiConsole error)
{
    private const int ErrorsShown = 5;

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            ParseResult? line = CommandLineReader.Read(AskCommand.Create(), arguments, output.Profile.Out.Writer);
            return line is null ? ExitCode.Success : Answer(AskCommand.ToOptions(line), cancellation);
        }
        catch (OperationCanceledException)
        {
            Say(error, "AskAboutImages: interrupted; nothing was written.");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is UsageException or ZooPruneException or ArgumentException)
        {
            Say(error, e.Message);
            return ExitCode.BadInput;
        }
    }

    private int Answer(AskOptions options, CancellationToken cancellation)
    {
        AskInput input = AskInput.Resolve(options);
        using var model = VisionLanguageModel.Load(input.ModelFolder, new VisionLanguageModelOptions { Positions = options.Positions });
        Introduce(options, input, model);
        IReadOnlyList<QuestionResult> results = new QuestionRunner(model, input, options, error, cancellation).Run();

        var full = Summary.Of(results, result => result.Full);
        var pruned = Summary.Of(results, result => result.Pruned);
        string[] notes = [.. results.SelectMany(result => result.Pruned.Notes).Distinct()];
        if (options.Json is { } path)
        {
            OutputFile.Write("--json", path, JsonReport.Write(Settings(options, input, notes), results, full, pruned));
        }

        output.Write(AnswerTable.Create(results));
        if (full.Mean is not null)
        {
            output.Write(SummaryTable.Create(full, pruned, $"{Names.Methods.NameOf(options.Method)}, keep {options.KeepText}"));
        }

        WriteNotes(notes);
        WriteOverlays(options, input, results);
        return Conclude(results);
    }

    private void Introduce(AskOptions options, AskInput input, VisionLanguageModel model)
    {
        int images = input.Questions.Select(question => question.Image).Distinct().Count();
        Say(output, $"{input.ModelFolder}: {input.Questions.Count:N0} questions about {images:N0} images, "
            + $"each with all {model.VisualTokenCount} visual tokens "
            + $"and with {options.Keep.Resolve(model.VisualTokenCount)} chosen by {Names.Methods.NameOf(options.Method)}.");
    }

    private void WriteNotes(IEnumerable<string> notes)
    {
        foreach (string note in notes)
        {
            Say(output, $"Note: {note}");
        }
    }

    private void WriteOverlays(AskOptions options, AskInput input, IReadOnlyList<QuestionResult> results)
    {
        foreach (string path in OverlayFolder.Write(options.Overlays, options.OverlayCount, input.ImageFolder, results))
        {
            Say(output, $"Overlay: {path}");
        }
    }

    /// <summary>Says how many questions failed, and why the first of them did.</summary>
    private int Conclude(IReadOnlyList<QuestionResult> results)
    {
        QuestionResult[] failed = [.. results.Where(result => result.Error is not null)];
        Say(output, $"{results.Count - failed.Length:N0} of {results.Count:N0} questions answered, {failed.Length:N0} failed.");
        foreach (QuestionResult result in failed.Take(ErrorsShown))
        {
            Say(error, $"{result.Question.Place}: {result.Error}");
        }

        if (failed.Length > ErrorsShown)
        {
            Say(error, $"... and {failed.Length - ErrorsShown:N0} more; the table and --json have them all.");
        }

        return failed.Length == 0 ? ExitCode.Success : failed.Length < results.Count ? ExitCode.SomeFailed : ExitCode.BadInput;
    }

    private static RunSettings Settings(AskOptions options, AskInput input, IReadOnlyList<string> notes) => new(
        input.ModelFolder,
        input.ImageFolder,
        input.QuestionSource,
        Names.Methods.NameOf(options.Method),
        options.KeepText,
        options.Encoder.ToString(),
        Names.Positions.NameOf(options.Positions),
        notes);

    /// <summary>One line as it is: neither wrapped at the console's width nor read as markup.</summary>
    private static void Say(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);
}
