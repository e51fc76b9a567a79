namespace ZooPrune.Onnx.Tests;

/// <summary>What an encoder in half precision, 8 or 4 bits does to the choice, on the family that has such graphs.</summary>
public sealed class EncoderPrecisionTests
{
    // Tokens of a model with random weights are nearly alike; of 4-bit weights of 16 rows little is left.
    [Theory]
    [InlineData(ModelPrecision.Float16, 0.9)]
    [InlineData(ModelPrecision.Q8, 0.7)]
    [InlineData(ModelPrecision.Q4, 0.4)]
    public void Prune_SmallerEncoder_KeepsMostlyTheSame(ModelPrecision precision, double least)
    {
        string folder = FamilyCase.ModelFolder("llava");
        using var whole = VisionLanguageModel.Load(folder, new VisionLanguageModelOptions { Threads = 1, Precision = ModelPrecision.Float32 });
        using var small = VisionLanguageModel.Load(folder, new VisionLanguageModelOptions { Threads = 1, Precision = precision });
        (int same, int kept) = (0, 0);
        foreach (FamilyCase golden in FamilyCase.Of("llava"))
        {
            PreparedImage image = golden.Image();
            foreach (int keep in (int[])[4, 7, 9])
            {
                var pruning = new PruningOptions { Keep = KeepBudget.Tokens(keep) };
                IReadOnlyList<int> expected = whole.Prune(image, pruning).KeptIndices;
                IReadOnlyList<int> got = small.Prune(image, pruning).KeptIndices;
                same += expected.Intersect(got).Count();
                kept += expected.Count;
            }
        }

        Assert.InRange(same / (double)kept, least, 1);
    }
}
