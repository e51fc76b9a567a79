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
        Dictionary<string, string> badImages = ImageCheck.Run(model, input.ImageFolder, input.Questions, progress, cancellation);
        Question[] asked = [.. input.Questions.Where(question => !badImages.ContainsKey(question.Image))];
        WarmUp(asked);

        Queue<GivenAnswer> full = Pass("all tokens", asked, AllTokens, NoChoice);
        Queue<GivenAnswer> pruned = Pass($"keep {options.Keep}", asked, options.Keep, options.Method);
        return
        [
            .. input.Questions.Select(question => badImages.TryGetValue(question.Image, out string? problem)
                ? new QuestionResult(question, GivenAnswer.FromError(problem), GivenAnswer.FromError(problem))
                : new QuestionResult(question, full.Dequeue(), pruned.Dequeue())),
        ];
    }

    /// <summary>One question that is not counted, so that neither pass is charged for what happens once in a program's life.</summary>
    private void WarmUp(Question[] asked)
    {
        _ = Answers(asked.Take(1), AllTokens, NoChoice).Count();
        _ = Answers(asked.Take(1), options.Keep, options.Method).Count();
    }

    private Queue<GivenAnswer> Pass(string title, Question[] asked, KeepBudget keep, SelectionMethod method)
    {
        Queue<GivenAnswer> answers = new(asked.Length);
        if (asked.Length == 0)
        {
            return answers;
        }

        ProgressDisplay.Run(progress, title, asked.Length, step =>
        {
            foreach (AnswerRow row in Answers(asked, keep, method))
            {
                cancellation.ThrowIfCancellationRequested();
                answers.Enqueue(GivenAnswer.FromRow(row));
                step();
            }
        });
        return answers;
    }

    private IEnumerable<AnswerRow> Answers(IEnumerable<Question> asked, KeepBudget keep, SelectionMethod method) => AnswerPipeline.Answer(
        model,
        input.ImageFolder,
        options.Encoder,
        keep,
        method,
        asked.Select(question => new QuestionRow { ImagePath = question.Image, Text = question.Text }).ToList());
}
