namespace ZooPrune.Onnx.Tests;

/// <summary>Every family with every way to choose, and every precision that a folder has.</summary>
public sealed class FamilyOptionsTests
{
    public static TheoryData<string> Families => [.. FamilyCase.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Answer_EverySelection_KeepsTheBudget(string family)
    {
        using VisionLanguageModel model = Load(family, ModelPrecision.Auto);
        PreparedImage image = FamilyCase.Of(family).First().Image();
        ImageLayout layout = model.LayoutOf(image);
        foreach (SelectionMethod method in Enum.GetValues<SelectionMethod>().Where(method => method != SelectionMethod.ZooPruneTuned))
        {
            VisionAnswer answer = model.Answer(image, "What is "
                + "it?", new PruningOptions { Keep = KeepBudget.Tokens(5), Selection = method }, 2);

            Assert.Equal(5, answer.KeptIndices.Count);
            Assert.Equal(5 + layout.NewlineCount, answer.KeptTokenCount);
            Assert.All(answer.KeptIndices, index => Assert.Contains(index, layout.Candidates));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Answer_OnlyIfFaster_DecidesAndSaysSo(string family)
    {
        using VisionLanguageModel model = Load(family, ModelPrecision.Auto);
        PreparedImage image = FamilyCase.Of(family).First().Image();
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(5), OnlyIfFaster = true };

        VisionAnswer answer = model.Answer(image, "What is it?", pruning, 2);

        bool pruned = answer.KeptIndices.Count == 5;
        Assert.Equal(pruned, answer.Note is null);
        Assert.True(pruned || answer.KeptTokenCount == answer.VisualTokenCount);
    }

    [Theory]
    [InlineData(ModelPrecision.Float16, 0.02)]
    [InlineData(ModelPrecision.Q8, 0.25)]
    [InlineData(ModelPrecision.Q4, 1.0)]
    public void NextTokenLogits_EveryPrecision_IsNearThatOfFloat32(ModelPrecision precision, double tolerance)
    {
        using VisionLanguageModel exact = Load("llava", ModelPrecision.Float32);
        using VisionLanguageModel rounded = Load("llava", precision);
        foreach (FamilyCase golden in FamilyCase.Of("llava"))
        {
            float[] expected = exact.NextTokenLogits(golden.Image(), golden.Question);
            float[] got = rounded.NextTokenLogits(golden.Image(), golden.Question);

            // In units of the logits' own spread, root mean square.
            double spread = Math.Sqrt(expected.Average(value => (double)value * value));
            double error = Math.Sqrt(expected.Zip(got).Average(pair => Math.Pow(pair.First - pair.Second, 2)));
            Assert.True(error <= tolerance * spread, $"{precision}: {error / spread:0.000}");
            Assert.NotEqual(expected, got);
        }
    }

    [Theory]
    [InlineData(ModelPrecision.Float16)]
    [InlineData(ModelPrecision.Q8)]
    [InlineData(ModelPrecision.Q4)]
    public void Answer_EveryPrecision_IsPrunedByTheClosedForm(ModelPrecision precision)
    {
        using VisionLanguageModel model = Load("llava", precision);
        PreparedImage image = FamilyCase.Of("llava").First().Image();

        TokenSelection kept = model.Prune(model.EncodeToArray(image), new PruningOptions { Keep = KeepBudget.Tokens(7), Sensitivity = SensitivityMethod.ClosedForm });
        VisionAnswer answer = model.Answer(image, "What is it?", new PruningOptions { Keep = KeepBudget.Tokens(7) }, 4);

        Assert.Equal(SensitivityMethod.ClosedForm, kept.SensitivityMethodUsed);
        Assert.Equal(7, answer.KeptTokenCount);
        Assert.NotEmpty(answer.TokenIds);
    }

    private static VisionLanguageModel Load(string family, ModelPrecision precision) =>
        VisionLanguageModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Precision = precision, Threads = 1 });
}
