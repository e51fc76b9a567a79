namespace ZooPrune.Samples;

/// <summary>How an answer is scored: as the people who made the questions do it.</summary>
/// <param name="name">What is measured, for the headings of tables and charts.</param>
/// <param name="score">The score of an answer to a question, 0 to 1.</param>
internal sealed class AnswerMeasure(string name, Func<string, ReferenceQuestion, double> score)
{
    private static readonly AnswerMeasure Exact = new(
        "Exact answers", (answer, question) => ExactMatch.Holds(answer, question.Expected) ? 1 : 0);

    private static readonly AnswerMeasure YesOrNo = new(
        "Right yes or no", (answer, question) => YesNo.IsYes(answer) == question.ExpectsYes ? 1 : 0);

    private static readonly AnswerMeasure Vqa = new(
        "VQA accuracy", (answer, question) => VqaAccuracy.Score(answer, question.PeopleAnswers));

    /// <summary>What is measured.</summary>
    public string Name => name;

    /// <summary>The measure that goes with a format.</summary>
    public static AnswerMeasure Of(QuestionFormat format) => format switch
    {
        QuestionFormat.Pope => YesOrNo,
        QuestionFormat.Vqa => Vqa,
        _ => Exact,
    };

    /// <summary>The score of an answer, 0 to 1.</summary>
    public double Score(string answer, ReferenceQuestion question) => score(answer, question);
}
