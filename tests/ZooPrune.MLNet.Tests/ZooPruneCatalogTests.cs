using Microsoft.ML;

namespace ZooPrune.MLNet.Tests;

[Collection(ModelCollectionDefinition.Name)]
public class ZooPruneCatalogTests(TestModel test)
{
    [Fact]
    public void Methods_NullCatalogOrOptions_Throw()
    {
        TransformsCatalog transforms = test.ML.Transforms;

        Assert.Throws<ArgumentNullException>("catalog", () => ZooPruneCatalog.PreprocessImages(null!, new(test.Model)));
        Assert.Throws<ArgumentNullException>("catalog", () => ZooPruneCatalog.EncodeImages(null!, new(test.Model)));
        Assert.Throws<ArgumentNullException>(
            "catalog", () => ZooPruneCatalog.PruneVisualTokens(null!, new(test.Model) { Keep = KeepBudget.Tokens(1) }));
        Assert.Throws<ArgumentNullException>("catalog", () => ZooPruneCatalog.GenerateText(null!, new(test.Model)));
        Assert.Throws<ArgumentNullException>("options", () => transforms.PreprocessImages(null!));
        Assert.Throws<ArgumentNullException>("options", () => transforms.EncodeImages(null!));
        Assert.Throws<ArgumentNullException>("options", () => transforms.PruneVisualTokens(null!));
        Assert.Throws<ArgumentNullException>("options", () => transforms.GenerateText(null!));
    }

    [Fact]
    public void Options_NullModel_Throw()
    {
        Assert.Throws<ArgumentNullException>("model", () => new PreprocessImagesOptions(null!));
        Assert.Throws<ArgumentNullException>("model", () => new EncodeImagesOptions(null!));
        Assert.Throws<ArgumentNullException>("model", () => new PruneVisualTokensOptions(null!) { Keep = KeepBudget.Tokens(1) });
        Assert.Throws<ArgumentNullException>("model", () => new GenerateTextOptions(null!));
    }

    [Fact]
    public void Fit_NoImageColumn_SaysWhichOptionNamesIt()
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(Array.Empty<Question>());
        IEstimator<ITransformer> stage = test.ML.Transforms.PreprocessImages(new(test.Model));

        var fit = Assert.Throws<ArgumentOutOfRangeException>(() => stage.Fit(rows));
        var shape = Assert.Throws<ArgumentOutOfRangeException>(() => stage.GetOutputSchema(Shapes.Of(rows)));

        const string Message = "PreprocessImages: there is no image column 'Image' in the input, whose columns are 'ImagePath', 'Text'. "
            + "Expected an image, the path of one, or the bytes of an image file; name the column with the images in ImageColumnName.";
        Assert.StartsWith(Message, fit.Message, StringComparison.Ordinal);
        Assert.StartsWith(Message, shape.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimators_OfEveryStage_HaveTheShapeOfTheirTransformersSchema()
    {
        IEstimator<ITransformer>[] stages =
        [
            test.ML.Transforms.PreprocessImages(new(test.Model) { ImageColumnName = "ImagePath" }),
            test.ML.Transforms.EncodeImages(new(test.Model)),
            test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(5), SensitivityColumnName = "sensitivity" }),
            test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = "Text" }),
        ];

        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<Question>());
        foreach (IEstimator<ITransformer> stage in stages)
        {
            string[] shape = Shapes.Lines(stage.GetOutputSchema(Shapes.Of(view)));
            view = stage.Fit(view).Transform(view);
            Assert.Equal(Shapes.Lines(Shapes.Of(view)), shape);
        }
    }
}
