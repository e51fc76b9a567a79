using System.Globalization;
using ZooPrune.Onnx;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>
/// Looks for a rule that is not below the published ones at any budget, positions kept or renumbered: everything tried on a part of the
/// choosing half (images of even number), the best on all of it, and the one chosen on the other half.
/// </summary>
internal static class RulesStudy
{
    private const int ScreeningImages = 60;

    private static readonly int[] ScreeningBudgets = [192, 64, 32, 16];
    private static readonly int[] Budgets = [192, 128, 64, 32, 16];

    public static StudyReport Run(HeldOut heldOut, StudyRun run)
    {
        using OutcomeFile outcomes = new(run.OutcomeFile);
        IGrouping<string, Question>[] choosing = [.. heldOut.Images.Where((_, index) => index % 2 == 0)];
        IGrouping<string, Question>[] reporting = [.. heldOut.Images.Where((_, index) => index % 2 == 1)];
        RuleTrial screened = new(
            heldOut, [.. choosing.Take(ScreeningImages)], RuleList.Tried, ScreeningBudgets, outcomes, run);
        RuleTrial chosen = new(heldOut, choosing, RuleList.Finalists, Budgets, outcomes, run);
        IReadOnlyList<Rule> reported = [.. RuleList.Baselines, RuleList.Chosen];
        RuleTrial report = new(heldOut, reporting, reported, Budgets, outcomes, run);
        return new StudyReport(
            "rules",
            [
                Accuracies("Everything tried", screened, RuleList.Tried),
                Accuracies("Choosing half", chosen, RuleList.Finalists),
                Accuracies("Reporting half", report, reported),
                Gains(report),
            ],
            Chart(report));
    }

    private static StudyTable Accuracies(string title, RuleTrial trial, IReadOnlyList<Rule> rules) => new(
        $"{title}: exact answers in % (counting alone), {trial.ImageCount} images, {trial.QuestionCount:N0} questions",
        Header("rule", trial.Budgets),
        [
            .. rules.Select(rule => (string[])
            [
                rule.Name,
                .. from mode in RuleTrial.Modes
                   from keep in trial.Budgets
                   select Text($"{trial.Accuracy(rule.Name, keep, mode):0.0} ({trial.CountAccuracy(rule.Name, keep, mode):0})"),
            ]),
        ]);

    private static StudyTable Gains(RuleTrial trial) => new(
        "Reporting half: the chosen rule less another one, in points, with paired 95 % intervals (images resampled)",
        Header("less", trial.Budgets),
        [
            .. RuleList.Baselines.Select(rule => (string[])
            [
                rule.Name,
                .. from mode in RuleTrial.Modes
                   from keep in trial.Budgets
                   select Text(trial.Gain(RuleList.Chosen.Name, rule.Name, keep, mode)),
            ]),
        ]);

    private static string[] Header(string first, IReadOnlyList<int> budgets) =>
    [
        first,
        .. from mode in RuleTrial.Modes
           from keep in budgets
           select $"{keep} {(mode == PositionMode.Compact ? "renumbered" : "kept")}",
    ];

    private static string Chart(RuleTrial trial)
    {
        string[] colors = ["#1f77b4", "#2ca02c", "#d62728"];
        Rule[] rules = [.. RuleList.Baselines, RuleList.Chosen];
        return new LineChart(
            "shapes-vlm, reporting half: exact answers in %",
            "kept tokens of 576",
            [
                .. from mode in RuleTrial.Modes
                   from index in Enumerable.Range(0, rules.Length)
                   select new ChartLine(
                       (rules[index] == RuleList.Chosen ? "chosen" : rules[index].Name) + (mode == PositionMode.Compact ? ", renumbered" : ", kept"),
                       colors[index],
                       mode == PositionMode.Compact,
                       [.. trial.Budgets.Select(keep => ((double)keep, trial.Accuracy(rules[index].Name, keep, mode)))]),
            ],
            75,
            100,
            5).ToSvg();
    }

    private static string Text((double Difference, double Low, double High) gain) =>
        Text($"{gain.Difference:+0.0;-0.0;0.0} [{gain.Low:+0.0;-0.0;0.0}, {gain.High:+0.0;-0.0;0.0}]");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
