using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

/// <summary>Whole pipelines over real images.</summary>
[Collection(ModelCollectionDefinition.Name)]
public class PipelineTests(TestModel test)
{
    [Theory]
    [InlineData(64)]
    [InlineData(576)]
    public void Read_PipelineOfTheDesign_AnswersLikeTheModel(int keep)
    {
        Question[] questions = TestModel.Questions(6);
        string imageFolder = TestModel.Images;
        VisionLanguageModel model = test.Model;
        var ml = new MLContext(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(questions);

        var pipeline = ml.Transforms.LoadImages("Image", imageFolder, nameof(Question.ImagePath))
            .Append(ml.Transforms.PreprocessImages(new(model)))
            .Append(ml.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", model.Files.VisionEncoder))
            .Append(ml.Transforms.PruneVisualTokens(new(model) { Keep = KeepBudget.Tokens(keep) }))
            .Append(ml.Transforms.GenerateText(new(model) { QuestionColumnName = nameof(Question.Text) }));
        var answers = ml.Data.CreateEnumerable<Answer>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false).ToArray();

        VisionAnswer[] expected = Expected(questions, keep);
        Assert.Equal(expected.Select(answer => answer.Text), answers.Select(answer => answer.Text));
        Assert.All(
            answers, answer => Assert.Equal((string.Empty, keep, 576), (answer.Error, answer.KeptIndices.Length, answer.VisualTokenCount)));
        Assert.All(
            answers, answer => Assert.True(answer is { PreprocessMilliseconds: > 0, PruneMilliseconds: > 0, PrefillMilliseconds: > 0 }));
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(64)]
    [InlineData(576)]
    public void Read_PathsAndEncodeImages_KeepsTheSameTokensAsTheModel(int keep)
    {
        Question[] questions = TestModel.Questions(6);

        Answer[] answers = Read(FromPaths(keep), questions);

        VisionAnswer[] expected = Expected(questions, keep);
        Assert.Equal(expected.Select(answer => answer.Text), answers.Select(answer => answer.Text));
        Assert.Equal(expected.Select(answer => answer.KeptIndices.ToArray()), answers.Select(answer => answer.KeptIndices));
    }

    [Fact]
    public void Predict_WholePipeline_AnswersLikeTheModel()
    {
        Question[] questions = TestModel.Questions(3);
        ITransformer chain = FromImages(64).Fit(test.ML.Data.LoadFromEnumerable(questions));
        using PredictionEngine<Question, Answer> engine = test.ML.Model.CreatePredictionEngine<Question, Answer>(chain);

        string[] answers = [.. questions.Select(question => engine.Predict(question).Text)];

        Assert.Equal(Expected(questions, 64).Select(answer => answer.Text), answers);
    }

    [Fact]
    public void Predict_BadExampleBetweenGoodOnes_SaysTheErrorInItsColumn()
    {
        Question[] questions = TestModel.Questions(2);
        ITransformer chain = FromImages(64).Fit(test.ML.Data.LoadFromEnumerable(questions));
        using PredictionEngine<Question, Answer> engine = test.ML.Model.CreatePredictionEngine<Question, Answer>(chain);

        string first = engine.Predict(questions[0]).Text;
        Answer bad = engine.Predict(new Question { ImagePath = "no-such-image.png", Text = "What is it?" });
        string second = engine.Predict(questions[1]).Text;

        Assert.Equal(string.Empty, bad.Text);
        Assert.Contains("no-such-image.png", bad.Error, StringComparison.Ordinal);
        Assert.Equal(Expected(questions, 64).Select(answer => answer.Text), [first, second]);
    }

    [Fact]
    public void Transform_WholePipeline_ReadsNothingUntilAskedAndOnlyTheRowsAskedFor()
    {
        var source = new JournalView(test.ML.Data.LoadFromEnumerable(TestModel.Questions(5)));

        IDataView view = FromPaths(64).Fit(source).Transform(source);
        Assert.Empty(source.Calls);
        Answer first = test.ML.Data.CreateEnumerable<Answer>(view, reuseRowObject: false).First();

        Assert.NotEmpty(first.Text);
        Assert.Equal(["cursor(ImagePath,Text)", "pull ImagePath 0", "pull Text 0", "dispose"], source.Calls);
    }

    [Fact]
    public void Read_FromManyThreads_GivesTheSameOnEach()
    {
        Question[] questions = TestModel.Questions(2);
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        IDataView view = FromPaths(64).Fit(rows).Transform(rows);
        string[] expected = [.. Expected(questions, 64).Select(answer => answer.Text)];

        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3 }, _ =>
            Assert.Equal(expected, test.ML.Data.CreateEnumerable<Answer>(view, reuseRowObject: false).Select(answer => answer.Text)));
    }

    [Fact]
    public void Dispose_OfChainAndEngine_LeavesTheModelAlone()
    {
        Question[] questions = TestModel.Questions(1);
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        var chain = FromImages(64).Fit(rows);
        var engine = test.ML.Model.CreatePredictionEngine<Question, Answer>(FromImages(64).Fit(rows));

        engine.Dispose();
        chain.Dispose();

        Assert.Equal(Expected(questions, 64)[0].Text, Assert.Single(Read(FromPaths(64), questions)).Text);
    }

    [Fact]
    public void Read_ModelDisposedBefore_ThrowsInsteadOfReporting()
    {
        VisionLanguageModel model = VisionLanguageModel.Load(TestModel.Folder);
        float[] tokens = test.SomeTokens();
        IDataView rows = test.ML.Data.LoadFromEnumerable([new TokensRow { VisualTokens = tokens }]);
        IDataView pruned = test.ML.Transforms.PruneVisualTokens(new(model) { Keep = KeepBudget.Tokens(8) }).Fit(rows).Transform(rows);
        IDataView paths = test.ML.Data.LoadFromEnumerable(TestModel.Questions(1));
        IDataView pixels = test.ML.Transforms
            .PreprocessImages(new(model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images })
            .Fit(paths)
            .Transform(paths);

        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Numbers.Column<int>(pruned, "VisualTokenCount"));
        Assert.Throws<ObjectDisposedException>(() => Numbers.Column<float>(pixels, "PreprocessMilliseconds"));
    }

    private EstimatorChain<ITransformer> FromImages(int keep) => new EstimatorChain<ITransformer>()
        .Append(test.ML.Transforms.LoadImages("Image", TestModel.Images, nameof(Question.ImagePath)))
        .Append(test.ML.Transforms.PreprocessImages(new(test.Model)))
        .Append(test.ML.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", test.Model.Files.VisionEncoder))
        .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(keep) }))
        .Append(test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = nameof(Question.Text) }));

    private EstimatorChain<ITransformer> FromPaths(int keep) => new EstimatorChain<ITransformer>()
        .Append(
            test.ML.Transforms.PreprocessImages(
                new(test.Model) { ImageColumnName = nameof(Question.ImagePath), ImageFolder = TestModel.Images }))
        .Append(test.ML.Transforms.EncodeImages(new(test.Model)))
        .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(keep) }))
        .Append(test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = nameof(Question.Text) }));

    private Answer[] Read(IEstimator<ITransformer> pipeline, Question[] questions)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        return [.. test.ML.Data.CreateEnumerable<Answer>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false)];
    }

    private VisionAnswer[] Expected(Question[] questions, int keep)
    {
        PruningOptions? pruning = keep == test.Model.VisualTokenCount ? null : new PruningOptions { Keep = KeepBudget.Tokens(keep) };
        return [.. questions.Select(
            question => test.Model.Answer(Path.Combine(TestModel.Images, question.ImagePath), question.Text, pruning))];
    }
}
