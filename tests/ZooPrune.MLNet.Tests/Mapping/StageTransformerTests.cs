using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class StageTransformerTests
{
    [Fact]
    public void Schema_OfTransformerMapperAndView_IsTheSame()
    {
        IDataView view = Numbers.View(1);
        ITransformer transformer = Numbers.Transformer(new DoublingStage());
        string[] expected = ["X:Single", "Text:String", "Error:String", "Y:Single", "YFixed:Vector<Single, 3>", "YFree:Vector<Single>"];

        Assert.Equal(expected, Shapes.Lines(transformer.GetOutputSchema(view.Schema)));
        Assert.Equal(expected, Shapes.Lines(transformer.GetRowToRowMapper(view.Schema).OutputSchema));
        Assert.Equal(expected, Shapes.Lines(transformer.Transform(view).Schema));
    }

    [Fact]
    public void Schema_OfASecondStage_HidesTheEarlierErrorColumn()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(1));

        string[] lines = Shapes.Lines(Numbers.Transformer(new DoublingStage(output: "Z")).GetOutputSchema(view.Schema));

        Assert.Equal(["Error:String:hidden", "Error:String"], lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)));
    }

    [Fact]
    public void IsRowToRowMapper_Always_IsTrue() => Assert.True(Numbers.Transformer(new DoublingStage()).IsRowToRowMapper);

    [Fact]
    public void Save_Always_SaysWhatToDo()
    {
        ITransformer transformer = Numbers.Transformer(new DoublingStage());

        var exception = Assert.Throws<NotSupportedException>(() => transformer.Save(null!));

        Assert.Equal(
            "Doubling: ML.NET's own Model.Save was asked to save this stage, and it gives stages of other packages no place for "
                + "their options. Expected a chain of ML.NET's own stages; save this one with ZooPruneModel.Save, and load it with "
                + "ZooPruneModel.Load.",
            exception.Message);
    }

    [Fact]
    public void Dispose_OfAChain_LeavesTheStageUsable()
    {
        IDataView view = Numbers.View(2);
        var chain = new TransformerChain<ITransformer>(Numbers.Transformer(new DoublingStage()));
        IDataView before = chain.Transform(view);

        chain.Dispose();

        Assert.Equal([0f, 2f], Numbers.Column<float>(before, "Y"));
        Assert.Equal([0f, 2f], Numbers.Column<float>(chain.Transform(view), "Y"));
    }

    [Fact]
    public void Members_Null_Throw()
    {
        ITransformer transformer = Numbers.Transformer(new DoublingStage());

        Assert.Throws<ArgumentNullException>("inputSchema", () => transformer.GetOutputSchema(null!));
        Assert.Throws<ArgumentNullException>("inputSchema", () => transformer.GetRowToRowMapper(null!));
        Assert.Throws<ArgumentNullException>("input", () => transformer.Transform(null!));
    }
}
