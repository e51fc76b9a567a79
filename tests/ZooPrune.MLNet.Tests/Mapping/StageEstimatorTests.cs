using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class StageEstimatorTests
{
    [Fact]
    public void GetOutputSchema_AnyInput_IsTheShapeOfTheTransformersSchema()
    {
        IDataView view = Numbers.View(1);
        var estimator = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());

        SchemaShape shape = estimator.GetOutputSchema(Shapes.Of(view));

        Assert.Equal(Shapes.Lines(Shapes.Of(estimator.Fit(view).Transform(view))), Shapes.Lines(shape));
        Assert.Equal(
            [
                "Error:Scalar:String:False:0",
                "Text:Scalar:String:False:0",
                "X:Scalar:Single:False:0",
                "Y:Scalar:Single:False:0",
                "YFixed:Vector:Single:False:0",
                "YFree:VariableVector:Single:False:0"],
            Shapes.Lines(shape));
    }

    [Fact]
    public void GetOutputSchema_OutputNamedLikeAnInput_ReplacesIt()
    {
        IDataView view = Numbers.ML.Data.LoadFromEnumerable([new NumberAndText { X = 1, Y = "one" }]);
        var estimator = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());

        SchemaShape shape = estimator.GetOutputSchema(Shapes.Of(view));

        Assert.Equal(Shapes.Lines(Shapes.Of(estimator.Fit(view).Transform(view))), Shapes.Lines(shape));
        Assert.Equal(
            "Y:Scalar:Single:False:0", Assert.Single(Shapes.Lines(shape), line => line.StartsWith("Y:", StringComparison.Ordinal)));
    }

    [Fact]
    public void GetOutputSchema_AnnotatedAndImageColumns_AreKept()
    {
        var definition = SchemaDefinition.Create(typeof(NumberAndImage));
        definition["X"].AddAnnotation("Unit", "metre".AsMemory(), TextDataViewType.Instance);
        IDataView view = Numbers.ML.Data.LoadFromEnumerable(Array.Empty<NumberAndImage>(), definition);
        var estimator = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());

        string[] lines = Shapes.Lines(estimator.GetOutputSchema(Shapes.Of(view)));

        Assert.Contains("X:Scalar:Single:False:1", lines);
        Assert.Contains("Picture:Scalar:Image<4, 5>:False:0", lines);
        Assert.Equal(Shapes.Lines(Shapes.Of(estimator.Fit(view).Transform(view))), lines);
    }

    [Theory]
    [InlineData(
        typeof(Missing),
        "Doubling: there is no column 'X' in the input, whose columns are 'Other'. Expected Single; name the column with the "
            + "numbers. (Parameter 'inputSchema')")]
    [InlineData(
        typeof(WrongItem),
        "Doubling: column 'X' is of type Int32. Expected Single; name the column with the numbers. (Parameter 'inputSchema')")]
    [InlineData(
        typeof(WrongKind),
        "Doubling: column 'X' is of type Vector<Single>. Expected Single; name the column with the numbers. (Parameter 'inputSchema')")]
    [InlineData(
        typeof(WrongError),
        "Doubling: column 'Error' is of type Single. Expected text; give the errors of this pipeline another name with "
            + "ErrorColumnName. (Parameter 'inputSchema')")]
    public void GetOutputSchemaAndFit_UnfitInput_SayWhatIsNeeded(Type row, string message)
    {
        IDataView view =
            (IDataView)GetType().GetMethod(nameof(Load), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(row).Invoke(null, null)!;
        var estimator = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());

        var ofShape = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(Shapes.Of(view)));
        var ofFit = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(view));
        var ofTransformer =
            Assert.Throws<ArgumentOutOfRangeException>(() => Numbers.Transformer(new DoublingStage()).GetOutputSchema(view.Schema));

        Assert.All(
            [ofShape, ofFit, ofTransformer], exception => Assert.Equal((message, "inputSchema"), (exception.Message, exception.ParamName)));
    }

    [Fact]
    public void GetOutputSchemaAndFit_KeyColumn_IsRefused()
    {
        IDataView view = Numbers.ML.Data.LoadFromEnumerable([new Key { X = 1 }]);
        var estimator = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());

        string message = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(Shapes.Of(view))).Message;

        Assert.Equal(
            "Doubling: column 'X' is of type key of UInt32. Expected Single; name the column with the numbers. (Parameter 'inputSchema')",
            message);
        Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(view));
    }

    [Fact]
    public void Fit_AnyInput_ReadsNoRow()
    {
        var view = new JournalView(Numbers.View(3));
        var stage = new DoublingStage();

        new StageEstimator(Numbers.ML.Transforms, stage)
            .Append(new StageEstimator(Numbers.ML.Transforms, new DoublingStage(output: "Z")))
            .Fit(view)
            .Transform(view);

        Assert.Empty(view.Calls);
        Assert.Equal(0, stage.Opened);
    }

    [Fact]
    public void GetOutputSchemaAndFit_Null_Throw()
    {
        var estimator = new StageEstimator(Numbers.ML.Transforms, new DoublingStage());

        Assert.Throws<ArgumentNullException>("inputSchema", () => estimator.GetOutputSchema(null!));
        Assert.Throws<ArgumentNullException>("input", () => estimator.Fit(null!));
    }

    private static IDataView Load<T>()
        where T : class => Numbers.ML.Data.LoadFromEnumerable(Array.Empty<T>());

    private sealed class NumberAndText
    {
        public float X { get; set; }

        public string Y { get; set; } = string.Empty;
    }

    private sealed class NumberAndImage
    {
        public float X { get; set; }

        [Microsoft.ML.Transforms.Image.ImageType(4, 5)]
        public MLImage? Picture { get; set; }
    }

    private sealed class Missing
    {
        public float Other { get; set; }
    }

    private sealed class WrongItem
    {
        public int X { get; set; }
    }

    private sealed class WrongKind
    {
        public float[] X { get; set; } = [];
    }

    private sealed class WrongError
    {
        public float X { get; set; }

        public float Error { get; set; }
    }

    private sealed class Key
    {
        [KeyType(5)]
        public uint X { get; set; }
    }
}
