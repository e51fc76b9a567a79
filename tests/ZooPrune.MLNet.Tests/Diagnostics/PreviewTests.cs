using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>What a person sees who prints a schema, or looks at a view in a debugger.</summary>
public sealed class PreviewTests : IDisposable
{
    private readonly TinyChains _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Schema_OfAPipeline_ReadsWell()
    {
        DataViewSchema schema = _test.Ours().GetOutputSchema(_test.Schema);

        Assert.Equal(
            [
                "ImagePath: String",
                "Text: String",
                "Error: String",
                "pixel_values: Vector<Single, 3, 8, 8>",
                "PreprocessMilliseconds: Single",
                "visual_tokens: Vector<Single, 4, 6>",
                "EncodeMilliseconds: Single",
                "KeptTokens: Vector<Single>",
                "KeptIndices: Vector<Int32>",
                "VisualTokenCount: Int32",
                "Note: String",
                "PruneMilliseconds: Single",
                "Answer: String",
                "PrefillMilliseconds: Single",
                "DecodeMilliseconds: Single",
            ],
            schema.Where(column => !column.IsHidden).OrderBy(First(schema)).Select(column => column.ToString()));
    }

    [Fact]
    public void Preview_OfAnAnsweringStage_ReadsWell()
    {
        DataDebuggerPreview preview = _test.Answering().Transform(_test.Rows).Preview(maxRows: 2);

        Assert.Equal("12 columns, 2 rows", preview.ToString());
        Assert.Equal(["ImagePath", "Text", "Error", "Answer", "KeptIndices"], preview.RowView[0].Values.Take(5).Select(value => value.Key));
        Assert.Equal(
            ["what ?", string.Empty, "<pad> <pad>", "Dense vector of size 2", "4"],
            new[] { 1, 2, 3, 4, 5 }.Select(column => $"{preview.RowView[0].Values[column].Value}"));
        Assert.Equal(["what ?", "where ?"], preview.ColumnView[1].Values.Select(value => $"{value}"));
    }

    /// <summary>Orders columns by where their name is there for the first time: some are written anew by each stage.</summary>
    private static Func<DataViewSchema.Column, int> First(DataViewSchema schema) =>
        column => schema.First(other => other.Name == column.Name).Index;
}
