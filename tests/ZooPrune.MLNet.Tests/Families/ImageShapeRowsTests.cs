using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

/// <summary>Rows whose columns do not belong to one picture.</summary>
public class ImageShapeRowsTests
{
    [Theory]
    [InlineData("llava-next", "image_sizes", "a vector of 2 (height and width of the picture in pixels) Int64")]
    [InlineData("qwen2.5-vl", "image_grid_thw", "a vector of 3 (frames, rows and columns of patches) Int64")]
    public void Fit_ColumnMissing_SaysWhatIsNeeded(string family, string column, string expected)
    {
        FamilyChains test = FamilyChains.Of(family);
        IDataView rows = test.ML.Data.LoadFromEnumerable([new AnyPixelsRow()]);

        var exception =
            Assert.Throws<ArgumentOutOfRangeException>("inputSchema", () => test.ML.Transforms.EncodeImages(new(test.Model)).Fit(rows));

        Assert.StartsWith(
            $"EncodeImages: there is no column '{column}' in the input, whose columns are 'pixel_values'. Expected {expected}; "
                + "take it from PreprocessImages with the same model.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 100, "image_sizes")]
    [InlineData(100, -1, "image_sizes")]
    [InlineData(long.MaxValue, 100, "image_sizes")]
    [InlineData(1, 2_000_000, "image_sizes")]
    public void Read_SizesOfNoPicture_AreTheRowsError(long height, long width, string column)
    {
        FamilyChains test = FamilyChains.Of("llava-next");

        EncodedRow row = Assert.Single(Encode(test, new ShapedRow { PixelValues = new float[3072], ImageSizes = [height, width] }));

        Assert.Equal(
            $"EncodeImages: column '{column}' has [{height}, {width}] in row 0, which no image of this model has. Expected a "
                + "vector of 2 (height and width of the picture in pixels) Int64; take it from PreprocessImages with the same model.",
            row.Error);
        Assert.Empty(row.VisualTokens);
    }

    [Theory]
    [InlineData(1, 3, 2)]
    [InlineData(0, 2, 2)]
    [InlineData(1, long.MaxValue, 2)]
    [InlineData(1, 2_000_000, 2_000_000)]
    public void Read_GridOfNoPicture_IsTheRowsError(long frames, long rows, long columns)
    {
        FamilyChains test = FamilyChains.Of("qwen2.5-vl");

        EncodedRow row = Assert.Single(Encode(test, new ShapedRow { PixelValues = new float[1176], ImageGrid = [frames, rows, columns] }));

        Assert.Equal(
            $"EncodeImages: column 'image_grid_thw' has [{frames}, {rows}, {columns}] in row 0, which no image of this model has. "
                + "Expected a vector of 3 (frames, rows and columns of patches) Int64; take it from PreprocessImages with the same "
                + "model.",
            row.Error);
    }

    [Fact]
    public void Read_PixelValuesOfAnotherPicture_AreTheRowsErrorAndTheOthersAreEncoded()
    {
        FamilyChains test = FamilyChains.Of("qwen2-vl");
        PreparedImage[] images = [.. test.Cases.Select(golden => test.Model.Prepare(golden.ImagePath))];
        ShapedRow[] rows = [.. images.Select(
            image => new ShapedRow { PixelValues = image.PixelValues.ToArray(), ImageGrid = test.Model.MeasuresOf(image) })];
        int whole = rows[1].PixelValues.Length;
        rows[1].PixelValues = rows[1].PixelValues[..^1];

        EncodedRow[] encoded = Encode(test, rows);

        Assert.Equal(
            $"EncodeImages: column 'pixel_values' has {whole - 1:N0} values in row 1. Expected {whole:N0} for the image that "
                + "column 'image_grid_thw' tells of; take both from the same PreprocessImages stage.",
            encoded[1].Error);
        Assert.Equal(test.Model.EncodeToArray(images[0]), encoded[0].VisualTokens);
        Assert.Equal(test.Model.EncodeToArray(images[2]), encoded[2].VisualTokens);
    }

    [Fact]
    public void Read_TokensOfAnotherPicture_AreTheRowsError()
    {
        FamilyChains test = FamilyChains.Of("llava-next");
        PreparedImage image = test.Model.Prepare(test.Cases[0].ImagePath);
        float[] tokens = test.Model.EncodeToArray(image);
        int count = tokens.Length / test.Model.EncoderWidth;
        IDataView rows = test.ML.Data.LoadFromEnumerable(
            [new ShapedRow { VisualTokens = tokens[test.Model.EncoderWidth..], ImageSizes = test.Model.MeasuresOf(image) }]);

        IDataView view = test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(9) }).Fit(rows).Transform(rows);

        Assert.Equal(
            $"PruneVisualTokens: column 'visual_tokens' has {count - 1} visual tokens in row 0. Expected {count}; check that the "
                + "encoder output is taken before pooling and is of the same model.",
            Assert.Single(Numbers.Column<ReadOnlyMemory<char>>(view, "Error")).ToString());
    }

