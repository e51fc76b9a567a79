using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

[Collection(ModelCollectionDefinition.Name)]
public class PruneVisualTokensTests(TestModel test)
{
    private int N => test.Model.VisualTokenCount;

    private int D => test.Model.EncoderWidth;

    private int H => test.Model.EmbeddingWidth;

    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.DivPrune)]
    [InlineData(SelectionMethod.Sensitivity)]
    [InlineData(SelectionMethod.Norm)]
    [InlineData(SelectionMethod.Uniform)]
    [InlineData(SelectionMethod.Random)]
    public void Read_EachMethod_IsWhatTheModelPrunes(SelectionMethod method)
    {
        float[] tokens = test.SomeTokens();

        KeptRow row = Assert.Single(Read(new(test.Model) { Keep = KeepBudget.Tokens(20), Selection = method, Seed = 3 }, tokens));

        TokenSelection expected =
            test.Model.Prune(tokens, new PruningOptions { Keep = KeepBudget.Tokens(20), Selection = method, Seed = 3 });
        Assert.Equal(expected.KeptIndices.ToArray(), row.KeptIndices);
        Assert.Equal(expected.KeptTokens.ToArray(), row.KeptTokens);
        Assert.Equal((20, 20 * H, N), (row.KeptIndices.Length, row.KeptTokens.Length, row.VisualTokenCount));
        Assert.Empty(row.Error);
        Assert.Empty(row.Note);
        Assert.True(row.PruneMilliseconds > 0);
    }

    [Fact]
    public void ToPruningOptions_EveryOption_IsPassedOn()
    {
        var options = new PruneVisualTokensOptions(test.Model)
        {
            Keep = KeepBudget.Ratio(0.5),
            Selection = SelectionMethod.DivPrune,
            Sensitivity = SensitivityMethod.Sampled,
            Directions = 5,
            StepSize = 0.25f,
            Seed = 9,
            Centering = 0.75f,
            Sharpness = 2.5f,
            MaxThreads = 2,
            OnlyIfFaster = true,
        };

        PruningOptions pruning = options.ToPruningOptions();

        Assert.All(typeof(PruningOptions).GetProperties(), property =>
            Assert.Equal(typeof(PruneVisualTokensOptions).GetProperty(property.Name)!.GetValue(options), property.GetValue(pruning)));
    }

    [Fact]
    public void Options_Defaults_AreThoseOfPruningOptions()
    {
        var keep = KeepBudget.Tokens(1);

        Assert.Equal(new PruningOptions { Keep = keep }, new PruneVisualTokensOptions(test.Model) { Keep = keep }.ToPruningOptions());
    }

    [Theory]
    [InlineData(SensitivityMethod.Sampled)]
    [InlineData(SensitivityMethod.ClosedForm)]
    public void Read_SensitivityColumnNamed_HoldsTheSensitivity(SensitivityMethod method)
    {
        float[] tokens = test.SomeTokens();
        IDataView view =
            View(new(test.Model) { Keep = KeepBudget.Tokens(10), Sensitivity = method, SensitivityColumnName = "sensitivity" }, tokens);

        VBuffer<float> sensitivity = Assert.Single(Numbers.Column<VBuffer<float>>(view, "sensitivity"));

        TokenSelection expected = test.Model.Prune(tokens, new PruningOptions { Keep = KeepBudget.Tokens(10), Sensitivity = method });
        Assert.Equal(expected.Sensitivity.ToArray(), sensitivity.DenseValues());
        Assert.Equal(N, sensitivity.Length);
    }

    [Fact]
    public void Read_SelectionOrderColumnNamed_HoldsTheOrder()
    {
        float[] tokens = test.SomeTokens();
        IDataView view = View(new(test.Model) { Keep = KeepBudget.Tokens(10), SelectionOrderColumnName = "order" }, tokens);

        VBuffer<int> order = Assert.Single(Numbers.Column<VBuffer<int>>(view, "order"));

        Assert.Equal(
            test.Model.Prune(tokens, new PruningOptions { Keep = KeepBudget.Tokens(10) }).SelectionOrder.ToArray(), order.DenseValues());
    }

    [Fact]
    public void Read_EverythingKeptWithASensitivityColumn_StillScores()
    {
        IDataView view = View(new(test.Model) { Keep = KeepBudget.Ratio(1), SensitivityColumnName = "sensitivity" }, test.SomeTokens());

        Assert.Equal(N, Assert.Single(Numbers.Column<VBuffer<float>>(view, "sensitivity")).Length);
    }

    [Fact]
    public void Read_EverythingKept_IsTheProjection()
    {
        float[] tokens = test.SomeTokens();

        KeptRow row = Assert.Single(Read(new(test.Model) { Keep = KeepBudget.Ratio(1) }, tokens));

        Assert.Equal(Enumerable.Range(0, N), row.KeptIndices);
        Assert.Equal(test.Model.Prune(tokens, null).KeptTokens.ToArray(), row.KeptTokens);
        Assert.Empty(row.Note);
    }

    [Fact]
    public void Read_BudgetBeyondTheTokens_KeepsAllAndSaysSo()
    {
        KeptRow row = Assert.Single(Read(new(test.Model) { Keep = KeepBudget.Tokens(700) }, test.SomeTokens()));

        Assert.Equal("keep 700 of 576: all tokens kept", row.Note);
        Assert.Equal(N, row.KeptIndices.Length);
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.Norm)]
    public void Read_PruningDoesNotPay_KeepsAllAndSaysSo(SelectionMethod selection)
    {
        float[] tokens = test.SomeTokens();
        using VisionLanguageModel model = ModelThatAdvises(saved: 36, cost: 46);
        var options = new PruneVisualTokensOptions(model) { Keep = KeepBudget.Tokens(64), Selection = selection, OnlyIfFaster = true };

        KeptRow[] rows = Read(options, tokens, test.SomeTokens(2));

        Assert.All(rows, row => Assert.Equal("not pruned: costs more than it saves (cost 46 ms, saves 36 ms)", row.Note));
        Assert.All(rows, row => Assert.Equal(Enumerable.Range(0, N), row.KeptIndices));
        Assert.Equal(test.Model.Prune(tokens, null).KeptTokens.ToArray(), rows[0].KeptTokens);
        Assert.All(rows, row => Assert.Empty(row.Error));
    }

    [Fact]
    public void Read_PruningPays_Prunes()
    {
        float[] tokens = test.SomeTokens();
        using VisionLanguageModel model = ModelThatAdvises(saved: 36, cost: 1.5);
        var options = new PruneVisualTokensOptions(model) { Keep = KeepBudget.Tokens(64) };

        KeptRow decided = Assert.Single(Read(options with { OnlyIfFaster = true }, tokens));

        Assert.Equal(Assert.Single(Read(options, tokens)).KeptIndices, decided.KeptIndices);
        Assert.Empty(decided.Note);
    }

    [Fact]
    public void Read_PruningDoesNotPay_SensitivityIsEmpty()
    {
        using VisionLanguageModel model = ModelThatAdvises(saved: 36, cost: 46);
        IDataView view = View(
            new(model) { Keep = KeepBudget.Tokens(64), OnlyIfFaster = true, SensitivityColumnName = "sensitivity" }, test.SomeTokens());

        Assert.Equal(0, Assert.Single(Numbers.Column<VBuffer<float>>(view, "sensitivity")).Length);
    }

    [Fact]
    public void Read_EverythingKeptAnyway_IsNotDecided()
    {
        using var model = VisionLanguageModel.Load(TestModel.Folder, null, (_, _) => throw new NotSupportedException("Timed."));

        KeptRow row = Assert.Single(Read(new(model) { Keep = KeepBudget.Ratio(1), OnlyIfFaster = true }, test.SomeTokens()));

        Assert.Equal((N, "", ""), (row.KeptIndices.Length, row.Note, row.Error));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Read_TimingTakesLong_IsNoPartOfTheRowsTime()
    {
        using var model = VisionLanguageModel.Load(TestModel.Folder, null, (count, options) =>
        {
            Thread.Sleep(700);
            return new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = 1 }).Advise(count, options.Keep, 1);
        });

        KeptRow row = Assert.Single(Read(new(model) { Keep = KeepBudget.Tokens(64), OnlyIfFaster = true }, test.SomeTokens()));

        Assert.InRange(row.PruneMilliseconds, 0, 650);
    }

    [Fact]
    public void Schema_OfTheStage_HasTheDocumentedColumns()
    {
        IDataView view = View(new(test.Model) { Keep = KeepBudget.Tokens(1), SensitivityColumnName = "sensitivity" }, []);

        Assert.Equal(
            [
                "visual_tokens:Vector<Single>", "Error:String", "KeptTokens:Vector<Single>", "KeptIndices:Vector<Int32>",
                "VisualTokenCount:Int32", "sensitivity:Vector<Single>", "Note:String", "PruneMilliseconds:Single",
            ],
            Shapes.Lines(view.Schema));
    }

    [Fact]
    public void Read_UnfitTokens_AreReportedEachWithItsMessage()
    {
        float[] notANumber = test.SomeTokens();
        notANumber[(17 * D) + 5] = float.NaN;
        float[] infinite = test.SomeTokens();
        infinite[^1] = float.NegativeInfinity;
        float[] classToken = new float[(N + 1) * D];

        KeptRow[] rows = Read(
            new(test.Model) { Keep = KeepBudget.Tokens(8) },
            test.SomeTokens(),
            new float[589_000],
            classToken,
            [],
            notANumber,
            infinite,
            test.SomeTokens());

        const string Advice = "check that the encoder output is taken before pooling and is of the same model.";
        Assert.Equal(
            [
                "",
                "PruneVisualTokens: column 'visual_tokens' has 589,000 values in row 1, not a multiple of the encoder width 96. "
                    + $"Expected N x 96; {Advice}",
                $"PruneVisualTokens: column 'visual_tokens' has 577 visual tokens in row 2. Expected 576; {Advice}",
                $"PruneVisualTokens: column 'visual_tokens' has 0 visual tokens in row 3. Expected 576; {Advice}",
                "PruneVisualTokens: column 'visual_tokens' has the value NaN in row 4, visual token 17, element 5. Expected "
                    + "finite numbers; check the image and the vision encoder (half precision overflows at 65,504).",
                "PruneVisualTokens: column 'visual_tokens' has the value -Infinity in row 5, visual token 575, element 95. "
                    + "Expected finite numbers; check the image and the vision encoder (half precision overflows at 65,504).",
                "",
            ],
            rows.Select(row => row.Error));
        Assert.All(
            rows[1..6],
            row => Assert.Equal(
                (0, 0, 0, 0f), (row.KeptTokens.Length, row.KeptIndices.Length, row.VisualTokenCount, row.PruneMilliseconds)));
        Assert.Equal(rows[0].KeptIndices, rows[6].KeptIndices);
    }

    [Fact]
    public void Read_UnfitTokensAndErrorsThrown_Throws()
    {
        var options = new PruneVisualTokensOptions(test.Model) { Keep = KeepBudget.Tokens(8), Errors = RowErrors.Throw };

        var exception = Assert.Throws<InvalidOperationException>(() => Read(options, test.SomeTokens(), [1, 2, 3]));

        Assert.Equal(
            "PruneVisualTokens: column 'visual_tokens' has 3 values in row 1, not a multiple of the encoder width 96. Expected N "
                + "x 96; check that the encoder output is taken before pooling and is of the same model.",
            exception.Message);
    }

    [Fact]
    public void Fit_DeclaredSizeOfAnotherModel_Throws()
    {
        var definition = SchemaDefinition.Create(typeof(TokensRow));
        definition["visual_tokens"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1, 577, 96);
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<TokensRow>(), definition);

        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            "inputSchema",
            () => test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(8) }).Fit(view));

        Assert.Equal(
            "PruneVisualTokens: column 'visual_tokens' is of type Vector<Single, 1, 577, 96>. Expected a vector of 576 x 96 "
                + "Single; check that the encoder output is taken before pooling and is of the same model. (Parameter 'inputSchema')",
            exception.Message);
    }

    [Fact]
    public void Create_WrongOptions_AreRefusedAtOnce()
    {
        TransformsCatalog transforms = test.ML.Transforms;
        var keep = KeepBudget.Tokens(8);

        Assert.Throws<ArgumentException>(() => transforms.PruneVisualTokens(new(test.Model) { Keep = default }));
        Assert.Throws<ArgumentOutOfRangeException>(() => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, Directions = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, StepSize = float.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, Centering = 1.5f }));
        Assert.Throws<ArgumentOutOfRangeException>(() => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, Sharpness = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, Selection = (SelectionMethod)99 }));
        Assert.Throws<ArgumentException>(
            "SensitivityColumnName", () => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, SensitivityColumnName = "" }));
        Assert.Throws<ArgumentException>(
            "KeptIndicesColumnName",
            () => transforms.PruneVisualTokens(new(test.Model) { Keep = keep, KeptIndicesColumnName = "KeptTokens" }));
    }

    [Fact]
    public void Create_SelectionThatNeedsTheEncoder_SaysWhatToDo()
    {
        PruneVisualTokensOptions options = new(test.Model) { Keep = KeepBudget.Tokens(8), Selection = SelectionMethod.VisionZip };
        ArgumentException error = Assert.Throws<ArgumentException>("Selection", () => test.ML.Transforms.PruneVisualTokens(options));

        Assert.Equal(
            "PruneVisualTokens: the selection VisionZip uses the attention inside the vision encoder, and column 'visual_tokens' has "
            + "visual "
                + "tokens alone. Expected a selection that needs no more (ZooPrune, DivPrune, Sensitivity, Norm, Uniform, Random, ToMe, "
                + "Dart, Scope, OTPrune, CenPrune); "
                + "take one of them, or AnswerQuestions, which encodes and prunes in one. (Parameter 'Selection')",
            error.Message);
    }

    [Fact]
    public void Create_WrongOptionsOfABudgetOfAllTokens_AreRefusedToo() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Ratio(1), Directions = 0 }));

    /// <summary>A model that has measured that much for every budget of 64.</summary>
    private static VisionLanguageModel ModelThatAdvises(double saved, double cost) =>
        VisionLanguageModel.Load(TestModel.Folder, null, (count, options) =>
        new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = saved / (576 - 64) }).Advise(count, options.Keep, cost));

    private IDataView View(PruneVisualTokensOptions options, params float[][] tokens)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(tokens.Select(values => new TokensRow { VisualTokens = values }).ToArray());
        return test.ML.Transforms.PruneVisualTokens(options).Fit(rows).Transform(rows);
    }

    private KeptRow[] Read(PruneVisualTokensOptions options, params float[][] tokens) =>
        [.. test.ML.Data.CreateEnumerable<KeptRow>(View(options, tokens), reuseRowObject: false)];
}
