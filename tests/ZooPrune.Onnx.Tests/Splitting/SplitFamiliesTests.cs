namespace ZooPrune.Onnx.Tests;

public sealed class SplitFamiliesTests
{
    [Theory]
    [InlineData("llava")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    [InlineData("qwen2-vl")]
    [InlineData("qwen2.5-vl")]
    public void Write_Family_GivesTheSameAnswers(string family)
    {
        using var folder = new TestFolder();
        string target = Path.Combine(folder.Root, "split");
        using VisionLanguageModel whole = VisionLanguageModel.Load(TestPaths.Data("Families", family));
        float[]? separator = ModelWeights.Find(whole.Files.Root, ["image_newline", "model.image_newline"]);
        ModelSplitter.Write(whole.Files, target, separator is null ? null : ("image_newline", separator));
        using VisionLanguageModel split = VisionLanguageModel.Load(target);
        byte[] rgb = new byte[150 * 90 * 3];
        new Random(3).NextBytes(rgb);
        PreparedImage image = whole.Prepare(rgb, 150, 90);
        var pruning = new PruningOptions { Keep = KeepBudget.Ratio(0.3) };

        VisionAnswer a = whole.Answer(image, "what is it?", pruning, 8);
        VisionAnswer b = split.Answer(image, "what is it?", pruning, 8);

        Assert.Equal(a.KeptIndices, b.KeptIndices);
        Assert.Equal(a.TokenIds, b.TokenIds);
    }
}
