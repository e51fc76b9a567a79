namespace ZooPrune.Tests;

/// <summary>Whole prunes against Data/golden_selection.json: selection order, kept indices, tile shares.</summary>
public sealed class GoldenSelectionTests
{
    private static readonly Dictionary<string, (SelectionMethod Selection, SensitivityMethod Sensitivity)> Methods = new()
    {
        ["zooprune"] = (SelectionMethod.ZooPrune, SensitivityMethod.ClosedForm),
        ["zooprune_sampled"] = (SelectionMethod.ZooPrune, SensitivityMethod.SharedProduct),
        ["divprune"] = (SelectionMethod.DivPrune, SensitivityMethod.Auto),
        ["sensitivity"] = (SelectionMethod.Sensitivity, SensitivityMethod.ClosedForm),
        ["norm"] = (SelectionMethod.Norm, SensitivityMethod.Auto),
    };

    public static TheoryData<string, int> CasesOfEverySet
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (ITokenKernels set in TokenKernels.Available)
            {
                for (int i = 0; i < GoldenCases.All.Cases.Length; i++)
                {
                    rows.Add(set.Name, i);
                }
            }

            return rows;
        }
    }

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, GoldenCases.All.Cases.Length)];

    [Theory]
    [MemberData(nameof(CasesOfEverySet))]
    public void Prune_GoldenCase_ChoosesTheSameWhereTheMarginIsFirm(string set, int index)
    {
        GoldenCase golden = GoldenCases.All.Cases[index];
        ITokenKernels kernels = TokenKernels.Find(set);
        MlpProjector projector = golden.MakeProjector(kernels);
        float[] tokens = golden.MakeTokens();
        foreach ((string name, (SelectionMethod selection, SensitivityMethod sensitivity)) in Methods)
        {
            VisualTokenPruner pruner = new(projector, golden.MakeOptions(selection, sensitivity), golden.MakeDirections(), kernels);
            Check(golden.Selections[name], pruner.Prune(tokens, golden.Tiles), $"{name}, case {golden.Seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prune_GoldenCase_EveryPickIsWithinTheMarginOfTheBest(int index)
    {
        // Judged in double on our own prefix, so it also holds the picks that are too close to call in the golden order.
        GoldenCase golden = GoldenCases.All.Cases[index];
        MlpProjector projector = golden.MakeProjector(TokenKernels.Default);
        float[] tokens = golden.MakeTokens();
        float[] projected = new float[golden.Tokens * golden.OutputWidth];
        projector.Project(tokens, projected);
        TokenSelection selection = new VisualTokenPruner(
            projector, golden.MakeOptions(SelectionMethod.ZooPrune, SensitivityMethod.ClosedForm))
            .Prune(tokens, golden.Tiles);

        int first = 0;
        foreach (int length in golden.Tiles)
        {
            int start = first;
            int[] order = [.. selection.SelectionOrder.ToArray()
                .Where(token => token >= start && token < start + length)
                .Select(token => token - start)];
            double[] weights = Weights(selection.Sensitivity.Slice(start, length), golden.Sharpness);
            if (order.Length > 0)
            {
                Assert.True(weights[order[0]] >= weights.Max() - 1e-6, $"first pick of the tile at {start}");
                double worst = GreedyReplay.WorstShortfall(
                    weights,
                    projected.AsSpan(start * golden.OutputWidth, length * golden.OutputWidth),
                    golden.OutputWidth,
                    golden.Centering,
                    order);
                Assert.InRange(worst, 0, 2e-6);
            }

            first += length;
        }
    }

    [Fact]
    public void GoldenCases_Picks_AreMostlyFirm()
    {
        GoldenSelection[] selections = [.. GoldenCases.All.Cases.SelectMany(golden => golden.Selections.Values)];
        Assert.InRange(GoldenCases.All.Cases.Length, 24, 100);
        Assert.InRange(
            selections.Sum(selection => selection.Firm.Sum()) / (double)selections.Sum(selection => selection.Order.Length), 0.7, 1);
    }

    private static void Check(GoldenSelection golden, TokenSelection actual, string what)
    {
        Assert.Equal(golden.Order.Length, actual.SelectionOrder.Length);
        int first = 0;
        int filled = 0;
        bool allFirm = true;
        for (int tile = 0; tile < golden.Tiles.Length; tile++)
        {
            int inTile = golden.Order.Count(token => token >= first && token < first + golden.Tiles[tile]);
            int[] expected = golden.Order[filled..(filled + golden.Firm[tile])];
            int[] order = actual.SelectionOrder.Slice(filled, golden.Firm[tile]).ToArray();
            Assert.True(
                expected.SequenceEqual(order),
                $"{what}, tile {tile}: expected {string.Join(' ', expected)}, got {string.Join(' ', order)}");
            allFirm &= golden.Firm[tile] == inTile;
            filled += inTile;
            first += golden.Tiles[tile];
        }

        if (allFirm)
        {
            Assert.Equal(golden.Kept, actual.KeptIndices.ToArray());
        }
    }

    private static double[] Weights(ReadOnlySpan<float> sensitivity, float? sharpness)
    {
        double[] values = [.. sensitivity.ToArray().Select(value => (double)value)];
        double least = values.Min();
        double most = values.Max();
        return least == most
            ? [.. values.Select(_ => 1.0)]
            : sharpness is float power ? [.. values.Select(value => Math.Pow(value / most, power))]
            : [.. values.Select(value => (value - least) / (most - least + 1e-8))];
    }
}
