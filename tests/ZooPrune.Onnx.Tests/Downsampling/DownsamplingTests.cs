namespace ZooPrune.Onnx.Tests;

/// <summary>Pictures in fewer pixels, as callers ask for them.</summary>
[Collection(SharedModelCollection.Name)]
public sealed class DownsamplingTests(SharedModel shared)
{
    private const double Tolerance = 1e-4;
    private const string Question = "What color is the circle?";

    private const string OfAnySize = "its vision encoder takes patches of pictures of any size. Downsampling is for encoders of one size; "
        + "load the model with VisionLanguageModelOptions.MaxPixels (--max-pixels), which makes its pictures smaller.";

    private const string OfTiles = "its pictures are cut into tiles, each of which gives visual tokens. Downsampling is for models that "
        + "read a picture as one tile; prune the visual tokens.";

    private VisionLanguageModel Model => shared.Model;

    public static TheoryData<int> GoldenCases => [.. Enumerable.Range(0, DownsamplingGolden.All.Count)];

    public static TheoryData<string, ModelPrecision> OneTileModels => new()
    {
        { "shapes-vlm", ModelPrecision.Auto },
        { "llava", ModelPrecision.Float32 },
        { "llava", ModelPrecision.Float16 },
        { "llava", ModelPrecision.Q8 },
        { "llava", ModelPrecision.Q4 },
        { "llava-interleave", ModelPrecision.Auto },
    };

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Downsample_Golden_IsWhatPyTorchGives(int index)
    {
        DownsamplingGolden golden = DownsamplingGolden.All[index];
        int count = golden.Grid * golden.Grid;
        PrunedImage image = Model.Downsample(Model.Prepare(DownsamplingGolden.ImagePath), KeepBudget.Tokens(count));
        golden.Tokens.CheckNear(image.KeptTokens.Span, Tolerance);
        Assert.Equal(count, image.KeptTokenCount);
        Assert.Equal(Model.VisualTokenCount, image.VisualTokenCount);
        Assert.Null(image.Note);
        Assert.True(image.Timings.Encode > TimeSpan.Zero && image.Timings.Prune > TimeSpan.Zero);
    }

    [Fact]
    public void Downsample_EightByEight_LiesInTheMiddlesOfTheGrid()
    {
        PrunedImage image = Model.Downsample(Model.Prepare(DownsamplingGolden.ImagePath), KeepBudget.Tokens(64));
        int[] middles = [1, 4, 7, 10, 13, 16, 19, 22];
        Assert.Equal(middles.SelectMany(row => middles.Select(column => (row * 24) + column)), image.KeptIndices);

        // 18 x 18, odd to 24.
        int[] places = [0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 18, 19, 20, 22, 23];
        image = Model.Downsample(Model.Prepare(DownsamplingGolden.ImagePath), KeepBudget.Tokens(18 * 18));
        Assert.Equal(places.SelectMany(row => places.Select(column => (row * 24) + column)), image.KeptIndices);
    }

    [Theory]
    [InlineData(576, null)]
    [InlineData(700, "keep 700 of 576: all tokens kept")]
    public void Downsample_AllTokens_IsPruningNothing(int keep, string? note)
    {
        PreparedImage prepared = Model.Prepare(DownsamplingGolden.ImagePath);
        PrunedImage expected = Model.Prune(prepared);
        PrunedImage image = Model.Downsample(prepared, KeepBudget.Tokens(keep));
        Assert.Equal(expected.KeptTokens.ToArray(), image.KeptTokens.ToArray());
        Assert.Equal(expected.KeptIndices, image.KeptIndices);
        Assert.Equal(note, image.Note);
    }

    [Fact]
    public void Downsample_BudgetBetweenSquares_TakesTheSmallerAndSaysSo()
    {
        PreparedImage prepared = Model.Prepare(DownsamplingGolden.ImagePath);
        PrunedImage image = Model.Downsample(prepared, KeepBudget.Ratio(0.125));
        Assert.Equal(64, image.KeptTokenCount);
        Assert.Equal("downsampled to 8 x 8 of the 72 tokens that may be kept", image.Note);
        Assert.Throws<InvalidOperationException>(() => Model.Downsample(prepared, default));
        Assert.Throws<OperationCanceledException>(
            () => Model.Downsample(prepared, KeepBudget.Tokens(64), new CancellationToken(canceled: true)));
    }

    [Theory]
    [MemberData(nameof(OneTileModels))]
    public void Downsample_OneTile_GivesTheTokensOfTheSize(string name, ModelPrecision precision)
    {
        using VisionLanguageModel model = Load(name, precision);
        PreparedImage prepared = ImageOf(model, name);
        int full = (int)Math.Sqrt(model.VisualTokenCount);
        Assert.Null(model.WhyNoDownsampling);
        Assert.Equal(
            model.Prune(prepared).KeptTokens.ToArray(),
            model.Downsample(prepared, KeepBudget.Tokens(full * full)).KeptTokens.ToArray());
        foreach (int grid in (int[])[1, 2, 3, 5, full - 1])
        {
            PrunedImage image = model.Downsample(prepared, KeepBudget.Tokens(grid * grid));
            Assert.Equal(grid * grid * model.EmbeddingWidth, image.KeptTokens.Length);
            Assert.All(image.KeptTokens.ToArray(), value => Assert.True(float.IsFinite(value)));
            int[] places = [.. Enumerable.Range(0, grid).Select(place => (int)Math.Floor((place + 0.5) * full / grid))];
            Assert.Equal(places.SelectMany(row => places.Select(column => (row * full) + column)), image.KeptIndices);
        }
    }

