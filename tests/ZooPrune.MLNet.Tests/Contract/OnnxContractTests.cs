using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>How ApplyOnnxModel reads the stage before it and what it hands to the one behind it. PreprocessImages may stand before it and
/// PruneVisualTokens behind it because of this.</summary>
public sealed class OnnxContractTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<IDisposable> _models = [];

    public void Dispose() => _models.ForEach(model => model.Dispose());

    [Fact]
    public void ApplyOnnxModel_OutputWanted_PullsItsInputOncePerRowAndKeepsTheOrder()
    {
        float[] rows = [.. Enumerable.Range(0, 300).Select(i => (float)(i % 7))];
        var source = new JournalView(Pixels(rows));
        float[][] expected = [.. Tokens(Apply(Pixels([0, 1, 2, 3, 4, 5, 6])))];

        float[][] tokens = Tokens(Apply(source));

        Assert.Equal(rows.Select(value => expected[(int)value]), tokens);
        Assert.Equal(300, source.Calls.Count(call => call.StartsWith("pull pixel_values ", StringComparison.Ordinal)));
    }

    [Fact]
    public void ApplyOnnxModel_OutputNotWanted_PullsNothing()
    {
        var source = new JournalView(Pixels([1, 2]));

        Numbers.Column<float>(Apply(source), "Number");

        Assert.DoesNotContain(source.Calls, call => call.StartsWith("pull pixel_values ", StringComparison.Ordinal));
    }

    [Fact]
    public void ApplyOnnxModel_OutputWanted_ReadsAheadInASetOfSeveral()
    {
        var source = new JournalView(Pixels([1, 2, 3]));
        IDataView view = Apply(source);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["visual_tokens"]]);

        cursor.MoveNext();

        Assert.Matches(@"^set of \d+\(pixel_values\)$", source.Calls[0]);
        Assert.Contains("pull pixel_values 2", source.Calls);
    }

    [Fact]
    public void ApplyOnnxModel_InputThrows_WrapsTheException()
    {
        var source = new JournalView(Pixels([1])) { Failing = ("pixel_values", new FormatException("Bad.")) };

        var exception = Assert.Throws<InvalidOperationException>(() => Tokens(Apply(source)));

        Assert.IsType<FormatException>(exception.GetBaseException());
    }

    [Fact]
    public void ApplyOnnxModel_Schema_KeepsTheBatchOfOneAsADimension() =>
        Assert.Equal("Vector<Single, 1, 4, 6>", Apply(Pixels([1])).Schema["visual_tokens"].Type.ToString());

    [Theory]
    [InlineData(5)]
    [InlineData(2 * 3 * 8 * 8)]
    public void ApplyOnnxModel_LengthThatDoesNotFit_Throws(int length)
    {
        var definition = SchemaDefinition.Create(typeof(AnyPixelsRow));
        definition["pixel_values"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, 8, 8);
        IDataView rows = _ml.Data.LoadFromEnumerable([new AnyPixelsRow { PixelValues = new float[length] }], definition);

        Assert.Throws<InvalidOperationException>(() => Tokens(Apply(rows)));
    }

    [Fact]
    public void ApplyOnnxModel_Disposed_ThrowsAtTheRowsOfAViewMadeBefore()
    {
        IDataView view = Apply(Pixels([1]));

        Dispose();

        Assert.Throws<InvalidOperationException>(() => Tokens(view));
    }

    [Fact]
    public void PredictionEngine_OverApplyOnnxModel_DisposesItsSession()
    {
        IDataView rows = Pixels([1]);
        ITransformer model = _ml.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", Encoder).Fit(rows);

        _ml.Model.CreatePredictionEngine<PixelsOf8, TokensRow>(model).Dispose();

        Assert.Throws<InvalidOperationException>(() => Tokens(model.Transform(rows)));
    }

    private static string Encoder => Path.Combine(TinyChains.Original, "onnx", "vision_encoder.onnx");

    private static float[][] Tokens(IDataView view) =>
        [.. Numbers.Column<VBuffer<float>>(view, "visual_tokens").Select(tokens => tokens.DenseValues().ToArray())];

    private IDataView Pixels(params IEnumerable<float> rows) => _ml.Data.LoadFromEnumerable(
        rows.Select(value => new PixelsOf8 { Number = value, PixelValues = [.. Enumerable.Repeat(value, 3 * 8 * 8)] }).ToArray());

    private IDataView Apply(IDataView rows)
    {
        var model = _ml.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", Encoder).Fit(rows);
        _models.Add(model);
        return model.Transform(rows);
    }

    private sealed class PixelsOf8
    {
        public float Number { get; set; }

        [ColumnName("pixel_values")]
        [VectorType(3, 8, 8)]
        public float[] PixelValues { get; set; } = [];
    }
}
