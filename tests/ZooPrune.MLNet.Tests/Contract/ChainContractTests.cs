using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>What ML.NET's chains and prediction engines call, in which order, and what they dispose. Our stages check columns in
/// GetOutputSchema, hold nothing that a chain or an engine may free, and cannot be saved by ML.NET because of this.</summary>
public class ChainContractTests
{
    private static readonly MLContext ML = Numbers.ML;

    private readonly List<string> _calls = [];

    [Fact]
    public void Fit_OfAChain_AsksForEveryShapeBeforeAnythingIsFitted()
    {
        new SpyStage("A", "X", "Y", _calls).Append(new SpyStage("B", "Y", "Z", _calls)).Fit(Numbers.View(1));

        Assert.Equal(["A.GetOutputSchema(shape)", "B.GetOutputSchema(shape)", "A.Fit", "A.Transform", "B.Fit", "B.Transform"], _calls);
    }

    [Fact]
    public void Fit_AShapeIsRefused_FitsNoStage()
    {
        EstimatorChain<ITransformer> chain = new SpyStage("A", "X", "Y", _calls).Append(new SpyStage("B", "Missing", "Z", _calls));

        Assert.Throws<ArgumentOutOfRangeException>("inputSchema", () => chain.Fit(Numbers.View(1)));

        Assert.Equal(["A.GetOutputSchema(shape)", "B.GetOutputSchema(shape)"], _calls);
    }

    [Fact]
    public void PredictionEngine_OverAChain_MakesOneRowOfTheMappersSchemasAndMovesItsPosition()
    {
        var chain = new TransformerChain<ITransformer>(
            new SpyStage("A", "X", "Y", _calls).Transformer(), new SpyStage("B", "Y", "Z", _calls).Transformer());

        using PredictionEngine<Number, OnlyZ> engine = ML.Model.CreatePredictionEngine<Number, OnlyZ>(chain);
        string[] made = [.. _calls];
        _calls.Clear();

        Assert.Equal((12f, 16f), (engine.Predict(new Number { X = 3 }).Z, engine.Predict(new Number { X = 4 }).Z));
        Assert.Equal(["A.GetRow at -1", "B.GetRow at -1"], made.Where(call => call.Contains("GetRow ", StringComparison.Ordinal)));
        Assert.Contains("A.IsRowToRowMapper", made);
        Assert.Contains("B.GetDependencies", made);
        Assert.Empty(_calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PredictionEngine_Disposed_DisposesTheTransformerThatItOwns(bool owns)
    {
        var options = new PredictionEngineOptions { OwnsTransformer = owns };

        ML.Model.CreatePredictionEngine<Number, OnlyZ>(new SpyStage("A", "X", "Z", _calls).Transformer(), options).Dispose();

        Assert.Equal(owns ? 1 : 0, _calls.Count(call => call == "A.Dispose"));
        Assert.True(new PredictionEngineOptions().OwnsTransformer);
    }

    [Fact]
    public void Dispose_OfATransformerChain_DisposesEachMemberOnceAndLeavesTheChainUsable()
    {
        var chain = new TransformerChain<ITransformer>(
            new SpyStage("A", "X", "Y", _calls).Transformer(), new SpyStage("B", "Y", "Z", _calls).Transformer());

        chain.Dispose();
        chain.Dispose();

        Assert.Equal(["A.Dispose", "B.Dispose"], _calls.Order());
        Assert.Equal([0f, 4f], Numbers.Column<float>(chain.Transform(Numbers.View(2)), "Z"));
    }

    [Fact]
    public void Save_StageWithoutAPlaceForItsOptions_FailsInModelSave()
    {
        ITransformer stage = new SpyStage("A", "X", "Y", _calls).Transformer();

        Assert.Throws<InvalidOperationException>(() => ML.Model.Save(stage, Numbers.View(1).Schema, new MemoryStream()));
        Assert.Equal(["A.Save"], _calls);
        Assert.Throws<NotSupportedException>(
            () => ML.Model.Save(Numbers.Transformer(new DoublingStage()), Numbers.View(1).Schema, new MemoryStream()));
    }

    [Fact]
    public void GetModelFor_Scoring_LeavesOutStagesOfTrainingAlone()
    {
        TransformerChain<ITransformer> chain = new EstimatorChain<ITransformer>()
            .Append<ITransformer>(new SpyStage("A", "X", "Y", _calls))
            .Append<ITransformer>(new SpyStage("B", "Y", "Z", _calls), TransformerScope.TrainTest)
            .Fit(Numbers.View(1));

        Assert.Equal(2, chain.Count());
        Assert.Single(chain.GetModelFor(TransformerScope.Scoring));
    }

    private sealed class OnlyZ
    {
        public float Z { get; set; }
    }
}
