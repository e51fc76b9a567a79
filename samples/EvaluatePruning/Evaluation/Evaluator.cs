using System.Runtime.ExceptionServices;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>Asks every question in every setting, several images at a time; what the journal has is not asked again.</summary>
/// <param name="interview">Asks about one image.</param>
/// <param name="questions">The questions.</param>
/// <param name="imageFolder">Where image paths start.</param>
/// <param name="workers">How many images are worked on at a time.</param>
/// <param name="measure">How answers are scored; null = as the format's own script does.</param>
internal sealed class Evaluator(
    ImageInterview interview, QuestionSet questions, string imageFolder, int workers, AnswerMeasure? measure = null)
{
    private readonly ImageQuestions[] _images =
        [.. questions.Questions.GroupBy(question => question.Image).Select(image => new ImageQuestions(image.Key, [.. image]))];

    /// <summary>How many images there are questions about.</summary>
    public int ImageCount => _images.Length;

    /// <summary>How many questions there are about each image.</summary>
    public IReadOnlyDictionary<string, int> QuestionCounts => _images.ToDictionary(image => image.Image, image => image.Questions.Length);

    /// <summary>Runs the whole evaluation.</summary>
    /// <param name="journal">What was answered before; takes what is answered now. Null = no journal.</param>
    /// <param name="progress">Where progress is shown.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    /// <returns>One entry an image, in the order of the questions.</returns>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    /// <exception cref="UsageException">The journal cannot be written.</exception>
    public IReadOnlyList<ImageResult> Run(EvaluationJournal? journal, IAnsiConsole progress, CancellationToken cancellation)
    {
        AnswerMeasure scored = measure ?? AnswerMeasure.Of(questions.Format);
        var results = new ImageResult[_images.Length];
        List<int> left = [];
        for (int index = 0; index < _images.Length; index++)
        {
            if (journal?.TakeAnswered(_images[index].Image) is { } answered)
            {
                results[index] = ImageResult.Of(answered, _images[index].Questions, scored);
            }
            else
            {
                left.Add(index);
            }
        }

        if (left.Count == 0)
        {
            return results;
        }

        // One question that is not counted, so that no setting is charged for what happens once in a program's life.
        _ = TryAsk(_images[left[0]] with { Questions = _images[left[0]].Questions[..1] }, out _, cancellation);
        ProgressDisplay.Run(progress, "images", left.Count, step => ForEach(left, index =>
        {
            ImageAnswers? answers = TryAsk(_images[index], out string? error, cancellation);
            if (answers is not null)
            {
                journal?.Add(answers);
            }

            results[index] = answers is null
                ? new ImageResult(0, [], error)
                : ImageResult.Of(answers, _images[index].Questions, scored);
            step();
        }, cancellation));
        return results;
    }

    private void ForEach(IReadOnlyList<int> indices, Action<int> work, CancellationToken cancellation)
    {
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
            Parallel.For(0, indices.Count, options, place => work(indices[place]));
        }
        catch (AggregateException e)
        {
            if (e.InnerExceptions.OfType<UsageException>().FirstOrDefault() is { } problem)
            {
                ExceptionDispatchInfo.Throw(problem);
            }

            if (e.InnerExceptions.All(inner => inner is OperationCanceledException))
            {
                throw new OperationCanceledException(e.Message, e, cancellation);
            }

            throw;
        }
    }

    private ImageAnswers? TryAsk(ImageQuestions image, out string? error, CancellationToken cancellation)
    {
        try
        {
            error = null;
            return interview.Ask(
                image.Image, QuestionSet.PathOf(imageFolder, image.Image), image.Questions, cancellation);
        }
        catch (Exception e) when (e is ZooPruneException or ArgumentException)
        {
            error = e.Message;
            return null;
        }
    }

    private sealed record ImageQuestions(string Image, ReferenceQuestion[] Questions);
}
