namespace ZooPrune.Samples;

/// <summary>Whose reading of an answer counts.</summary>
internal enum ScoringRule
{
    /// <summary>As the script reads it that published figures come from, also where that is odd.</summary>
    Official,

    /// <summary>As a person would read it.</summary>
    Sensible,
}

/// <summary>How an answer is scored: as the people who made the questions do it, or as a person would.</summary>
/// <param name="name">What is measured, for the headings of tables and charts.</param>
/// <param name="rule">Whose reading counts.</param>
/// <param name="official">The score of an answer to a question by the script, 0 to 1.</param>
/// <param name="sensible">The same as a person would give it.</param>
/// <param name="officialYes">Whether the script reads an answer as yes; null for neither.</param>
internal sealed class AnswerMeasure(
    string name,
    ScoringRule rule,
    Func<string, ReferenceQuestion, double> official,
    Func<string, ReferenceQuestion, double> sensible,
    Func<string, bool?> officialYes)
{
    /// <summary>What the rules are called on the command line.</summary>
    public static Choices<ScoringRule> Rules { get; } = new(("official", ScoringRule.Official), ("sensible", ScoringRule.Sensible));

    /// <summary>What is measured.</summary>
    public string Name => name;

    /// <summary>Whose reading counts.</summary>
    public ScoringRule Rule => rule;

    /// <summary>The measure that goes with a format.</summary>
    public static AnswerMeasure Of(QuestionFormat format, ScoringRule rule = ScoringRule.Official)
    {
        return format switch
        {
            QuestionFormat.Pope => New("Right yes or no", Is(ReadsAs(YesNo.IsYesOfficially)), Is(ReadsAs(YesNo.IsYes))),
            QuestionFormat.Mme => New("Right yes or no", Is(ReadsAs(YesNo.IsYesInMme)), Is(ReadsAs(YesNo.IsYes)), YesNo.IsYesInMme),
            QuestionFormat.Vqa => New("VQA accuracy", People(OfficialVqa.Score), People(VqaAccuracy.Score)),
            QuestionFormat.TextVqa => New("VQA accuracy", People(OfficialVqa.TextScore), People(VqaAccuracy.Score)),
            QuestionFormat.Gqa => New("Exact answers", Is((answer, question) => IsGqa(answer, question.Expected)), Is(IsExact)),
            QuestionFormat.ScienceQa => New("Right options", Is(Option(ChoiceReading.ScienceQa)), Is(Option(ChoiceReading.Sensible))),
            QuestionFormat.Seed => New("Right options", Is(Option(ChoiceReading.Seed)), Is(Option(ChoiceReading.Sensible))),
            QuestionFormat.MmBench => New("Right options", Is(Option(ChoiceReading.MmBench)), Is(Option(ChoiceReading.Sensible))),
            QuestionFormat.Mmmu => New("Right answers", Is(Option(ChoiceReading.Mmmu)), Is(Option(ChoiceReading.Sensible))),
            _ => New("Exact answers", Is(IsExact), Is(IsExact)),
        };

        AnswerMeasure New(
            string name,
            Func<string, ReferenceQuestion, double> official,
            Func<string, ReferenceQuestion, double> sensible,
            Func<string, bool?>? officialYes = null) =>
            new(name, rule, official, sensible, officialYes ?? (answer => YesNo.IsYesOfficially(answer)));
    }

    /// <summary>The score of an answer, 0 to 1.</summary>
    public double Score(string answer, ReferenceQuestion question) =>
        rule == ScoringRule.Official ? official(answer, question) : sensible(answer, question);

    /// <summary>The score by the other rule.</summary>
    public double OtherScore(string answer, ReferenceQuestion question) =>
        rule == ScoringRule.Official ? sensible(answer, question) : official(answer, question);

    /// <summary>Whether an answer is read as yes; null for neither yes nor no.</summary>
    public bool? ReadsYes(string answer) => rule == ScoringRule.Official ? officialYes(answer) : YesNo.IsYes(answer);

    private static Func<string, ReferenceQuestion, double> Is(Func<string, ReferenceQuestion, bool> holds) =>
        (answer, question) => holds(answer, question) ? 1 : 0;

    private static Func<string, ReferenceQuestion, double> People(Func<string, IReadOnlyList<string>, double> score) =>
        (answer, question) => score(answer, question.PeopleAnswers);

    private static Func<string, ReferenceQuestion, bool> ReadsAs(Func<string, bool?> read) =>
        (answer, question) => read(answer) is { } isYes && isYes == question.ExpectsYes;

    private static Func<string, ReferenceQuestion, bool> ReadsAs(Func<string, bool> read) => ReadsAs(answer => (bool?)read(answer));

    private static Func<string, ReferenceQuestion, bool> Option(Func<string, IReadOnlyList<string>, string?> read) => (answer, question) =>
        question.Options.Count == 0
            ? OpenAnswer.Holds(answer, question.PeopleAnswers)
            : read(answer, question.Options) == question.Expected;

    private static bool IsExact(string answer, ReferenceQuestion question) => ExactMatch.Holds(answer, question.Expected);

    /// <summary>What LLaVA's conversion for GQA's script leaves of an answer: no final full stops, lower case.</summary>
    private static bool IsGqa(string answer, string expected)
    {
        string said = answer.TrimEnd('.').ToLowerInvariant();
        return said == expected;
    }
}
