using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>The embedding variant against Data/dart (a published port of the authors' code), and hand-sized cases.</summary>
public sealed class DartSelectorTests
{
    public static TheoryData<string, string> Cases => RivalCases.Of("dart", "embedding_only");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Select_PublishedCase_KeepsTheSameTokens(string set, string file)
    {
        SafeTensors golden = RivalCases.Tensors("dart", file);
        JsonElement parameters = RivalCases.Parameters("dart", file);
        int count = golden.Shape("in.hidden")[0];
        int pivots = parameters.GetProperty("pivot_image").GetInt32();
        int keep = pivots + (pivots * (int)(count * (1 - parameters.GetProperty("reduction").GetDouble()) / pivots));
        Assert.Equal(parameters.GetProperty("kept_count").GetInt32(), keep);

        // Pivots in the order in which the published code visited them, then in that of their norms.
        float[] visit = new float[count];
        int[] order = golden.Integers("in.pivot_order");
        for (int i = 0; i < order.Length; i++)
        {
            visit[order[i]] = order.Length - i;
        }

        float[] tokens = golden.Floats("in.hidden");
        ITokenKernels kernels = TokenKernels.Find(set);
        TokenSelection given = RivalCases.Prune(tokens, [count], keep, new DartSelector(pivots, true, 0, kernels), visit);
        Assert.Equal(golden.Integers("out.kept"), given.KeptIndices.ToArray());
        Assert.Equal(order, given.SelectionOrder[..pivots].ToArray());
        TokenSelection byNorm = RivalCases.Prune(tokens, [count], keep, new DartSelector(pivots, false, 0, kernels), []);
        Assert.Equal(golden.Integers("out.kept_norm_order_reference"), byNorm.KeptIndices.ToArray());
    }

    [Fact]
    public void Select_HandSizedCase_EachPivotTakesItsOpposites()
    {
        // L1 norms 6, 5 | 1, 1.4, 1, 1: the first two are pivots. Token 0 takes its opposite 4, then token 1 its opposite 5.
        float[] plane = [6, 0, 0, 5, 1, 0, 0.6f, 0.8f, -1, 0, 0, -1];
        Assert.Equal([0, 1, 4, 5], RivalCases.Prune(plane, [6], 4, new DartSelector(2), []).SelectionOrder.ToArray());

        // Five: the first pivot takes two; tokens 1 and 5 are both across it, 1 is a pivot.
        Assert.Equal([0, 1, 4, 5, 2], RivalCases.Prune(plane, [6], 5, new DartSelector(2), []).SelectionOrder.ToArray());
        Assert.Equal([0], RivalCases.Prune(plane, [6], 1, new DartSelector(2), []).SelectionOrder.ToArray());
    }

    [Fact]
    public void Select_L1NormNotL2_ChoosesThePivots()
    {
        // L1: 5 against 6; L2: 5 against 4.24.
        Assert.Equal([1], RivalCases.Prune([5, 0, 3, 3], [2], 1, new DartSelector(1), []).KeptIndices.ToArray());
    }

    [Fact]
    public void Constructor_NoPivots_IsAnError()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new DartSelector(0));
        Assert.Equal(
            "DartSelector, pivotCount: it is 0. It must be 1 or more; leave it out for the default. (Parameter 'pivotCount')",
            error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DartSelector(1, maxThreads: -1));
    }
}
