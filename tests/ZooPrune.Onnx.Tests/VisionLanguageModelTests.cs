using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>The whole way with a model that fits on a page; what the real one answers is in other classes.</summary>
public sealed class VisionLanguageModelTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly VisionLanguageModel _model;

    public VisionLanguageModelTests() => _model = _files.Load();

    [Fact]
    public void Load_Sizes_AreThoseOfTheGraphs()
    {
        Assert.Equal(
            (TinyModel.Tokens, TinyModel.EncoderWidth, TinyModel.Width, TinyModel.ImageSize),
            (_model.VisualTokenCount, _model.EncoderWidth, _model.EmbeddingWidth, _model.ImageSize));
        Assert.IsAssignableFrom<IClosedFormProjector>(_model.Projector);
        Assert.Equal(PositionMode.Compact, _model.Positions);
    }

    [Fact]
    public void Answer_StepByStep_IsTheSame()
    {
        PreparedImage image = TinyModel.Image();
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(2) };

        VisionAnswer whole = _model.Answer(image, "what ?", pruning, maxNewTokens: 5);
        TokenSelection selection = _model.Prune(_model.EncodeToArray(image), pruning);
        VisionAnswer steps = _model.Generate(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, "what ?", 5);

        Assert.Equal(whole.TokenIds, steps.TokenIds);
        Assert.Equal(whole.Text, steps.Text);
        Assert.Equal(whole.KeptIndices, steps.KeptIndices);
        Assert.Equal((4, 2), (whole.VisualTokenCount, whole.KeptTokenCount));
        Assert.True(whole.Timings.Encode > TimeSpan.Zero && whole.Timings.Prune > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, steps.Timings.Encode);
        Assert.True(steps.Timings.Prefill > TimeSpan.Zero);
    }

    [Theory]
    [InlineData(PositionMode.Compact)]
    [InlineData(PositionMode.KeepOriginal)]
    public void Generate_ImageReadBefore_IsTheSame(PositionMode positions)
    {
        using VisionLanguageModel model = _files.Load(new VisionLanguageModelOptions { Positions = positions });
        TokenSelection selection = model.Prune(model.EncodeToArray(TinyModel.Image(3)), new PruningOptions { Keep = KeepBudget.Tokens(2) });
        int[] kept = selection.KeptIndices.ToArray();
        using PrefixCache context = model.CachePrefix(selection.KeptTokens, kept, selection.TokenCount);

        foreach (string question in (string[])["what ?", "where what", "?"])
        {
            VisionAnswer direct = model.Generate(selection.KeptTokens, kept, selection.TokenCount, question, 6);
            VisionAnswer continued = model.Generate(context, question, 6);
            Assert.Equal(direct.TokenIds, continued.TokenIds);
            Assert.Equal(direct.KeptIndices, continued.KeptIndices);
        }
    }

    [Fact]
    public void Answer_FirstToken_HasTheLargestLogit()
    {
        float[] logits = _model.NextTokenLogits(TinyModel.Image(), "what ?");

        Assert.Equal(TinyModel.Vocabulary, logits.Length);
        Assert.Equal(TokenSampler.Largest(logits), _model.Answer(TinyModel.Image(), "what ?").TokenIds[0]);
    }

    [Fact]
    public void NextTokenLogits_Positions_MakeADifference()
    {
        using VisionLanguageModel original = _files.Load(new VisionLanguageModelOptions { Positions = PositionMode.KeepOriginal });
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(1) };

        Assert.NotEqual(_model.NextTokenLogits(TinyModel.Image(), "?", pruning), original.NextTokenLogits(TinyModel.Image(), "?", pruning));
        Assert.Equal(_model.NextTokenLogits(TinyModel.Image(), "?"), original.NextTokenLogits(TinyModel.Image(), "?"));
    }

    [Fact]
    public void Answer_MoreThanThereAre_KeepsAllAndSaysSo()
    {
        VisionAnswer answer = _model.Answer(TinyModel.Image(), "what ?", new PruningOptions { Keep = KeepBudget.Tokens(700) });

        Assert.Equal([0, 1, 2, 3], answer.KeptIndices);
        Assert.Equal("keep 700 of 4: all tokens kept", answer.Note);
    }

    [Fact]
    public void Answer_UnknownWords_AreNamed() =>
        Assert.Equal("not in the vocabulary: 'is', 'this'", _model.Answer(TinyModel.Image(), "What is this ?").Note);

    [Fact]
    public void Answer_TwoNotes_HasBoth() => Assert.Equal(
        "keep 9 of 4: all tokens kept; not in the vocabulary: 'this'",
        _model.Answer(TinyModel.Image(), "this ?", new PruningOptions { Keep = KeepBudget.Tokens(9) }).Note);

    [Fact]
    public void Answer_PruningDoesNotPay_IsThatOfAllTokensAndSaysSo()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(_files.Root, null, (count, options) =>
            new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = 18 }).Advise(count, options.Keep, 46));
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(2), OnlyIfFaster = true };

        VisionAnswer decided = model.Answer(TinyModel.Image(), "what this ?", pruning);

        VisionAnswer all = model.Answer(TinyModel.Image(), "what this ?");
        Assert.Equal("not pruned: costs more than it saves (cost 46 ms, saves 36 ms); not in the vocabulary: 'this'", decided.Note);
        Assert.Equal(all.KeptIndices, decided.KeptIndices);
        Assert.Equal(all.TokenIds, decided.TokenIds);
        Assert.Equal(model.NextTokenLogits(TinyModel.Image(), "?"), model.NextTokenLogits(TinyModel.Image(), "?", pruning));
    }

    [Fact]
    public void Answer_PruningPays_Prunes()
    {
        int asked = 0;
        using VisionLanguageModel model = VisionLanguageModel.Load(_files.Root, null, (count, options) =>
        {
            asked++;
            return new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = 18 }).Advise(count, options.Keep, 36);
        });
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(2), OnlyIfFaster = true };

        VisionAnswer[] answers = [.. Enumerable.Range(0, 3).Select(seed => model.Answer(TinyModel.Image(seed), "what ?", pruning))];

        Assert.All(answers, answer => Assert.Equal((2, null), (answer.KeptTokenCount, answer.Note)));
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Answer_TimingTakesLong_IsNoPartOfTheAnswersTime()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(_files.Root, null, (count, options) =>
        {
            Thread.Sleep(300);
            return new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = 1 }).Advise(count, options.Keep, 0);
        });

        VisionAnswer answer = model.Answer(TinyModel.Image(), "what "
            + "?", new PruningOptions { Keep = KeepBudget.Tokens(2), OnlyIfFaster = true });

        Assert.True(answer.Timings.Prune < TimeSpan.FromMilliseconds(250), $"{answer.Timings.Prune}");
    }

    [Fact]
    public void Advise_RealModel_IsMeasuredOnceAndKept()
    {
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(2) };

        PruningAdvice advice = _model.Advise(pruning);

        Assert.Equal((4, 2), (advice.TokenCount, advice.KeptTokenCount));
        Assert.True(advice is { CostMilliseconds: >= 0, SavedMilliseconds: >= 0 });
        Assert.Same(advice, _model.Advise(pruning with { OnlyIfFaster = true }));
        Assert.NotSame(advice, _model.Advise(pruning with { Seed = 1 }));
        Assert.Throws<ArgumentNullException>("pruning", () => _model.Advise(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Advise(pruning with { Directions = 0 }));
    }

    [Fact]
    public void Advise_PromptTooLongWithAllTokens_IsAnError()
    {
        _files.Replace("config.json", "\"max_position_embeddings\": 40", "\"max_position_embeddings\": 8");
        using VisionLanguageModel model = _files.Load();

        Assert.Equal(
            "Prompt: with the image it takes 9 positions. The model has 8 (max_position_embeddings); prune without OnlyIfFaster, which has to time the whole image.",
            Assert.Throws<ZooPruneException>(() => model.Advise(new PruningOptions { Keep = KeepBudget.Tokens(2) })).Message);
    }

    [Fact]
    public void Answer_ImageWithLeadingOne_IsTheSame()
    {
        PreparedImage image = TinyModel.Image();
        var batch = new PreparedImage(image.PixelValues, [1, 3, 8, 8], 8, 8);

        Assert.Equal(_model.Answer(image, "what ?").TokenIds, _model.Answer(batch, "what ?").TokenIds);
    }

    [Fact]
    public void Encode_OtherShape_IsAnError()
    {
        var exception = Assert.Throws<ArgumentException>(() => _model.EncodeToArray(new PreparedImage(new float[27], [3, 3, 3], 3, 3)));
        Assert.Equal(
            "PreparedImage: its shape is [3, 3, 3]. Expected [3, 8, 8] or [1, 3, 8, 8]; make it with Prepare of the same model. "
            + "(Parameter 'image')",
            exception.Message);
    }

    [Fact]
    public void Encode_NaNInTheOutput_IsAnError()
    {
        _files.WriteEncoder(scale: float.NaN);
        using VisionLanguageModel model = _files.Load();

        var exception = Assert.Throws<ZooPruneException>(() => model.Answer(TinyModel.Image(), "what ?"));
        Assert.Equal(
            $"Graph '{_files.Path("onnx/vision_encoder.onnx")}': visual token 0 has the value NaN at element 0. All values must be "
            + $"finite; check the image's pixel values and the encoder's weights (half precision overflows at 65,504).",
            exception.Message);
    }

    [Fact]
    public void Answer_LongQuestion_IsAnError()
    {
        string question = string.Join(' ', Enumerable.Repeat("what", 40));

        var exception = Assert.Throws<ZooPruneException>(() => _model.Answer(TinyModel.Image(), question));
        Assert.Equal(
            "Prompt: with the image it takes 48 positions. The model has 40 (max_position_embeddings); ask a shorter question.",
            exception.Message);
    }

    [Fact]
    public void Answer_ImagesThatDoNotFit_IsAnErrorBeforeOneIsEncoded()
    {
        // An image of NaN is an error of the encoder, if it comes to that.
        PreparedImage bad = new(Enumerable.Repeat(float.NaN, TinyModel.Image().PixelValues.Length).ToArray(), [3, 8, 8], 8, 8);
        PreparedImage[] images = [.. Enumerable.Repeat(bad, 12)];

        Assert.StartsWith(
            "Prompt: with the image it takes ",
            Assert.Throws<ZooPruneException>(() => _model.Answer(images, "what ?")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Prompt: with the image it takes ",
            Assert.Throws<ZooPruneException>(() => _model.NextTokenLogits(images, "what ?")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public void Answer_NoQuestion_IsAnErrorBeforeTheImageIsRead(string? question) =>
        Assert.Throws<ArgumentException>(() => _model.Answer("no/such/file.png", question!));

    [Fact]
    public void Answer_NoNewTokens_IsAnError() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Answer(TinyModel.Image(), "what ?", null, 0));

    [Fact]
    public void Prepare_Pixels_AreWhatTheFileGives()
    {
        string path = TestPaths.Data("images", "rgb.png");
        var decoder = new ImageDecoder(1_000);
        RgbImage rgb = decoder.Read(path);

        Assert.Equal(_model.Prepare(path).PixelValues.ToArray(), _model.Prepare(rgb.Pixels, rgb.Width, rgb.Height).PixelValues.ToArray());
    }

    [Theory]
    [InlineData(3, 1, 2, "RGB pixels: there are 3 bytes for 1 x 2 pixels. Expected 6, three for each pixel; check the size and that "
        + "there is no alpha channel or row padding.")]
    [InlineData(0, 0, 2, "Image width: it is 0. It must be 1 or more; check where the number comes from.")]
    [InlineData(0, 2, -1, "Image height: it is -1. It must be 1 or more; check where the number comes from.")]
    public void Prepare_WrongSize_IsAnError(int bytes, int width, int height, string message)
    {
        var exception = Assert.ThrowsAny<ArgumentException>(() => _model.Prepare(new byte[bytes], width, height));
        Assert.StartsWith(message, exception.Message);
    }

    [Fact]
    public void Prepare_LimitOfTheOptions_IsKept()
    {
        using VisionLanguageModel model = _files.Load(new VisionLanguageModelOptions { MaxImagePixels = 100 });

        var exception = Assert.Throws<ZooPruneException>(() => model.Prepare(TestPaths.Data("images", "rgb.png")));
        Assert.Contains("it has 17 x 11 = 187 pixels. At most 100 are decoded;", exception.Message);
    }

    [Fact]
    public void Answer_AfterDispose_IsAnError()
    {
        VisionLanguageModel model = _files.Load();
        model.Dispose();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Answer(TinyModel.Image(), "what ?"));
        Assert.Throws<ObjectDisposedException>(() => model.Advise(new PruningOptions { Keep = KeepBudget.Tokens(2) }));
        Assert.Throws<ObjectDisposedException>(() => model.Prepare("a.png"));
        Assert.Throws<ObjectDisposedException>(() => model.Generate(new float[5], [0], 4, "what ?"));
    }

    public void Dispose()
    {
        _model.Dispose();
        _files.Dispose();
    }
}
