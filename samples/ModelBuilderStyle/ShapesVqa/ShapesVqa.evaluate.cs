using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>How often the answers are right.</summary>
public static partial class ShapesVqa
{
    /// <summary>Most bytes of a picture's file.</summary>
    internal const int MostImageBytes = 256 << 20;

    /// <summary>Asks all questions of a file that come with an answer and compares, word for word.</summary>
    /// <param name="model">The model.</param>
    /// <param name="keep">How many visual tokens are kept.</param>
    /// <param name="questionFile">JSON lines: image (relative to the file), question, answer, kind.</param>
    /// <param name="limit">At most so many questions are read; null = all.</param>
    internal static Evaluation Evaluate(VisionLanguageModel model, KeepBudget keep, string questionFile, int? limit = null)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(questionFile))!;
        Question[] questions = [.. QuestionFile.Read(questionFile, limit).Where(question => question.Expected is not null)];
        if (questions.Length == 0)
        {
            throw Throw.NoEvaluationAnswers(questionFile);
        }

        IEnumerable<ModelInput> inputs = questions.Select(question =>
            new ModelInput { Image = RegularFile.ReadAll(Path.Combine(folder, question.Image), MostImageBytes), Question = question.Text });
        var outcomes = questions.Zip(
            PredictAll(model, keep, inputs),
            (question, output) => (
                Kind: question.Kind ?? "other",
                IsRight: output.Error.Length == 0 && ExactMatch.Holds(output.Answer, question.Expected!)));
        return new Evaluation([.. outcomes
            .GroupBy(outcome => outcome.Kind, outcome => outcome.IsRight)
            .Select(kind => new KindAccuracy(kind.Key, kind.Count(isRight => isRight), kind.Count()))
            .OrderBy(kind => kind.Kind, StringComparer.Ordinal)]);
    }

    /// <summary>The result of an evaluation.</summary>
    /// <param name="Kinds">By kind of question.</param>
    internal sealed record Evaluation(IReadOnlyList<KindAccuracy> Kinds)
    {
        /// <summary>All kinds together.</summary>
        public KindAccuracy All { get; } = new("all", Kinds.Sum(kind => kind.Right), Kinds.Sum(kind => kind.Asked));
    }

    /// <summary>Right answers to one kind of question.</summary>
    /// <param name="Kind">The kind, as the file calls it.</param>
    /// <param name="Right">Answers that are right.</param>
    /// <param name="Asked">Questions asked.</param>
    internal sealed record KindAccuracy(string Kind, int Right, int Asked)
    {
        /// <summary>Share of right answers, 0..1.</summary>
        public double Accuracy => (double)Right / Asked;
    }
}
