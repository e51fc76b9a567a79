using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx.Tests;

/// <summary>The pruner as a graph against <see cref="VisualTokenPruner"/>.</summary>
public class PrunerGraphTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Rows_SeededCases_KeepWhatThePrunerKeeps()
    {
        (int rows, int same) = (0, 0);
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var drawn = new PrunerGraphCase(seed, random.Next(1, 4), random.Next(1, 41), gelu: (GeluKind)(seed % 3));
            var options = new PruningOptions
            {
                Keep = KeepBudget.Tokens(random.Next(1, drawn.TokenCount + 2)),
                Selection = seed % 4 == 3 ? SelectionMethod.DivPrune : SelectionMethod.ZooPrune,
                Centering = seed % 5 * 0.25f,
                Sharpness = seed % 6 == 5 ? 2 : null,
            };
            same += drawn.Compare(options);
            rows += drawn.Rows;
        }

        Assert.True(same >= 0.95 * rows, $"{same} of {rows}");
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune, 576, 64)]
    [InlineData(SelectionMethod.ZooPrune, 576, 128)]
    [InlineData(SelectionMethod.DivPrune, 576, 64)]
    [InlineData(SelectionMethod.DivPrune, 577, 192)]
    public void Rows_RealCounts_KeepWhatThePrunerKeeps(SelectionMethod selection, int tokens, int keep)
    {
        var drawn = new PrunerGraphCase(seed: tokens + keep, rows: 2, tokens, input: 48, hidden: 64, output: 64);
        int same = drawn.Compare(new() { Keep = KeepBudget.Tokens(keep), Selection = selection }, tolerance: 1e-4);
        Assert.InRange(same, 1, 2);
    }

    [Theory]
    [InlineData(SensitivityMethod.Sampled)]
    [InlineData(SensitivityMethod.SharedProduct)]
    [InlineData(SensitivityMethod.ClosedForm)]
    [InlineData(SensitivityMethod.LowRankClosedForm)]
    public void Rows_EverySensitivity_IsThePruners(SensitivityMethod method)
    {
        var drawn = new PrunerGraphCase(seed: 8, rows: 1, tokens: 80, hidden: 24);
        drawn = new PrunerGraphCase(seed: 8, rows: 1, tokens: 80, hidden: 24) { Projector = drawn.Projector.ChooseRank(drawn.Tokens) };
        var options = new PruningOptions { Keep = KeepBudget.Tokens(10), Sensitivity = method, Directions = 8 };
        TokenSelection expected = new VisualTokenPruner(drawn.Projector, options).Prune(drawn.Tokens, 80);

        (float[] sensitivity, long[] order) = Run(drawn.Projector, options, drawn.Tokens, 80);

        // Sampled: a step of 0.01 in float32, both ways, leaves about four digits.
        Near.Equal(expected.Sensitivity, sensitivity, 1e-6, method == SensitivityMethod.Sampled ? 1e-3 : 2e-5);
        Assert.Equal(expected.SelectionOrder.ToArray().Select(index => (long)index), order);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("graph")]
    [InlineData("file")]
    public void Rows_OtherProjectors_KeepWhatThePrunerKeeps(string kind)
    {
        using var folder = new TestFolder();
        MlpWeights weights = ProjectorGraphs.Weights();
        byte[] relu = ProjectorGraphs.Relu(weights);
        IProjector projector = kind switch
        {
            "linear" => new LinearOnnxProjector("linear", weights.First, threads: 1),
            "graph" => OnnxProjector.Create("graph", new(ProjectorGraphs.Gemm(weights), 6, 5, "it is a test"), threads: 1),
            _ => OnnxProjector.Open(folder.Write("projector.onnx", relu), threads: 1, encoderWidth: 6),
        };
        using var owned = (IDisposable)projector;
        float[] tokens = Near.Random(25 * 6, 3);
        var options = new PruningOptions { Keep = KeepBudget.Tokens(7), Directions = 5, Seed = 4 };
        TokenSelection expected = new VisualTokenPruner(projector, options).Prune(tokens, 25);

        (float[] sensitivity, long[] order) = Run(projector, options, tokens, 25);

        Assert.Equal(expected.SelectionOrder.ToArray().Select(index => (long)index), order);
        if (kind != "linear")
        {
            Near.Equal(expected.Sensitivity, sensitivity, 1e-6, 1e-3);
        }
    }

    [Fact]
    public void Rows_Draws_GoToTheLowestIndex()
    {
        // Every token four times, some of them zero: draws at nearly every step. Orthogonal or equal, so that all cosines are exact.
        const int Width = 4;
        float[] tokens = new float[20 * Width];
        for (int i = 0; i < 20; i++)
        {
            if (i % 5 < 4)
            {
                tokens[(i * Width) + (i % 5)] = 2;
            }
        }

        using var projector = new LinearOnnxProjector("same", new LinearLayer(Unit(Width), new float[Width], Width, Width), threads: 1);
        foreach (SelectionMethod selection in (SelectionMethod[])[SelectionMethod.ZooPrune, SelectionMethod.DivPrune])
        {
            foreach (int keep in (int[])[1, 4, 5, 6, 12, 20])
            {
                var options = new PruningOptions { Keep = KeepBudget.Tokens(keep), Selection = selection };
                TokenSelection expected = new VisualTokenPruner(projector, options).Prune(tokens, 20);

                (_, long[] order) = Run(projector, options, tokens, 20);

                Assert.Equal(expected.SelectionOrder.ToArray().Select(index => (long)index), order);
            }
        }
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.DivPrune)]
    public void Rows_InARowOrInALoop_GiveTheSame(SelectionMethod selection)
    {
        var drawn = new PrunerGraphCase(seed: 9, rows: 1, tokens: 200, input: 24, output: 32);
        var small = new PruningOptions { Keep = KeepBudget.Tokens(PrunerNodes.MostInARow), Selection = selection };
        var large = small with { Keep = KeepBudget.Tokens(PrunerNodes.MostInARow + 1) };

        (_, long[] inARow) = Run(drawn.Projector, small, drawn.Tokens, 200);
        (_, long[] inALoop) = Run(drawn.Projector, large, drawn.Tokens, 200);

        Assert.Equal(inALoop[..^1], inARow);
    }

    [Theory]
    [InlineData(GeluKind.Exact)]
    [InlineData(GeluKind.Tanh)]
    [InlineData(GeluKind.Quick)]
    public void Nodes_OldestOperatorSet_GiveTheSame(GeluKind gelu)
    {
        var drawn = new PrunerGraphCase(seed: 11, rows: 2, tokens: 30, gelu: gelu);
        var options = new PruningOptions { Keep = KeepBudget.Tokens(9), Centering = 0.5f };
        var graph = new OnnxGraphBuilder("old", PrunerNodes.LeastOperatorSet, "pruner/");
        string x = graph.Input("x", OnnxGraphBuilder.Element.Float, "images", "30", "12");
        PrunerOutputs outputs = new PrunerNodes(graph, ProjectorNodes.Of(drawn.Projector), options).Rows(x, 30);
        graph.Output(outputs.Order, OnnxGraphBuilder.Element.Int64, "images", "9");
        using GraphSession session = GraphSession.Create("old", graph.Build(), 1);
        using OrtValue tokens = GraphRun.Tensor(drawn.Tokens, 2, 30, 12);

        using IDisposableReadOnlyCollection<OrtValue> got = session.Run(["x"], [tokens], [outputs.Order]);

        int[] order = [.. got[0].GetTensorDataAsSpan<long>().ToArray().Select(index => (int)index)];
        for (int row = 0; row < 2; row++)
        {
            TokenSelection expected = new VisualTokenPruner(drawn.Projector, options).Prune(drawn.Row(row), 30);
            Assert.True(drawn.IsSame(options, expected, drawn.Row(row), order[(9 * row)..(9 * (row + 1))]));
        }

        Assert.All(graph.Graph.Node, node => Assert.Equal("", node.Domain));
    }

    private static (float[] Sensitivity, long[] Order) Run(IProjector projector, PruningOptions options, float[] tokens, int count)
    {
        using GraphSession session = GraphSession.Create("pruner", new PrunerGraphWriter(projector, options).Rows(count), 1);
        using OrtValue x = GraphRun.Tensor(tokens, 1, count, projector.InputWidth);
        bool hasSensitivity = session.Outputs.ContainsKey(PrunerGraphWriter.Sensitivity);
        string[] names = hasSensitivity ? [PrunerGraphWriter.Order, PrunerGraphWriter.Sensitivity] : [PrunerGraphWriter.Order];
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run([PrunerGraphWriter.Tokens], [x], names);
        return (hasSensitivity ? outputs[1].GetTensorDataAsSpan<float>().ToArray() : [], outputs[0].GetTensorDataAsSpan<long>().ToArray());
    }

    private static float[] Unit(int width)
    {
        float[] unit = new float[width * width];
        for (int i = 0; i < width; i++)
        {
            unit[(i * width) + i] = 1;
        }

        return unit;
    }
}
