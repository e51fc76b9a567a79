using System.Diagnostics;
using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Asks every question in every setting. An image is encoded once, pruned once for each method and
/// budget, and read by the language model once for each of these.</summary>
internal sealed class Evaluator : IDisposable
{
    private readonly EvaluateOptions _options;
    private readonly Dictionary<PositionMode, VisionLanguageModel> _models = [];
    private readonly VisionLanguageModel _model;

    /// <summary>Loads the model, once for each position mode.</summary>
    /// <exception cref="ZooPruneException">The model folder is no good.</exception>
    public Evaluator(string modelFolder, EvaluateOptions options)
    {
        _options = options;
        foreach (PositionMode mode in options.Positions.Distinct())
        {
            _models.Add(mode, VisionLanguageModel.Load(modelFolder, new VisionLanguageModelOptions { Positions = mode, Threads = 1 }));
        }

        _model = _models.Values.First();
    }

    /// <summary>Every setting, all tokens first.</summary>
    public IReadOnlyList<Setting> Settings =>
    [
        Setting.Full,
        .. from mode in _models.Keys
           from candidate in _options.Candidates
           from keep in _options.Budgets
           select new Setting(candidate, keep, mode),
    ];

    /// <summary>Runs the whole evaluation.</summary>
    /// <param name="imageFolder">Where image paths start.</param>
    /// <param name="questions">The questions; each with an expected answer.</param>
    /// <param name="progress">Where progress is shown.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    /// <returns>One entry an image, in the order of the questions.</returns>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    public IReadOnlyList<ImageOutcomes> Run(
        string imageFolder, IReadOnlyList<Question> questions, IAnsiConsole progress, CancellationToken cancellation)
    {
        IGrouping<string, Question>[] images = [.. questions.GroupBy(question => question.Image)];
        var results = new ImageOutcomes[images.Length];

        // One question that is not counted, so that no setting is charged for what happens once in a program's life.
        _ = TryAsk(0, Path.Combine(imageFolder, images[0].Key), [images[0].First()], cancellation);
        ProgressDisplay.Run(progress, "images", images.Length, step =>
        {
            try
            {
                ParallelOptions workers = new() { MaxDegreeOfParallelism = _options.Workers, CancellationToken = cancellation };
                Parallel.For(0, images.Length, workers, index =>
                {
                    results[index] = TryAsk(index, Path.Combine(imageFolder, images[index].Key), [.. images[index]], cancellation);
                    step();
                });
            }
            catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OperationCanceledException))
            {
                throw new OperationCanceledException(e.Message, e, cancellation);
            }
        });
        return results;
    }

    public void Dispose()
    {
        foreach (VisionLanguageModel model in _models.Values)
        {
            model.Dispose();
        }
    }

    private ImageOutcomes TryAsk(int image, string path, Question[] questions, CancellationToken cancellation)
    {
        try
        {
            return Ask(image, path, questions, cancellation);
        }
        catch (Exception e) when (e is ZooPruneException or ArgumentException)
        {
            return new ImageOutcomes(0, 0, new Dictionary<Setting, IReadOnlyList<Outcome>>(), e.Message);
        }
    }

    private ImageOutcomes Ask(int image, string path, Question[] questions, CancellationToken cancellation)
    {
        Dictionary<Setting, IReadOnlyList<Outcome>> outcomes = [];
        (PreparedImage prepared, double preprocess) = Timed(() => _model.Prepare(path));
        (float[] tokens, double encode) = Timed(() => _model.Encode(prepared));

        (TokenSelection all, double project) = Timed(() => _model.Prune(tokens, null));
        outcomes[Setting.Full] = Answer(_model, image, questions, all, project);

        foreach (Candidate candidate in _options.Candidates)
        {
            foreach (KeepBudget keep in _options.Budgets)
            {
                cancellation.ThrowIfCancellationRequested();
                (TokenSelection Selection, double Milliseconds)[] selections =
                [
                    .. Enumerable.Range(0, candidate.Seeds)
                        .Select(seed => Timed(() => _model.Prune(tokens, candidate.Options(keep, seed)))),
                ];
                foreach ((PositionMode mode, VisionLanguageModel model) in _models)
                {
                    IReadOnlyList<Outcome>[] repetitions =
                        [.. selections.Select(pruned => Answer(model, image, questions, pruned.Selection, pruned.Milliseconds))];
                    outcomes[new Setting(candidate, keep, mode)] =
                        [.. questions.Select((_, index) => Outcome.Mean([.. repetitions.Select(repetition => repetition[index])]))];
                }
            }
        }

        return new ImageOutcomes(preprocess, encode, outcomes);
    }

    // The kept tokens are read once for all questions; each answer is charged for the whole prefill all the same.
    private static Outcome[] Answer(VisionLanguageModel model, int image, Question[] questions, TokenSelection kept, double prune)
    {
        using ImageContext context = model.ReadImage(kept.KeptTokens, kept.KeptIndices.ToArray(), kept.TokenCount);
        return [.. questions.Select(question =>
        {
            VisionAnswer answer = model.Generate(context, question.Text);
            return new Outcome(
                image,
                question.Kind ?? "",
                ExactMatch.Holds(answer.Text, question.Expected!) ? 1 : 0,
                prune,
                (context.Prefill + answer.Timings.Prefill).TotalMilliseconds,
                answer.Timings.Decode.TotalMilliseconds);
        })];
    }

    private static (T Result, double Milliseconds) Timed<T>(Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        T result = work();
        return (result, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