    [Theory]
    [InlineData(PositionMode.KeepOriginal)]
    [InlineData(PositionMode.Compact)]
    public void Answer_AboutADownsampledImage_ReadsAllOfIt(PositionMode mode)
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model, new VisionLanguageModelOptions { Positions = mode });
        PrunedImage image = model.Downsample(model.Prepare(DownsamplingGolden.ImagePath), KeepBudget.Tokens(144));
        VisionAnswer answer = model.Answer([Ask(image)]);
        Assert.Equal(144, answer.KeptTokenCount);
        Assert.NotEmpty(answer.Text);

        // Saved and loaded again it is still of this model.
        using var stream = new MemoryStream();
        image.Save(stream);
        stream.Position = 0;
        Assert.Equal(answer.Text, model.Answer([Ask(PrunedImage.Load(stream))]).Text);

        // The mode decides where the 144 lie: as pruned ones do.
        float[] logits = model.NextTokenLogits([Ask(image)]);
        var bare = new PrunedImage(image.KeptTokens, image.KeptIndices, ImageLayout.Plain(576));
        Near.Equal(logits, model.NextTokenLogits([Ask(bare)]), 1e-5, 1e-5);
    }

    [Fact]
    public async Task Downsample_ManyThreadsAndSizes_IsTheSameAsOneByOne()
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model, new VisionLanguageModelOptions { Threads = 1 });
        PreparedImage prepared = model.Prepare(DownsamplingGolden.ImagePath);
        int[] grids = [1, 2, 3, 4, 5, 6, 7, 8];
        float[][] together = await Task.WhenAll(grids.Select(grid => Task.Factory.StartNew(
            () => model.Downsample(prepared, KeepBudget.Tokens(grid * grid)).KeptTokens.ToArray(), TaskCreationOptions.LongRunning)));
        foreach ((int grid, float[] tokens) in grids.Zip(together))
        {
            Near.Equal(model.Downsample(prepared, KeepBudget.Tokens(grid * grid)).KeptTokens.Span, tokens, 1e-6, 1e-6);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Downsample_ModelDisposed_Throws(bool wasLoaded)
    {
        VisionLanguageModel model = Load("llava", ModelPrecision.Float32);
        PreparedImage prepared = ImageOf(model, "llava");
        if (wasLoaded)
        {
            model.Downsample(prepared, KeepBudget.Tokens(4));
        }

        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Downsample(prepared, KeepBudget.Tokens(4)));
        Assert.NotNull(model.WhyNoDownsampling);
    }

    [Theory]
    [InlineData("qwen2-vl", OfAnySize)]
    [InlineData("qwen2.5-vl", OfAnySize)]
    [InlineData("llava-next", OfTiles)]
    public void Downsample_OtherKindsOfPictures_SaysWhatToDo(string family, string problem)
    {
        using VisionLanguageModel model = Load(family, ModelPrecision.Auto);
        PreparedImage prepared = ImageOf(model, family);
        ZooPruneException error = Assert.Throws<ZooPruneException>(() => model.Downsample(prepared, KeepBudget.Tokens(4)));
        Assert.Equal($"Model folder '{model.Files.Root}': {problem}", error.Message);
        Assert.Equal(error.Message, model.WhyNoDownsampling);
    }

    [Theory]
    [InlineData(4, "nothing of the shape [4 or 5, width] that is constant is added to its patches")]
    [InlineData(6, "its 6 visual tokens lie in no square grid")]
    public void Downsample_NoTable_SaysSo(int tokens, string problem)
    {
        using var files = new TinyModel();
        files.WriteEncoder(tokens);
        using VisionLanguageModel model = files.Load();
        PreparedImage prepared = model.Prepare(new byte[3 * 8 * 8], 8, 8);
        ZooPruneException error = Assert.Throws<ZooPruneException>(() => model.Downsample(prepared, KeepBudget.Tokens(1)));
        Assert.Equal(
            $"File '{model.Files.VisionEncoder}': the vision encoder cannot take a picture in fewer pixels: {problem}. Expected one of a "
            + "fixed size with a learned position table for a square grid of patches; prune the visual tokens, or take the usual export of "
            + "a CLIP or SigLIP encoder.",
            error.Message);
        Assert.Equal(error.Message, model.WhyNoDownsampling);
    }

    [Fact]
    public void Downsample_AnotherShape_Throws()
    {
        var image = new PreparedImage(new float[3 * 8 * 8], [1, 3, 8, 8], 8, 8);
        Assert.Throws<ArgumentException>(() => Model.Downsample(image, KeepBudget.Tokens(4)));
        Assert.Throws<ArgumentNullException>(() => Model.Downsample(null!, KeepBudget.Tokens(4)));
    }

    private static ChatTurn Ask(PrunedImage image) => new(ChatTurn.User, Question, [image]);

    private static VisionLanguageModel Load(string name, ModelPrecision precision) => VisionLanguageModel.Load(
        name == "shapes-vlm" ? TestPaths.Model : FamilyCase.ModelFolder(name),
        new VisionLanguageModelOptions { Precision = precision, Threads = 1 });

    private static PreparedImage ImageOf(VisionLanguageModel model, string name) => name == "shapes-vlm"
        ? model.Prepare(DownsamplingGolden.ImagePath)
        : FamilyCase.Of(name).First().Image();
}
