using ZooPrune.Onnx;

namespace ZooPrune.Samples.Tests;

public sealed class ShapesVqaTests
{
    [Fact]
    public void Predict_HeldOutQuestion_AnswersAsTheModelDoes()
    {
        Question question = HeldOut.Questions(1)[0];
        using var model = VisionLanguageModel.Load(TestModel.Folder);
        VisionAnswer expected = model.Answer(
            Path.Combine(HeldOut.Folder, question.Image),
            question.Text,
            new PruningOptions { Keep = KeepBudget.Tokens(ShapesVqa.DefaultKeep) });

        ShapesVqa.ModelOutput output = ShapesVqa.Predict(question.ToInput());

        Assert.Equal("", output.Error);
        Assert.Equal(expected.Text, output.Answer);
        Assert.Equal(expected.KeptIndices, output.KeptIndices);
        Assert.Equal(576, output.VisualTokenCount);
        Assert.All(
            [output.PreprocessMilliseconds, output.EncodeMilliseconds, output.PruneMilliseconds, output.PrefillMilliseconds],
            milliseconds => Assert.True(milliseconds > 0));
    }

    [Fact]
    public void Predict_ManyThreads_AnswersEachQuestion()
    {
        IReadOnlyList<Question> questions = HeldOut.Questions(12);
        string[] expected = [.. ShapesVqa.PredictAll(questions.Select(HeldOut.ToInput)).Select(output => output.Answer)];
        string[] answers = new string[questions.Count];

        Parallel.For(0, questions.Count, i => answers[i] = ShapesVqa.Predict(questions[i].ToInput()).Answer);

        Assert.Equal(expected, answers);
        int right = expected.Zip(questions).Count(pair => ExactMatch.Holds(pair.First, pair.Second.Expected!));
        Assert.True(right >= 9, string.Join(", ", expected));
    }

    [Fact]
    public void PredictAll_BrokenPictureAmongOthers_SaysSoInItsRow()
    {
        Question question = HeldOut.Questions(1)[0];
        ShapesVqa.ModelInput broken = new() { Image = TestPng.Truncated(), Question = question.Text };

        ShapesVqa.ModelOutput[] outputs = [.. ShapesVqa.PredictAll([question.ToInput(), broken, question.ToInput()])];

        Assert.Equal(["", "", "yes", "yes"], [outputs[0].Error, outputs[2].Error, outputs[0].Answer, outputs[2].Answer]);
        Assert.Contains("PNG", outputs[1].Error);
        Assert.Equal("", outputs[1].Answer);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Evaluate_HeldOutQuestions_CountsByKind()
    {
        using var model = VisionLanguageModel.Load(TestModel.Folder);
        IReadOnlyList<Question> questions = HeldOut.Questions(30);
        int right = ShapesVqa.PredictAll(model, KeepBudget.Tokens(64), questions.Select(HeldOut.ToInput))
            .Zip(questions)
            .Count(pair => ExactMatch.Holds(pair.First.Answer, pair.Second.Expected!));

        ShapesVqa.Evaluation evaluation = ShapesVqa.Evaluate(model, KeepBudget.Tokens(64), HeldOut.QuestionFile, 30);

        Assert.Equal(new ShapesVqa.KindAccuracy("all", right, 30), evaluation.All);
        Assert.Equal(
            questions.Select(question => question.Kind!).Distinct().Order(StringComparer.Ordinal),
            evaluation.Kinds.Select(kind => kind.Kind));
        Assert.InRange(evaluation.All.Accuracy, 0.8, 1);
    }

    [Fact]
    public void Evaluate_NoAnswersInFile_SaysSo()
    {
        using var folder = new TestFolder();
        string file = folder.Write("questions.jsonl", """{"image": "0000.png", "question": "Is there a star?"}""");
        using var model = VisionLanguageModel.Load(TestModel.Folder);

        var exception = Assert.Throws<UsageException>(() => ShapesVqa.Evaluate(model, KeepBudget.Tokens(64), file));

        Assert.Equal(
            $"ShapesVqa: no question of '{file}' comes with an answer. "
            + "Expected at least one \"answer\" to compare with; add it or give another file.",
            exception.Message);
    }
}
