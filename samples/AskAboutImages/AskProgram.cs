using System.CommandLine;
using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Asks every question twice, with all visual tokens and with the budget, and shows both.</summary>
/// <param name="output">Standard output: the results.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
/// <param name="input">Standard input; null = that of this process.</param>
internal sealed class AskProgram(IAnsiConsole output, IAnsiConsole error, StandardInput? input = null) : CommandProgram(output, error)
{
    private const int ErrorsShown = 5;

    protected override RootCommand CreateCommand() => AskCommand.Create();

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        AskOptions options = AskCommand.ToOptions(line);
        if (options.Image != StandardInput.Name)
        {
            return Answer(options, cancellation);
        }

        // The pipeline reads files.
        byte[] picture = (input ?? StandardInput.OfProcess).ReadPicture(options.Running.MaxImagePixels);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("zooprune-");
        try
        {
            string path = Path.Combine(folder.FullName, "standard-input");
            File.WriteAllBytes(path, picture);
            return Answer(options with { Image = path, Images = null }, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private int Answer(AskOptions options, CancellationToken cancellation)
    {
        AskInput asked = AskInput.Resolve(options);
        using var model = VisionLanguageModel.Load(asked.ModelFolder, options.Running);
        Introduce(options, asked, model);
        IReadOnlyList<QuestionResult> results = new QuestionRunner(model, asked, options, Error, cancellation).Run();

        var full = Summary.Of(results, result => result.Full);
        var pruned = Summary.Of(results, result => result.Pruned);
        string[] notes = [.. results.SelectMany(result => result.Pruned.Notes).Distinct()];
        if (options.Json is { } path)
        {
            OutputFile.Write("--json", path, JsonReport.Write(Settings(options, asked, notes), results, full, pruned));
        }

        Output.Write(AnswerTable.Create(results));
        if (full.Mean is not null)
        {
            Output.Write(SummaryTable.Create(full, pruned, $"{Names.Methods.NameOf(options.Method)}, keep {options.Keep}"));
        }

        WriteNotes(notes);
        WriteOverlays(options, asked, model, results);
        return Conclude(results);
    }

    private void Introduce(AskOptions options, AskInput input, VisionLanguageModel model)
    {
        int images = input.Questions.Select(question => question.Image).Distinct().Count();
        (string all, string kept) = model.VisualTokenCount is > 0 and var count
            ? ($"all {count} visual tokens", $"{options.Keep.Resolve(count)}")
            : ("all visual tokens, whose number depends on the picture,", options.Keep.ToString());
        Say(Output, $"{input.ModelFolder}: {input.Questions.Count:N0} questions about {images:N0} images, "
            + $"each with {all} and with {kept} chosen by {Names.Methods.NameOf(options.Method)}.");
    }

    private void WriteNotes(IEnumerable<string> notes)
    {
        foreach (string note in notes)
        {
            Say(Output, $"Note: {note}");
        }
    }

    private void WriteOverlays(AskOptions options, AskInput input, VisionLanguageModel model, IReadOnlyList<QuestionResult> results)
    {
        foreach (string path in OverlayFolder.Write(model, options.Overlays, options.OverlayCount, input.ImageFolder, results))
        {
            Say(Output, $"Overlay: {path}");
        }
    }

    /// <summary>Says how many questions failed, and why the first of them did.</summary>
    private int Conclude(IReadOnlyList<QuestionResult> results)
    {
        QuestionResult[] failed = [.. results.Where(result => result.Error is not null)];
        Say(Output, $"{results.Count - failed.Length:N0} of {results.Count:N0} questions answered, {failed.Length:N0} failed.");
        foreach (QuestionResult result in failed.Take(ErrorsShown))
        {
            Say(Error, $"{result.Question.Place}: {result.Error}");
        }

        if (failed.Length > ErrorsShown)
        {
            Say(Error, $"... and {failed.Length - ErrorsShown:N0} more; the table and --json have them all.");
        }

        return failed.Length == 0 ? ExitCode.Success : failed.Length < results.Count ? ExitCode.Failure : ExitCode.BadInput;
    }

    private static RunSettings Settings(AskOptions options, AskInput input, IReadOnlyList<string> notes) => new(
        input.ModelFolder,
        input.ImageFolder,
        input.QuestionSource,
        Names.Methods.NameOf(options.Method),
        options.Keep.ToString(),
        options.Encoder.ToString(),
        Names.Positions.NameOf(options.Running.Positions),
        notes);
}
