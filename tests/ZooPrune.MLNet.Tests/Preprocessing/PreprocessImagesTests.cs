using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

[Collection(ModelCollectionDefinition.Name)]
public class PreprocessImagesTests(TestModel test)
{
    private int PixelCount => 3 * test.Model.ImageSize * test.Model.ImageSize;

    [Theory]
    [InlineData(MLPixelFormat.Bgra32, 255)]
    [InlineData(MLPixelFormat.Rgba32, 255)]
    [InlineData(MLPixelFormat.Bgra32, 0)]
    public void Read_ImageOfEitherPixelOrder_IsWhatTheModelPrepares(MLPixelFormat format, byte alpha)
    {
        using MLImage image = TestImages.Image(format, alpha);

        PixelsRow row = Assert.Single(Read([new ImageRow { Image = image }]));

        Assert.Equal(test.Model.Prepare(TestImages.Rgb(), TestImages.Width, TestImages.Height).PixelValues.ToArray(), row.PixelValues);
        Assert.Empty(row.Error);
        Assert.True(row.PreprocessMilliseconds > 0);
        Assert.Equal(TestImages.Width, image.Width);
    }

    [Fact]
    public void Read_ImageReadTwice_BelongsToTheUserStill()
    {
        using MLImage image = TestImages.Image(MLPixelFormat.Bgra32);
        ImageRow[] rows = [new ImageRow { Image = image }, new ImageRow { Image = image }];

        float[][] values = [.. Read(rows).Concat(Read(rows)).Select(row => row.PixelValues)];

        Assert.All(values, value => Assert.Equal(values[0], value));
        Assert.Equal(4 * TestImages.Width * TestImages.Height, image.Pixels.Length);
    }

    [Fact]
    public void Read_NullImage_IsReportedWithZeros()
    {
        using MLImage image = TestImages.Image(MLPixelFormat.Bgra32);

        PixelsRow[] rows = Read([new ImageRow(), new ImageRow { Image = image }]);

        Assert.Equal(
            "PreprocessImages: column 'Image' is empty in row 0. Expected an image, the path of one, or the bytes of an image "
                + "file; check that the file is there and is a whole PNG, JPEG, WebP, GIF or BMP image.",
            rows[0].Error);
        Assert.Equal(new float[PixelCount], rows[0].PixelValues);
        Assert.Equal(0, rows[0].PreprocessMilliseconds);
        Assert.Empty(rows[1].Error);
        Assert.Contains(rows[1].PixelValues, value => value != 0);
    }

    [Theory]
    [InlineData("0000.png")]
    [InlineData("0001.jpg")]
    public void Read_PathColumn_IsWhatTheModelPrepares(string image)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(
            [new Question { ImagePath = image }, new Question { ImagePath = Path.Combine(TestModel.Images, image) }]);

        PixelsRow[] read =
            Read(new PreprocessImagesOptions(test.Model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images }, rows);

        float[] expected = test.Model.Prepare(Path.Combine(TestModel.Images, image)).PixelValues.ToArray();
        Assert.All(read, row => Assert.Equal(expected, row.PixelValues));
        Assert.All(read, row => Assert.True(row.PreprocessMilliseconds > 0));
    }

    [Fact]
    public void Read_BytesColumn_IsWhatTheModelPreparesAndBadRowsAreReported()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(TestModel.Images, "0001.jpg"));
        IDataView rows = test.ML.Data.LoadFromEnumerable<FileRow>(
            [new() { Image = file }, new() { Image = file[..500] }, new(), new() { Image = file }]);

        PixelsRow[] read = Read(new PreprocessImagesOptions(test.Model), rows);

        float[] expected = test.Model.Prepare(Path.Combine(TestModel.Images, "0001.jpg")).PixelValues.ToArray();
        Assert.All([read[0], read[3]], row => Assert.Equal(expected, row.PixelValues));
        Assert.StartsWith("Image 'column 'Image', row 1': the JPEG file stops after 500 bytes", read[1].Error, StringComparison.Ordinal);
        Assert.Equal(
            "PreprocessImages: column 'Image' is empty in row 2. Expected an image, the path of one, or the bytes of an image "
                + "file; check that the file is there and is a whole PNG, JPEG, WebP, GIF or BMP image.",
            read[2].Error);
    }

    [Fact]
    public void Read_PathColumnWithBadRows_ReportsEach()
    {
        using var folder = new TestFolder();
        IDataView rows = test.ML.Data.LoadFromEnumerable<Question>(
            [new() { ImagePath = "none.png" }, new() { ImagePath = " " }, new() { ImagePath = folder.Write("empty.png", []) }]);

        var options = new PreprocessImagesOptions(test.Model) { ImageColumnName = "ImagePath", ImageFolder = folder.Root };
        string[] errors = [.. Read(options, rows).Select(row => row.Error)];

        Assert.StartsWith($"Image '{Path.Combine(folder.Root, "none.png")}': there is no such file.", errors[0], StringComparison.Ordinal);
        Assert.Equal(
            "PreprocessImages: column 'ImagePath' is empty in row 1. Expected an image, the path of one, or the bytes of an image "
                + "file; check that the file is there and is a whole PNG, JPEG, WebP, GIF or BMP image.",
            errors[1]);
        Assert.StartsWith($"Image '{Path.Combine(folder.Root, "empty.png")}': the file has 0 bytes.", errors[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_OfTheStage_HasThePixelsAndTheirShape()
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<ImageRow>());
        int size = test.Model.ImageSize;

        DataViewSchema schema = test.ML.Transforms.PreprocessImages(new(test.Model)).Fit(view).Transform(view).Schema;

        Assert.Equal(
            ["Image:Image<30, 40>", "Error:String", $"pixel_values:Vector<Single, 3, {size}, {size}>", "PreprocessMilliseconds:Single"],
            Shapes.Lines(schema));
    }

    [Theory]
    [InlineData(
        "Picture",
        "PreprocessImages: there is no image column 'Picture' in the input, whose columns are 'visual_tokens'. Expected an image, the "
            + "path of one, or the bytes of an image file; name the column with the images in ImageColumnName. (Parameter 'inputSchema')")]
    [InlineData(
        "visual_tokens",
        "PreprocessImages: column 'visual_tokens' is of type Vector<Single>. Expected an image, the path of one, or the bytes of "
            + "an image file; name the column with the images in ImageColumnName. (Parameter 'inputSchema')")]
    public void Fit_UnfitImageColumn_Throws(string column, string message)
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<TokensRow>());

        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            "inputSchema",
            () => test.ML.Transforms.PreprocessImages(new(test.Model) { ImageColumnName = column }).Fit(view));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Create_MissingImageFolder_Throws()
    {
        var exception = Assert.Throws<ArgumentException>(
            "ImageFolder", () => test.ML.Transforms.PreprocessImages(new(test.Model) { ImageFolder = "no-such-folder" }));

        Assert.Equal(
            "PreprocessImages: ImageFolder is 'no-such-folder', which is no folder. Expected a folder with the images; check the "
                + "path, or leave the option out for the current directory. (Parameter 'ImageFolder')",
            exception.Message);
    }

    private PixelsRow[] Read(ImageRow[] rows) => Read(new PreprocessImagesOptions(test.Model), test.ML.Data.LoadFromEnumerable(rows));

    private PixelsRow[] Read(PreprocessImagesOptions options, IDataView rows) =>
        [.. test.ML.Data.CreateEnumerable<PixelsRow>(
            test.ML.Transforms.PreprocessImages(options).Fit(rows).Transform(rows), reuseRowObject: false)];

    private sealed class FileRow
    {
        public byte[] Image { get; set; } = [];
    }
}
