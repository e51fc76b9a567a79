using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

/// <summary>Several images in one prompt, or none: what the language model reads is put together here a second time, by hand.</summary>
public sealed class SeveralImagesTests
{
    public static TheoryData<string> Families => [.. FamilyCase.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void NextTokenLogits_TwoImages_ReadsBothInTheirPlaces(string family) => Check(family, imageCount: 2);

    [Theory]
    [MemberData(nameof(Families))]
    public void NextTokenLogits_NoImage_ReadsTheTextAlone(string family) => Check(family, imageCount: 0);

    [Theory]
    [MemberData(nameof(Families))]
    public void Answer_TwoImages_EachHasTheBudget(string family)
    {
        using VisionLanguageModel model = Load(family);
        PreparedImage[] images = [.. FamilyCase.Of(family).Take(2).Select(golden => golden.Image())];
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(3) };

        VisionAnswer both = model.Answer(images, "Which is larger?", pruning, 4);

        ImageLayout[] layouts = [.. images.Select(model.LayoutOf)];
        int[] first = [.. both.KeptIndices.Where(index => index < layouts[0].TokenCount)];
        int[] second = [.. both.KeptIndices.Where(index => index >= layouts[0].TokenCount).Select(index => index - layouts[0].TokenCount)];
        Assert.Equal(model.Answer(images[0], "?", pruning, 1).KeptIndices, first);
        Assert.Equal(model.Answer(images[1], "?", pruning, 1).KeptIndices, second);
        Assert.Equal(layouts.Sum(layout => layout.SequenceLength), both.VisualTokenCount);
        Assert.Equal(6 + layouts.Sum(layout => layout.NewlineCount), both.KeptTokenCount);
    }

    [Fact]
    public void Answer_MoreImagesThanFit_IsAnError()
    {
        using VisionLanguageModel model = Load("llava");
        PreparedImage image = FamilyCase.Of("llava").First().Image();

        var exception = Assert.Throws<ArgumentException>(() => model.Answer([.. Enumerable.Repeat(image, 257)], "?"));
        Assert.Equal("Images: there are 257. At most 256 fit one prompt; ask about fewer. (Parameter 'images')", exception.Message);

        var tooLong = Assert.Throws<ZooPruneException>(() => model.Answer([.. Enumerable.Repeat(image, 100)], "?"));
        Assert.StartsWith("Prompt: with the image it takes 6,", tooLong.Message);
    }

    /// <summary>Prompt, embeddings and positions as transformers makes them: placeholders repeated and replaced, rope indices by
    /// hand.</summary>
    private static void Check(string family, int imageCount)
    {
        using LoadedModel parts = LoadedModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Threads = 1 });
        using VisionLanguageModel model = Load(family);
        string question = "What is the same in both?";
        PreparedImage[] images = [.. FamilyCase.Of(family).Take(imageCount).Select(golden => golden.Image())];
        var embeddings = new List<float>();
        var positions = new List<long>();
        long next = 0;
        var left = new Queue<PreparedImage>(images);
        foreach (int id in parts.Tokenizer.Encode(model.FormatPrompt(question, imageCount), addSpecialTokens: !family.StartsWith("qwen", StringComparison.Ordinal)))
        {
            if (id != parts.Configuration.ImageTokenId)
            {
                embeddings.AddRange(parts.Embedder.Embed([id]));
                positions.AddRange(parts.Decoder.Positions([next++]));
                continue;
            }

            PreparedImage image = left.Dequeue();
            embeddings.AddRange(PackedFeatures(model, parts, image));
            next = AddPositions(image, model.LayoutOf(image), next, positions);
        }

        using KvCache empty = parts.Decoder.CreateCache();
        (float[] expected, KvCache cache) = parts.Decoder.Run([.. embeddings], [.. positions], empty);
        cache.Dispose();
        Near.Equal(expected, model.NextTokenLogits(images, question), 1e-4);
        Assert.Empty(left);
    }

    private static IEnumerable<float> PackedFeatures(VisionLanguageModel model, LoadedModel parts, PreparedImage image)
    {
        ImageLayout layout = model.LayoutOf(image);
        float[] all = new float[layout.TokenCount * model.EmbeddingWidth];
        model.Projector.Project(model.EncodeToArray(image), all);
        return layout.Sequence.SelectMany(index =>
            index < 0 ? parts.NewlineEmbedding : all[(index * model.EmbeddingWidth)..((index + 1) * model.EmbeddingWidth)]);
    }

    private static long AddPositions(PreparedImage image, ImageLayout layout, long start, List<long> positions)
    {
        if (image.GridThw is not [_, var down, var across])
        {
            positions.AddRange(Enumerable.Range(0, layout.SequenceLength).Select(i => start + i));
            return start + layout.SequenceLength;
        }

        for (int row = 0; row < down / 2; row++)
        {
            for (int column = 0; column < across / 2; column++)
            {
                positions.AddRange([start, start + row, start + column]);
            }
        }

        return start + Math.Max(down / 2, across / 2);
    }

    private static VisionLanguageModel Load(string family) =>
        VisionLanguageModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Threads = 1 });
}
