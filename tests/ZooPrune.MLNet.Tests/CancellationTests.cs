using Microsoft.ML;

namespace ZooPrune.MLNet.Tests;

public sealed class CancellationTests : IDisposable
{
    private readonly TinyChains _test = new();
    private readonly CancellationTokenSource _source = new();

    public void Dispose()
    {
        _source.Dispose();
        _test.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cancel_BetweenRows_ThrowsAtTheNextThatIsNotComputed(int batchSize)
    {
        IDataView rows = Rows(answering => answering with { BatchSize = batchSize });
        using IEnumerator<Answer> answers = _test.ML.Data.CreateEnumerable<Answer>(rows, reuseRowObject: false).GetEnumerator();

        Assert.True(answers.MoveNext());
        _source.Cancel();

        Assert.Equal("", answers.Current.Error);
        Assert.ThrowsAny<OperationCanceledException>(() => answers.MoveNext());
    }

    [Fact]
    public void Cancel_BeforeTheFirstRow_ThrowsInEveryStage()
    {
        _source.Cancel();
        CancellationToken cancelled = _source.Token;
        IDataView pixels = _test.ML.Transforms
            .PreprocessImages(new(_test.Model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images })
            .Fit(_test.Rows).Transform(_test.Rows);
        IDataView tokens = _test.ML.Transforms.EncodeImages(new(_test.Model)).Fit(pixels).Transform(pixels);
        IDataView kept = _test.ML.Transforms.PruneVisualTokens(new(_test.Model) { Keep = KeepBudget.Tokens(2) }).Fit(tokens).Transform(tokens);

        (IEstimator<ITransformer> Stage, IDataView Input)[] stages =
        [
            (_test.ML.Transforms.PreprocessImages(new(_test.Model) { ImageColumnName = "ImagePath", Cancellation = cancelled }), _test.Rows),
            (_test.ML.Transforms.EncodeImages(new(_test.Model) { Cancellation = cancelled }), pixels),
            (_test.ML.Transforms.PruneVisualTokens(new(_test.Model) { Keep = KeepBudget.Tokens(2), Cancellation = cancelled }), tokens),
            (_test.ML.Transforms.GenerateText(new(_test.Model) { QuestionColumnName = "Text", Cancellation = cancelled }), kept),
        ];

        Assert.All(
            stages,
            stage => Assert.ThrowsAny<OperationCanceledException>(
                () => Numbers.Column<ReadOnlyMemory<char>>(stage.Stage.Fit(stage.Input).Transform(stage.Input), "Error")));
        Assert.ThrowsAny<OperationCanceledException>(
            () => Numbers.Column<ReadOnlyMemory<char>>(Rows(answering => answering), "Error"));
    }

    [Fact]
    public void Save_StageWithCancellation_LeavesItOut()
    {
        string path = _test.Save(Answering(answering => answering).Fit(_test.Rows));
        _source.Cancel();

        using ZooPruneModel loaded = _test.Load(path);
        using ZooPruneModel cancelled = _test.Load(path, new ZooPruneLoadOptions { Cancellation = _source.Token });

        Assert.Equal(4, _test.Read(loaded).Length);
        Assert.ThrowsAny<OperationCanceledException>(() => _test.Read(cancelled));
        Assert.DoesNotContain("ancellation", TinyChains.Description(path), StringComparison.Ordinal);
    }

    private IDataView Rows(Func<AnswerQuestionsOptions, AnswerQuestionsOptions> change) =>
        Answering(change).Fit(_test.Rows).Transform(_test.Rows);

    private IEstimator<ITransformer> Answering(Func<AnswerQuestionsOptions, AnswerQuestionsOptions> change) =>
        _test.ML.Transforms.AnswerQuestions(change(new(_test.Model)
        {
            Keep = KeepBudget.Tokens(2),
            ImageColumnName = "ImagePath",
            ImageFolder = TestModel.Images,
            QuestionColumnName = "Text",
            MaxNewTokens = 4,
            Cancellation = _source.Token,
        }));
}
