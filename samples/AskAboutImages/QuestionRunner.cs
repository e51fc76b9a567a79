using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Asks every question twice, with all visual tokens and with the budget, one question after the other.</summary>
internal sealed class QuestionRunner(
    VisionLanguageModel model, AskInput input, AskOptions options, IAnsiConsole progress, CancellationToken cancellation)
{
    /// <summary>Where everything is kept there is nothing to choose, so that pass takes the method that computes least.</summary>
    private const SelectionMethod NoChoice = SelectionMethod.Uniform;

    private static readonly KeepBudget AllTokens = KeepBudget.Ratio(1);

    /// <summary>Runs both passes.</summary>
    /// <returns>One result a question, in order; a question that cannot be answered has its error in it.</returns>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    public IReadOnlyList<QuestionResult> Run()
    {
        // One answer that is not counted, so that neither pass is charged for what happens once in a program's life.
        cancellation.ThrowIfCancellationRequested();
        _ = Answers(AllTokens, NoChoice).FirstOrDefault(row => row.Error.Length == 0);
        _ = Answers(options.Keep, options.Method).FirstOrDefault(row => row.Error.Length == 0);
        return
        [
            .. input.Questions
                .Zip(Pass("all tokens", AllTokens, NoChoice), Pass($"keep {options.Keep}", options.Keep, options.Method))
                .Select(both => new QuestionResult(both.First, both.Second, both.Third)),
        ];
    }

    private List<GivenAnswer> Pass(string title, KeepBudget keep, SelectionMethod method)
    {
        List<GivenAnswer> answers = new(input.Questions.Count);
        ProgressDisplay.Run(progress, title, input.Questions.Count, step =>
        {
            foreach (AnswerRow row in Answers(keep, method))
            {
                cancellation.ThrowIfCancellationRequested();
                answers.Add(GivenAnswer.FromRow(row));
                step();
            }
        });
        return answers;
    }

    private IEnumerable<AnswerRow> Answers(KeepBudget keep, SelectionMethod method) => AnswerPipeline.Answer(
        model,
        input.ImageFolder,
        options.Encoder,
        keep,
        method,
        [.. input.Questions.Select(question => new QuestionRow { ImagePath = question.Image, Text = question.Text })]);
}
