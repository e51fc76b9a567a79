using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>Files that version 1 of the format wrote. They must load for ever: whoever breaks this breaks what users have saved. A new
/// version gets files of its own beside these; these are never written anew.</summary>
public class KeptFileTests
{
    private static readonly string[] Answers = ["<pad> <pad> [1 3]", "<pad> <pad> [2 3]"];

    private readonly MLContext _ml = new();

    [Theory]
    [InlineData("version-1-reference.zip")]
    [InlineData("version-1-embedded.zip")]
    public void Load_FileOfVersion1_AnswersAsItDid(string name)
    {
        using ZooPruneModel model = ZooPruneModel.Load(_ml, Path.Combine(TinyChains.Data, name), out DataViewSchema schema);

        Assert.Equal(["ImagePath:String", "Text:String"], Shapes.Lines(schema));
        Assert.Equal(1, Assert.Single(model.Models).Options.Threads);
        Assert.Equal(Answers, Read(model));
    }

    [Fact]
    public void Load_FileOfVersion1_HasTheOptionsOfThatTime()
    {
        using ZooPruneModel model = ZooPruneModel.Load(_ml, Path.Combine(TinyChains.Data, "version-1-reference.zip"), out _);

        VisionStageOptions[] options = [.. ChainStages.Of(model).Cast<StageTransformer>().Select(stage => stage.Stage.Options!)];
        Assert.Equal(new PreprocessImagesOptions(options[0].Model) { ImageColumnName = "ImagePath" }, options[0]);
        Assert.Equal(new EncodeImagesOptions(options[0].Model) { BatchSize = 2 }, options[1]);
        Assert.Equal(
            new PruneVisualTokensOptions(options[0].Model)
            {
                Keep = KeepBudget.Ratio(0.7),
                Sharpness = 1.5f,
                SelectionOrderColumnName = "order",
                KeptTokensColumnName = "kept_tokens",
                KeptIndicesColumnName = "kept_indices",
                VisualTokenCountColumnName = "visual_token_count",
            },
            options[2]);
        Assert.Equal(
            new GenerateTextOptions(options[0].Model)
            {
                QuestionColumnName = "Text",
                MaxNewTokens = 4,
                KeptTokensColumnName = "kept_tokens",
                KeptIndicesColumnName = "kept_indices",
                VisualTokenCountColumnName = "visual_token_count",
            },
            options[3]);
    }

    [Fact]
    public void Load_FileOfVersion1WithStagesOfMLNet_AnswersAsItDid()
    {
        using ZooPruneModel model = ZooPruneModel.Load(
            _ml, Path.Combine(TinyChains.Data, "version-1-mlnet.zip"), out _, new ZooPruneLoadOptions { IgnoreSavedGpu = true });

        Assert.Equal(6, ChainStages.Of(model).Count());
        Assert.Equal(Answers, Read(model));
    }

    private IEnumerable<string> Read(ITransformer model)
    {
        IDataView rows = _ml.Data.LoadFromEnumerable(
            TestModel.Questions(2).Select(
                question => new Question { ImagePath = Path.Combine(TestModel.Images, question.ImagePath), Text = "what ?" }));
        return _ml.Data.CreateEnumerable<AnswerOfVersion1>(model.Transform(rows), reuseRowObject: false)
            .Select(answer => $"{answer.Answer} [{string.Join(' ', answer.KeptIndices)}]");
    }

    /// <summary>What a chain adds under the names of that time.</summary>
    private sealed class AnswerOfVersion1
    {
        public string Answer { get; set; } = string.Empty;

        [ColumnName("kept_indices")]
        public int[] KeptIndices { get; set; } = [];
    }
}