    [Fact]
    public void Read_TokensKeptOfAnotherPicture_AreTheRowsErrors()
    {
        FamilyChains test = FamilyChains.Of("llava-next");
        PreparedImage image =
            test.Cases.Select(golden => test.Model.Prepare(golden.ImagePath)).First(image => !test.Model.LayoutOf(image).TakesAll);
        ImageLayout layout = test.Model.LayoutOf(image);
        TokenSelection kept = test.Model.Prune(test.Model.EncodeToArray(image), layout, new PruningOptions { Keep = KeepBudget.Tokens(9) });
        int padding = Enumerable.Range(0, layout.TokenCount).Except(layout.Candidates).First();
        ShapedRow Row() => new()
        {
            KeptTokens = kept.KeptTokens.ToArray(),
            KeptIndices = kept.KeptIndices.ToArray(),
            VisualTokenCount = layout.SequenceLength,
            ImageSizes = test.Model.MeasuresOf(image),
        };
        ShapedRow padded = Row();
        int position = padded.KeptIndices.Count(index => index < padding);
        padded.KeptIndices[position] = padding;
        ShapedRow otherPicture = Row();
        otherPicture.ImageSizes = [image.OriginalWidth, image.OriginalHeight];

        IDataView rows = test.ML.Data.LoadFromEnumerable([padded, otherPicture, Row()]);
        IDataView view = test.ML.Transforms.GenerateText(new(test.Model) { MaxNewTokens = 2 }).Fit(rows).Transform(rows);

        string[] errors = [.. Numbers.Column<ReadOnlyMemory<char>>(view, "Error").Select(error => error.ToString())];
        Assert.Equal(
            $"GenerateText: column 'KeptIndices' has {padding} at position {position} in row 0, a token of padding. Expected "
                + "tokens that show the picture; put PruneVisualTokens with the same model before this stage.",
            errors[0]);
        Assert.StartsWith(
            $"GenerateText: column 'VisualTokenCount' has {layout.SequenceLength} in row 1. Expected ",
            errors[1],
            StringComparison.Ordinal);
        Assert.Empty(errors[2]);
    }

    private static EncodedRow[] Encode(FamilyChains test, params ShapedRow[] rows)
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(rows);
        return [.. test.ML.Data.CreateEnumerable<EncodedRow>(
            test.ML.Transforms.EncodeImages(new(test.Model)).Fit(view).Transform(view), reuseRowObject: false)];
    }

    private sealed class ShapedRow
    {
        [ColumnName("pixel_values")]
        public float[] PixelValues { get; set; } = [];

        [ColumnName("image_sizes")]
        public long[] ImageSizes { get; set; } = [];

        [ColumnName("image_grid_thw")]
        public long[] ImageGrid { get; set; } = [];

        [ColumnName("visual_tokens")]
        public float[] VisualTokens { get; set; } = [];

        public float[] KeptTokens { get; set; } = [];

        public int[] KeptIndices { get; set; } = [];

        public int VisualTokenCount { get; set; }

        public string Question { get; set; } = "What is it?";
    }

    private sealed class EncodedRow
    {
        [ColumnName("visual_tokens")]
        public float[] VisualTokens { get; set; } = [];

        public string Error { get; set; } = string.Empty;
    }
}
