using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class StageMapperTests
{
    [Theory]
    [InlineData("Text", "Text")]
    [InlineData("X", "X")]
    [InlineData("Y", "X")]
    [InlineData("YFree", "X")]
    [InlineData("Error", "X")]
    [InlineData("Text,Y", "X,Text")]
    [InlineData("", "")]
    public void GetDependencies_OfColumns_AreThoseNeeded(string wanted, string needed)
    {
        DataViewSchema input = Numbers.View(1).Schema;
        IRowToRowMapper mapper = Numbers.Transformer(new DoublingStage()).GetRowToRowMapper(input);

        IEnumerable<DataViewSchema.Column> dependencies = mapper.GetDependencies(Columns(mapper.OutputSchema, wanted));

        Assert.Equal(Columns(input, needed), dependencies);
    }

    [Fact]
    public void GetDependencies_ReplacedColumn_NeedsTheVisibleErrorColumn()
    {
        DataViewSchema input = Numbers.Transform(new DoublingStage(), Numbers.View(1)).Schema;
        IRowToRowMapper mapper = Numbers.Transformer(new DoublingStage(output: "Z")).GetRowToRowMapper(input);

        Assert.Equal(Columns(input, "X,Error"), mapper.GetDependencies([mapper.OutputSchema["Z"]]));
    }

    [Fact]
    public void Schemas_OfAMapper_AreTheSameObjectsEveryTime()
    {
        DataViewSchema input = Numbers.View(1).Schema;
        IRowToRowMapper mapper = Numbers.Transformer(new DoublingStage()).GetRowToRowMapper(input);

        Assert.Same(input, mapper.InputSchema);
        Assert.Same(mapper.OutputSchema, mapper.OutputSchema);
    }

    [Fact]
    public void GetRow_RowOfAnotherSchema_IsRefused()
    {
        IRowToRowMapper mapper = Numbers.Transformer(new DoublingStage()).GetRowToRowMapper(Numbers.View(1).Schema);
        IDataView other = Numbers.View(1);
        using DataViewRowCursor row = other.GetRowCursor(other.Schema);

        var exception = Assert.Throws<ArgumentException>("input", () => mapper.GetRow(row, mapper.OutputSchema));

        Assert.Equal(
            "Doubling: the row has another schema than the mapper. Expected a row whose Schema is the mapper's InputSchema, the "
                + "same object; call GetRowToRowMapper with the row's schema. (Parameter 'input')",
            exception.Message);
    }

    [Fact]
    public void GetRow_OfACursor_FollowsItAndHasTheMappersSchema()
    {
        IDataView view = Numbers.View(3);
        IRowToRowMapper mapper = Numbers.Transformer(new DoublingStage()).GetRowToRowMapper(view.Schema);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        using DataViewRow row = mapper.GetRow(cursor, [mapper.OutputSchema["Y"]]);
        ValueGetter<float> getter = row.GetGetter<float>(mapper.OutputSchema["Y"]);
        var values = new List<float>();

        while (cursor.MoveNext())
        {
            float value = 0;
            getter(ref value);
            values.Add(value);
            Assert.Equal(cursor.Position, row.Position);
            Assert.Equal(cursor.Batch, row.Batch);
        }

        Assert.Equal([0f, 2f, 4f], values);
        Assert.Same(mapper.OutputSchema, row.Schema);
    }

    [Fact]
    public void PredictionEngine_OverOneStage_ComputesEachExampleOnce()
    {
        var stage = new DoublingStage();
        using PredictionEngine<Number, Doubled> engine =
            Numbers.ML.Model.CreatePredictionEngine<Number, Doubled>(Numbers.Transformer(stage));

        Doubled first = engine.Predict(new Number { X = 3 });
        Doubled second = engine.Predict(new Number { X = 4 });

        Assert.Equal((6f, 8f), (first.Y, second.Y));
        Assert.Equal([3f, 3f, 3f], first.YFree);
        Assert.Equal(2, stage.Computed);
    }

    [Fact]
    public void PredictionEngine_OverAChainWithAStageOfMLNet_Works()
    {
        IEstimator<ITransformer> first = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());
        ITransformer chain = first
            .Append(Numbers.ML.Transforms.CopyColumns("Copy", "Y"))
            .Append<ITransformer>(new StageEstimator(Numbers.ML.Transforms, new DoublingStage(input: "Copy", output: "Z")))
            .Fit(Numbers.View(1));
        using PredictionEngine<Number, Quadrupled> engine = Numbers.ML.Model.CreatePredictionEngine<Number, Quadrupled>(chain);

        Assert.Equal(12f, engine.Predict(new Number { X = 3 }).Z);
        Assert.Equal(20f, engine.Predict(new Number { X = 5 }).Z);
    }

    [Fact]
    public void PredictionEngine_AfterDisposal_TheTransformerStillWorks()
    {
        ITransformer transformer = Numbers.Transformer(new DoublingStage());
        Numbers.ML.Model.CreatePredictionEngine<Number, Doubled>(transformer).Dispose();

        using PredictionEngine<Number, Doubled> engine = Numbers.ML.Model.CreatePredictionEngine<Number, Doubled>(transformer);

        Assert.Equal(2f, engine.Predict(new Number { X = 1 }).Y);
    }

    private static DataViewSchema.Column[] Columns(DataViewSchema schema, string names) =>
        [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => schema[name])];

    private sealed class Quadrupled
    {
        public float Z { get; set; }
    }
}
