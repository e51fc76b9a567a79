namespace ZooPrune.Tests;

/// <summary>Given scores against CLS-attention top-k as its authors' code has it, in Data/cls_attention.</summary>
public sealed class TopScoreSelectorTests
{
    public static TheoryData<string> Cases => [.. RivalCases.Of("cls_attention").Select(row => (string)row[1]).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void ByScores_PublishedCase_KeepsTheMostAttended(string file)
    {
        SafeTensors golden = RivalCases.Tensors("cls_attention", file);
        int[] shape = golden.Shape("in.cls_attention");
        (int images, int heads, int count) = (shape[0], shape[1], shape[2]);
        int keep = RivalCases.Parameters("cls_attention", file).GetProperty("keep").GetInt32();

        float[] attention = golden.Floats("in.cls_attention");
        float[] mean = new float[images * count];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = Enumerable.Range(0, heads).Average(head => attention[(((i / count * heads) + head) * count) + (i % count)]);
        }

        PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), CustomSelection = TopScoreSelector.ByScores };
        PruningInput input = new(new float[mean.Length], [.. Enumerable.Repeat(count, images)])
        {
            TilesPerImage = [.. Enumerable.Repeat(1, images)],
            Scores = mean,
        };
        IReadOnlyList<TokenSelection> selections = new VisualTokenPruner(FakeProjector.Identity(1), options).PruneImages(input);
        Assert.Equal(golden.Integers("out.kept"), selections.SelectMany(selection => selection.KeptIndices.ToArray()));
    }

    [Fact]
    public void ByScores_Ties_GoToTheLowestIndex()
    {
        float[] scores = [1, 3, -2, 3, 3, 1];
        TokenSelection selection = RivalCases.Prune(new float[6], [6], 4, TopScoreSelector.ByScores, scores);
        Assert.Equal([1, 3, 4, 0], selection.SelectionOrder.ToArray());
        Assert.Equal(0, selection.Sensitivity.Length);
    }

    [Fact]
    public void ByScores_Remainder_GoesToTheTileOfLargestScores()
    {
        float[] scores = [1, 1, 2, 2, 1, 1];
        Assert.Equal([0, 2, 3, 4], RivalCases.Prune(new float[6], [2, 2, 2], 4, TopScoreSelector.ByScores, scores).KeptIndices.ToArray());
    }
}
