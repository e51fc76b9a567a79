namespace ZooPrune.Samples.Tests;

public class CandidateTests
{
    /// <summary>What can be chosen from images is offered as soon as it is a member of the enum; what is only reserved, is not.</summary>
    [Fact]
    public void All_SelectionMethods_AreThoseThatPruneImages()
    {
        MlpProjector identity = new([1f], [0f], [1f], [0f], 1, 1, 1);
        EncoderAttention attention = new((float[])[1, 2]) { FirstLayer = (float[])[1, 2], Joined = (float[])[1, 2], Keys = (float[])[1, 2] };
        foreach (SelectionMethod method in Enum.GetValues<SelectionMethod>())
        {
            PruningOptions options = new() { Keep = KeepBudget.Tokens(1), Selection = method };
            Exception? problem = Record.Exception(
                () => new VisualTokenPruner(identity, options).Prune(new PruningInput([1f, 2f], [2]) { Attention = attention }));
            Assert.Equal(problem is null, Candidate.All.Any(candidate => candidate.Pruning?.Selection == method));
        }
    }

    [Fact]
    public void All_Names_AreUniqueAndCoverThePublishedMethods()
    {
        string[] names = [.. Candidate.All.Select(candidate => candidate.Name)];

        Assert.Equal(names.Distinct(), names);
        Assert.Subset(names.ToHashSet(), new HashSet<string> { "zooprune", "zooprune-sampled", "divprune", "sensitivity", "norm", "uniform", "random", "downsample" });
    }
}
