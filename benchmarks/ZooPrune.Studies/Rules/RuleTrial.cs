using ZooPrune.Onnx;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>Some rules on some images: every budget, positions kept and renumbered.</summary>
internal sealed class RuleTrial
{
    private readonly IGrouping<string, Question>[] _images;
    private readonly OutcomeFile _outcomes;
    private readonly IReadOnlyList<Rule> _rules;

    /// <summary>Asks all questions that are not answered already.</summary>
    /// <param name="heldOut">Model and images.</param>
    /// <param name="images">The images.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="budgets">Numbers of kept tokens.</param>
    /// <param name="outcomes">What is known already; what is found out is added.</param>
    /// <param name="run">How many images at most, and where progress is shown.</param>
    public RuleTrial(
        HeldOut heldOut,
        IReadOnlyList<IGrouping<string, Question>> images,
        IReadOnlyList<Rule> rules,
        IReadOnlyList<int> budgets,
        OutcomeFile outcomes,
        StudyRun run)
    {
        _images = [.. images.Take(run.Images)];
        _outcomes = outcomes;
        _rules = rules;
        Budgets = budgets;
        run.OverImages(_images, questions => Ask(heldOut, questions, run.Cancellation));
    }

    /// <summary>Kept, then renumbered.</summary>
    public static IReadOnlyList<PositionMode> Modes { get; } = [PositionMode.KeepOriginal, PositionMode.Compact];

    /// <summary>Numbers of kept tokens.</summary>
    public IReadOnlyList<int> Budgets { get; }

    /// <summary>How many images.</summary>
    public int ImageCount => _images.Length;

    /// <summary>How many questions.</summary>
    public int QuestionCount => _images.Sum(image => image.Count());

    /// <summary>Exact answers in per cent.</summary>
    public double Accuracy(string rule, int keep, PositionMode mode) =>
        100.0 * _images.Sum(image => Outcome(image, rule, keep, mode).Exact) / QuestionCount;

    /// <summary>Exact answers to questions for a number of objects, in per cent of these.</summary>
    public double CountAccuracy(string rule, int keep, PositionMode mode) =>
        100.0 * _images.Sum(image => Outcome(image, rule, keep, mode).ExactCounts)
            / _images.Sum(image => image.Count(question => question.Kind == HeldOut.CountKind));

    /// <summary>How much better a rule is than another, in points, with a 95 % interval.</summary>
    public (double Difference, double Low, double High) Gain(string rule, string over, int keep, PositionMode mode) =>
        PairedBootstrap.Interval(
            [.. _images.Select(image => Outcome(image, rule, keep, mode).Exact - Outcome(image, over, keep, mode).Exact)],
            [.. _images.Select(image => image.Count())]);

    private RuleOutcome Outcome(IGrouping<string, Question> image, string rule, int keep, PositionMode mode) =>
        _outcomes.Find(image.Key, new RuleSetting(rule, keep, mode))!.Value;

    private void Ask(HeldOut heldOut, IGrouping<string, Question> questions, CancellationToken cancellation)
    {
        StudyImage? image = null;
        foreach (Rule rule in _rules)
        {
            foreach (int keep in Budgets)
            {
                cancellation.ThrowIfCancellationRequested();
                PositionMode[] open =
                    [.. Modes.Where(mode => _outcomes.Find(questions.Key, new RuleSetting(rule.Name, keep, mode)) is null)];
                if (open.Length > 0)
                {
                    image ??= heldOut.Read(questions.Key);
                    int[] kept = [.. rule.Choose(image, keep).Order()];
                    foreach (PositionMode mode in open)
                    {
                        _outcomes.Add(questions.Key, new RuleSetting(rule.Name, keep, mode), heldOut.Ask(image, kept, questions, mode));
                    }
                }
            }
        }
    }
}
