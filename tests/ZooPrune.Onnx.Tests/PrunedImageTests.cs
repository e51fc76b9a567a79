namespace ZooPrune.Onnx.Tests;

/// <summary>Images that are kept for later.</summary>
public sealed class PrunedImageTests : IDisposable
{
    private static readonly PruningOptions Two = new() { Keep = KeepBudget.Tokens(2) };

    private readonly TinyModel _files = new();

    [Fact]
    public void Load_WhatWasSaved_AnswersTheSame()
    {
        using VisionLanguageModel model = _files.Load();
        PrunedImage image = model.Prune(TinyModel.Image(3), Two);

        PrunedImage loaded = Again(image);

        Assert.Equal(image.KeptIndices, loaded.KeptIndices);
        Assert.Equal(image.KeptTokens.ToArray(), loaded.KeptTokens.ToArray());
        Assert.Equal((image.VisualTokenCount, image.KeptTokenCount, image.Note), (loaded.VisualTokenCount, loaded.KeptTokenCount, loaded.Note));
        ChatTurn Asked(PrunedImage about) => new(ChatTurn.User, "what ?", [about]);
        Assert.Equal(model.Answer([Asked(image)]).TokenIds, model.Answer([Asked(loaded)]).TokenIds);
        Assert.True(image.ByteCount is > 0 and < 1000);
    }

    [Theory]
    [InlineData("llava-next")]
    [InlineData("qwen2-vl")]
    public void Load_ImageOfTilesOrPatches_GivesTheSameLogits(string family)
    {
        using var model = VisionLanguageModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Threads = 1, Positions = PositionMode.KeepOriginal });
        FamilyCase golden = FamilyCase.Of(family).First();
        PrunedImage image = model.Prune(golden.Image(), new PruningOptions { Keep = KeepBudget.Tokens(5) });
        ChatTurn Asked(PrunedImage about) => new(ChatTurn.User, golden.Question, [about]);

        Assert.Equal(model.NextTokenLogits([Asked(image)]), model.NextTokenLogits([Asked(Again(image))]));
    }

    [Fact]
    public void Load_CutOrChanged_IsAnError()
    {
        using VisionLanguageModel model = _files.Load();
        using var stream = new MemoryStream();
        model.Prune(TinyModel.Image(), Two).Save(stream);
        byte[] file = stream.ToArray();

        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<ZooPruneException>(() => PrunedImage.Load(new MemoryStream(file, 0, length)));
        }

        for (int i = 0; i < file.Length; i++)
        {
            byte[] changed = [.. file];
            changed[i] ^= 0x20;
            Assert.Throws<ZooPruneException>(() => PrunedImage.Load(new MemoryStream(changed)));
        }
    }

    [Fact]
    public void Load_TwoInOneStream_ReadsOneAfterTheOther()
    {
        using VisionLanguageModel model = _files.Load();
        using var stream = new MemoryStream();
        model.Prune(TinyModel.Image(1), Two).Save(stream);
        model.Prune(TinyModel.Image(2)).Save(stream);
        stream.Position = 0;

        Assert.Equal(2, PrunedImage.Load(stream).KeptTokenCount);
        Assert.Equal(4, PrunedImage.Load(stream).KeptTokenCount);
        Assert.Throws<ZooPruneException>(() => PrunedImage.Load(stream));
    }

    [Fact]
    public void Answer_ImageOfAnotherModel_IsAnError()
    {
        using VisionLanguageModel model = _files.Load();
        PrunedImage image = model.Prune(TinyModel.Image());
        using var others = new TinyModel();
        others.Replace("preprocessor_config.json", "}", ",\"other\": 1}");
        using VisionLanguageModel other = others.Load();

        var exception = Assert.Throws<ArgumentException>("images", () => other.Answer([new ChatTurn(ChatTurn.User, "what ?", [image])]));

        Assert.StartsWith("PrunedImage: it was made by another model,", exception.Message);
        Assert.Throws<ArgumentException>("images", () => other.CachePrefix(Again(image)));
    }

    [Fact]
    public void Answer_TokensOfAnotherWidth_IsAnError()
    {
        using VisionLanguageModel model = _files.Load();
        var image = new PrunedImage(new float[8], [0, 1], ImageLayout.Plain(4));

        var exception = Assert.Throws<ArgumentException>("images", () => model.Answer([new ChatTurn(ChatTurn.User, "what ?", [image])]));

        Assert.StartsWith("PrunedImage: its tokens have 4 values each. This model's embeddings have 5;", exception.Message);
    }

    public void Dispose() => _files.Dispose();

    private static PrunedImage Again(PrunedImage image)
    {
        using var stream = new MemoryStream();
        image.Save(stream);
        stream.Position = 0;
        return PrunedImage.Load(stream);
    }
}
