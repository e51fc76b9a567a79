namespace ZooPrune.Onnx.Tests;

/// <summary>The way that images take on a device, played on the CPU: encoder in place, pruner as a graph.</summary>
public sealed class DeviceEngineTests
{
    public static TheoryData<string> Families => [.. FamilyCase.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Prune_ByGraph_KeepsWhatTheManagedKernelsKeep(string family)
    {
        using VisionLanguageModel managed = Load(family, prunesByGraph: false);
        using VisionLanguageModel byGraph = Load(family, prunesByGraph: true);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            foreach (PrunedCase pruned in golden.Pruned.Where(pruned => pruned.IsClear))
            {
                var pruning = new PruningOptions { Keep = KeepBudget.Tokens(pruned.Keep) };

                PrunedImage expected = managed.Prune(golden.Image(), pruning);
                PrunedImage got = byGraph.Prune(golden.Image(), pruning);

                Assert.Equal(expected.KeptIndices, got.KeptIndices);
                Near.Equal(expected.KeptTokens.ToArray(), got.KeptTokens.ToArray(), 1e-4);
                Assert.Equal(expected.KeptTokenCount, got.KeptTokenCount);
                Assert.Equal(
                    managed.Answer(golden.Image(), golden.Question, pruning, 4).TokenIds,
                    byGraph.Answer(golden.Image(), golden.Question, pruning, 4).TokenIds);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Prune_AllByGraph_ReadsWhatTheHostReads(string family)
    {
        using VisionLanguageModel managed = Load(family, prunesByGraph: false);
        using VisionLanguageModel byGraph = Load(family, prunesByGraph: true);
        PreparedImage[] images = [.. FamilyCase.Of(family).Select(golden => golden.Image())];
        foreach ((PrunedImage expected, PrunedImage got) in managed.Prune(images, null).Zip(byGraph.Prune(images, null)))
        {
            Assert.Equal(expected.KeptIndices, got.KeptIndices);
            Near.Equal(expected.KeptTokens.ToArray(), got.KeptTokens.ToArray(), 1e-4);
            Assert.Equal((expected.Note, expected.KeptTokenCount), (got.Note, got.KeptTokenCount));
        }
    }

    [Fact]
    public void Prune_AllByGraphOfNaN_SaysSo()
    {
        using VisionLanguageModel byGraph = Load("llava", prunesByGraph: true);
        PreparedImage image = FamilyCase.Of("llava").First().Image();
        var bad = new PreparedImage(
            Enumerable.Repeat(float.NaN, image.PixelValues.Length).ToArray(), image.Shape, image.OriginalHeight, image.OriginalWidth);

        Assert.StartsWith(
            "Pruner graph: a projected visual token is NaN",
            Assert.Throws<ZooPruneException>(() => byGraph.Prune(bad)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Prune_SeveralImagesByGraph_EachAsAlone(string family)
    {
        using VisionLanguageModel byGraph = Load(family, prunesByGraph: true);
        PreparedImage[] images = [.. FamilyCase.Of(family).Select(golden => golden.Image())];
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(3) };

        IReadOnlyList<PrunedImage> together = byGraph.Prune([.. images, images[0]], pruning);

        Assert.Equal(images.Length + 1, together.Count);
        foreach ((PreparedImage image, PrunedImage got) in images.Append(images[0]).Zip(together))
        {
            PrunedImage alone = byGraph.Prune(image, pruning);
            Assert.Equal(alone.KeptIndices, got.KeptIndices);
            Near.Equal(alone.KeptTokens.ToArray(), got.KeptTokens.ToArray(), 1e-4);
            Assert.Equal(alone.Note, got.Note);
        }
    }

    [Fact]
    public void Prune_MethodWithoutGraph_TakesTheManagedKernels()
    {
        using VisionLanguageModel byGraph = Load("llava", prunesByGraph: true);
        PreparedImage image = FamilyCase.Of("llava").First().Image();

        Assert.Equal(3, byGraph.Prune(image, new PruningOptions { Keep = KeepBudget.Tokens(3), Selection = SelectionMethod.Uniform }).KeptIndices.Count);
        Assert.Equal(byGraph.VisualTokenCount, byGraph.Prune(image).KeptTokenCount);
        Assert.Equal(2, byGraph.Prune([image, image], new PruningOptions { Keep = KeepBudget.Tokens(3) }).Count);
    }

    private static VisionLanguageModel Load(string family, bool prunesByGraph) => VisionLanguageModel.Load(
        FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Threads = 1, PrunesByGraph = prunesByGraph });
}
