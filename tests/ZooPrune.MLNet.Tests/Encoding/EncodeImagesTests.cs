using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

[Collection(ModelCollectionDefinition.Name)]
public class EncodeImagesTests(TestModel test)
{
    [Fact]
    public void Read_RealImages_IsWhatApplyOnnxModelGives()
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(TestModel.Questions(3));
        IEstimator<ITransformer> pixels =
            test.ML.Transforms.PreprocessImages(new(test.Model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images });

        float[][] ours = Tokens(pixels.Append(test.ML.Transforms.EncodeImages(new(test.Model))), rows);
        float[][] theirs =
            Tokens(pixels.Append(test.ML.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", test.Model.Files.VisionEncoder)), rows);

        Assert.Equal(3, ours.Length);
        for (int row = 0; row < ours.Length; row++)
        {
            Assert.Equal(test.Model.VisualTokenCount * test.Model.EncoderWidth, ours[row].Length);

            // The two sessions may share their work among threads in another way.
            Numbers.AssertNear(theirs[row], ours[row], absolute: 1e-4f, relative: 1e-4f);
        }
    }

    [Fact]
    public void Read_AnyBatchSize_GivesTheSameBits()
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(TestModel.Questions(7).Select(question => new AnyPixelsRow
        {
            PixelValues = test.Model.Prepare(Path.Combine(TestModel.Images, question.ImagePath)).PixelValues.ToArray(),
        }).ToArray());
        float[][] Encoded(int batchSize) => Tokens(test.ML.Transforms.EncodeImages(new(test.Model) { BatchSize = batchSize }), rows);

        float[][] alone = Encoded(1);

        foreach (int batchSize in (int[])[2, 4, 0])
        {
            foreach ((float[] one, float[] together) in alone.Zip(Encoded(batchSize)))
            {
                Assert.True(one.AsSpan().SequenceEqual(together), $"batches of {batchSize}");
            }
        }
    }

    [Fact]
    public void Create_BatchSizeBelowZero_Throws()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            "BatchSize", () => test.ML.Transforms.EncodeImages(new(test.Model) { BatchSize = -2 }));

        Assert.Equal(
            "EncodeImages: BatchSize is -2. Expected the number of rows to compute at once, or 0; leave the option out to have it "
                + "chosen by memory and processors. (Parameter 'BatchSize')",
            exception.Message);
    }

    [Fact]
    public void Schema_OfTheStage_HasTheTokensAndTheirShape()
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<AnyPixelsRow>());

        DataViewSchema schema = test.ML.Transforms.EncodeImages(new(test.Model)).Fit(view).Transform(view).Schema;

        Assert.Equal(
            [
                "pixel_values:Vector<Single>",
                "Error:String",
                $"visual_tokens:Vector<Single, {test.Model.VisualTokenCount}, {test.Model.EncoderWidth}>",
                "EncodeMilliseconds:Single"],
            Shapes.Lines(schema));
    }

    [Fact]
    public void Read_RowsOfWrongLengthOrNaN_AreReportedWithZeros()
    {
        float[] good = test.Model.Prepare(Path.Combine(TestModel.Images, "0000.png")).PixelValues.ToArray();
        float[] notNumbers = [.. good];
        notNumbers[1000] = float.NaN;
        IDataView rows = test.ML.Data.LoadFromEnumerable<AnyPixelsRow>(
            [new() { PixelValues = [1, 2, 3] }, new() { PixelValues = notNumbers }, new() { PixelValues = good }]);
        IDataView view = test.ML.Transforms.EncodeImages(new(test.Model)).Fit(rows).Transform(rows);

        string[] errors = [.. Numbers.Column<ReadOnlyMemory<char>>(view, "Error").Select(error => error.ToString())];
        float[][] tokens = Tokens(view);
        float[] milliseconds = Numbers.Column<float>(view, "EncodeMilliseconds");

        Assert.Equal(
            "EncodeImages: column 'pixel_values' has 3 values in row 0. Expected a vector of 338,688 Single; put PreprocessImages "
                + "with the same model before this stage.",
            errors[0]);
        Assert.Contains("NaN", errors[1], StringComparison.Ordinal);
        Assert.Empty(errors[2]);
        Assert.All(
            [tokens[0], tokens[1]], values => Assert.Equal(new float[test.Model.VisualTokenCount * test.Model.EncoderWidth], values));
        Assert.Equal(test.Model.EncodeToArray(test.Model.Prepare(Path.Combine(TestModel.Images, "0000.png"))), tokens[2]);
        Assert.Equal((0f, 0f, true), (milliseconds[0], milliseconds[1], milliseconds[2] > 0));
    }

    [Fact]
    public void Fit_DeclaredSizeOfAnotherModel_Throws()
    {
        var definition = SchemaDefinition.Create(typeof(AnyPixelsRow));
        definition["pixel_values"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, 224, 224);
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<AnyPixelsRow>(), definition);

        var exception =
            Assert.Throws<ArgumentOutOfRangeException>("inputSchema", () => test.ML.Transforms.EncodeImages(new(test.Model)).Fit(view));

        Assert.Equal(
            "EncodeImages: column 'pixel_values' is of type Vector<Single, 3, 224, 224>. Expected a vector of 338,688 Single; put "
                + "PreprocessImages with the same model before this stage. (Parameter 'inputSchema')",
            exception.Message);
    }

    private static float[][] Tokens(IEstimator<ITransformer> pipeline, IDataView rows) => Tokens(pipeline.Fit(rows).Transform(rows));

    private static float[][] Tokens(IDataView view) =>
        [.. Numbers.Column<VBuffer<float>>(view, "visual_tokens").Select(tokens => tokens.DenseValues().ToArray())];
}
