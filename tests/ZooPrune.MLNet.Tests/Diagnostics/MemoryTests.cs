using Microsoft.ML;

namespace ZooPrune.MLNet.Tests;

/// <summary>What stays in memory while many rows are read: what one batch needs, and nothing of the rows before it.</summary>
[Collection(AloneCollectionDefinition.Name)]
public class MemoryTests(TestModel test) : IClassFixture<TestModel>
{
    [Fact]
    public void Read_TenThousandRowsReadAhead_KeepsOneBatch()
    {
        IDataView rows = Numbers.ML.Data.LoadFromEnumerable(Enumerable.Range(0, 10_000).Select(i => new Number { X = i, Text = $"t{i}" }));

        long growth = Growth<Tripled>(Numbers.Transform(new TriplingStage(32), rows), count: 10_000, after: 1_000);

        Assert.InRange(growth, long.MinValue, 200_000);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Read_ManyRowsOfAnswerQuestions_KeepsOneBatch()
    {
        Question[] questions = [.. Enumerable.Range(0, 60).SelectMany(_ => AnswerQuestionsTests.SeveralPerImage(2, 5))];
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        IEstimator<ITransformer> stage = test.ML.Transforms.AnswerQuestions(new(test.Model)
        {
            Keep = KeepBudget.Tokens(32),
            ImageColumnName = nameof(Question.ImagePath),
            ImageFolder = TestModel.Images,
            QuestionColumnName = nameof(Question.Text),
            BatchSize = 8,
        });

        long growth = Growth<Answer>(stage.Fit(rows).Transform(rows), count: 600, after: 100);

        Assert.InRange(growth, long.MinValue, 2_000_000);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Read_TwoThousandRowsOfPruneVisualTokens_KeepsOneRow()
    {
        float[] tokens = test.SomeTokens();
        IDataView rows = test.ML.Data.LoadFromEnumerable(Enumerable.Range(0, 2_200).Select(_ => new TokensRow { VisualTokens = tokens }));
        var options = new PruneVisualTokensOptions(test.Model) { Keep = KeepBudget.Tokens(8), Selection = SelectionMethod.Norm };

        long growth = Growth<KeptRow>(test.ML.Transforms.PruneVisualTokens(options).Fit(rows).Transform(rows), count: 2_200, after: 200);

        // The visual tokens of one row are 221,184 bytes; two thousand of them would be 442 MB.
        Assert.InRange(growth, long.MinValue, 2_000_000);
    }

    /// <summary>By how many bytes the managed memory grows between an early row and the last.</summary>
    private static long Growth<TRow>(IDataView view, int count, int after)
        where TRow : class, new()
    {
        long early = 0;
        int read = 0;
        foreach (TRow _ in Numbers.ML.Data.CreateEnumerable<TRow>(view, reuseRowObject: true))
        {
            if (++read == after)
            {
                early = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        Assert.Equal(count, read);
        return GC.GetTotalMemory(forceFullCollection: true) - early;
    }
}
