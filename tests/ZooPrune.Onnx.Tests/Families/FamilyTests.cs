namespace ZooPrune.Onnx.Tests;

/// <summary>Tiny models of transformers' own classes: every step from picture to text gives what transformers gives.</summary>
public sealed class FamilyTests
{
    private const double FeatureTolerance = 1e-4;
    private const double LogitTolerance = 1e-3;
    private const int NewTokens = 12;

    public static TheoryData<string> Families => [.. FamilyCase.Families];

    public static TheoryData<string, PositionMode> FamiliesAndModes
    {
        get
        {
            var data = new TheoryData<string, PositionMode>();
            foreach (string family in FamilyCase.Families)
            {
                data.Add(family, PositionMode.KeepOriginal);
                data.Add(family, PositionMode.Compact);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Prompt_IsThatOfTransformers(string family)
    {
        using VisionLanguageModel model = Load(family);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            Assert.Equal(golden.Prompt, model.FormatPrompt(golden.Question));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Prepare_PictureFile_HasTheShapeAndNearlyThePixels(string family)
    {
        using VisionLanguageModel model = Load(family);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = model.Prepare(golden.ImagePath);
            PreparedImage expected = golden.Image();

            Assert.Equal(expected.Shape, image.Shape);
            Assert.Equal(expected.GridThw, image.GridThw);

            // One level of 255 is 0.0147 of CLIP's unit; SigLIP's is smaller.
            Near.Equal(expected.PixelValues.Span, image.PixelValues.Span, 0.0160);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_GivesTheInputOfTheProjector(string family)
    {
        using VisionLanguageModel model = Load(family);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            Near.Equal(golden.Tensors.Singles("vision_features"), model.EncodeToArray(golden.Image()), FeatureTolerance, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Prune_Nothing_GivesTheImageFeaturesAsTheLanguageModelReadsThem(string family)
    {
        using VisionLanguageModel model = Load(family);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = golden.Image();
            ImageLayout layout = model.LayoutOf(image);
            TokenSelection all = model.Prune(model.EncodeToArray(image), layout, null);

            float[] features = golden.Tensors.Singles("image_features");
            int width = model.EmbeddingWidth;
            float[] expected = [.. all.KeptIndices.ToArray().SelectMany(index => features[(index * width)..((index + 1) * width)])];
            Near.Equal(expected, all.KeptTokens, FeatureTolerance, 1e-4);
            Assert.Equal(golden.VisualTokens, layout.SequenceLength);
            if (golden.Tensors.Has("packed_source"))
            {
                Assert.Equal(golden.Tensors.Int32s("packed_source"), layout.Sequence);
            }
            else
            {
                Assert.Equal(features.Length / width, all.KeptIndices.Length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndModes))]
    public void Answer_AllTokens_IsThatOfTransformers(string family, PositionMode mode)
    {
        using VisionLanguageModel model = Load(family, mode);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = golden.Image();

            Near.Equal(golden.Tensors.Singles("logits_last"), model.NextTokenLogits(image, golden.Question), LogitTolerance);
            VisionAnswer answer = model.Answer(image, golden.Question, maxNewTokens: NewTokens);
            Assert.Equal(golden.GeneratedIds, answer.TokenIds);
            Assert.Equal(golden.GeneratedText, answer.Text);
            Assert.Equal((golden.VisualTokens, golden.VisualTokens), (answer.VisualTokenCount, answer.KeptTokenCount));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Prune_ClosedForm_HasTheSensitivityAndTheOrder(string family)
    {
        using VisionLanguageModel model = Load(family);
        int clear = 0;
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = golden.Image();
            ImageLayout layout = model.LayoutOf(image);
            float[] visualTokens = model.EncodeToArray(image);
            foreach (PrunedCase pruned in golden.Pruned)
            {
                TokenSelection selection = model.Prune(visualTokens, layout, Options(pruned));

                float[] expected = golden.Tensors.Singles("sensitivity_closed_form");
                float[] candidates = [.. layout.Candidates.Select(index => expected[index])];
                float[] got = selection.Sensitivity.ToArray();
                Near.Equal(candidates, [.. layout.Candidates.Select(index => got[index])], 1e-5, 1e-4);
                Assert.Equal(golden.Tensors.Int32s($"kept_{pruned.Keep}").Length, selection.KeptIndices.Length);
                if (pruned.IsClear)
                {
                    clear++;
                    Assert.Equal(golden.Tensors.Int32s($"kept_{pruned.Keep}"), selection.KeptIndices.ToArray());
                    Assert.Equal(pruned.SelectionOrder, selection.SelectionOrder.ToArray());
                }
            }
        }

        Assert.True(clear >= 2);
    }

    [Theory]
    [MemberData(nameof(FamiliesAndModes))]
    public void Answer_KeptTokens_IsThatOfTransformers(string family, PositionMode mode)
    {
        string name = mode == PositionMode.Compact ? "compact" : "original";
        using VisionLanguageModel model = Load(family, mode);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = golden.Image();
            ImageLayout layout = model.LayoutOf(image);
            TokenSelection all = model.Prune(model.EncodeToArray(image), layout, null);
            foreach (PrunedCase pruned in golden.Pruned)
            {
                // The indices that transformers was given, whatever ours are.
                int[] kept = golden.Tensors.Int32s($"kept_{pruned.Keep}");
                float[] tokens = [.. kept.SelectMany(index => Row(all, index, model.EmbeddingWidth))];
                VisionAnswer given = model.Generate(tokens, kept, layout, golden.Question, NewTokens);
                Assert.Equal(pruned.GeneratedIds(name), given.TokenIds);

                if (pruned.IsClear)
                {
                    float[] logits = model.NextTokenLogits(image, golden.Question, Options(pruned));
                    Near.Equal(golden.Tensors.Singles($"logits_last_{pruned.Keep}_{name}"), logits, LogitTolerance);
                    VisionAnswer answer = model.Answer(image, golden.Question, Options(pruned), NewTokens);
                    Assert.Equal(pruned.GeneratedIds(name), answer.TokenIds);
                    Assert.Equal(kept, answer.KeptIndices);
                    Assert.Equal(kept.Length + layout.NewlineCount, answer.KeptTokenCount);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void ReadImage_ThenAsk_IsTheSameAnswer(string family)
    {
        using VisionLanguageModel model = Load(family);
        FamilyCase golden = FamilyCase.Of(family).First();
        PreparedImage image = golden.Image();
        ImageLayout layout = model.LayoutOf(image);
        TokenSelection all = model.Prune(model.EncodeToArray(image), layout, null);

        using PrefixCache context = model.CachePrefix(all.KeptTokens, all.KeptIndices.ToArray(), layout);

        Assert.Equal(golden.GeneratedIds, model.Generate(context, golden.Question, NewTokens).TokenIds);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void LayoutOf_Size_IsThatOfThePreparedImage(string family)
    {
        using VisionLanguageModel model = Load(family);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = model.Prepare(golden.ImagePath);

            ImageLayout layout = model.LayoutOf(image.OriginalWidth, image.OriginalHeight);

            Assert.Equal(model.LayoutOf(image).Sequence, layout.Sequence);
        }
    }

    private static VisionLanguageModel Load(string family, PositionMode positions = PositionMode.Auto) =>
        VisionLanguageModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Positions = positions, Threads = 1 });

    private static PruningOptions Options(PrunedCase pruned) => new()
    {
        Keep = pruned.Ratio is double ratio ? KeepBudget.Ratio(ratio) : KeepBudget.Tokens(pruned.Keep),
        Sensitivity = SensitivityMethod.ClosedForm,
    };

    private static float[] Row(TokenSelection all, int index, int width) =>
        all.KeptTokens.Slice(all.KeptIndices.IndexOf(index) * width, width).ToArray();
}
