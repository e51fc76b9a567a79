using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>One step of matching against what its authors' code answers, in Data/tome, and hand-sized cases of the whole.</summary>
public sealed class ToMeReducerTests
{
    public static TheoryData<string> Files => RivalCases.Files("tome");

    [Theory]
    [MemberData(nameof(Files))]
    public void Step_PublishedCase_GivesTheSameTokens(string file)
    {
        SafeTensors golden = RivalCases.Tensors("tome", file);
        JsonElement parameters = RivalCases.Parameters("tome", file);
        bool hasClassToken = parameters.GetProperty("class_token").GetBoolean();
        int count = golden.Shape("in.metric")[0];
        int width = golden.Shape("in.features")[1];
        float[] features = golden.Floats("in.features");
        float[] sizes = golden.Floats("in.sizes");

        ToMeReducer.Match[] matches = ToMeReducer.Matches(golden.Floats("in.metric"), count, hasClassToken);
        int merged = Math.Min(parameters.GetProperty("merge").GetInt32(), (count - (hasClassToken ? 1 : 0)) / 2);
        ToMeReducer.Merge(features, sizes, matches.Take(merged));

        // Published order: sources that are left, the best match first (in row order with a class token), then all destinations.
        IEnumerable<int> left = matches.Skip(merged).Select(match => match.Source);
        int[] rows = [.. hasClassToken ? left.Order() : left, .. Enumerable.Range(0, count / 2).Select(i => (2 * i) + 1)];
        float[] expected = golden.Floats("out.tokens");
        float[] actual = [.. rows.SelectMany(row => features[(row * width)..((row + 1) * width)])];
        Near.Equal(expected, actual, 0, 1e-5 * expected.Max(Math.Abs));
        Near.Equal(golden.Floats("out.sizes_out"), rows.Select(row => sizes[row]).ToArray(), 1e-6, 0);
    }

    [Fact]
    public void Reduce_HandSizedCase_MeansWeighAlike()
    {
        // 0 and 1 merge, then what is left of 2 and 3; one token in the end is the mean of all four.
        float[] plane = [1, 0, 3, 0, 0, 1, 0, 5];
        Assert.Equal([2, 0, 0, 1, 0, 5], Prune(plane, 3).KeptTokens.ToArray());
        Assert.Equal([1, 2, 3], Prune(plane, 3).KeptIndices.ToArray());
        Assert.Equal([2, 0, 0, 3], Prune(plane, 2).KeptTokens.ToArray());
        Assert.Equal([1, 1.5f], Prune(plane, 1).KeptTokens.ToArray());
    }

    private static TokenSelection Prune(float[] tokens, int keep) => new VisualTokenPruner(
        FakeProjector.Identity(2), new PruningOptions { Keep = KeepBudget.Tokens(keep), Selection = SelectionMethod.ToMe })
        .Prune(tokens, tokens.Length / 2);
}
