using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx.Tests;

/// <summary>Pruning on a device, which here is the CPU provider, against <see cref="VisualTokenPruner"/>.</summary>
public class DevicePrunerTests
{
    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.DivPrune)]
    public void Prune_Tiles_SharesTheBudgetAsThePrunerDoes(SelectionMethod selection)
    {
        (int cases, int same) = (0, 0);
        var options = new PruningOptions { Keep = KeepBudget.Tokens(1), Selection = selection, Centering = 0.5f };
        var drawn = new PrunerGraphCase(seed: 1, rows: 5, tokens: 12);
        using DevicePruner pruner = Pruner(drawn.Projector);
        using OrtValue x = GraphRun.Tensor(drawn.Tokens, drawn.Rows, drawn.TokenCount, drawn.Projector.InputWidth);
        for (int seed = 0; seed < 80; seed++)
        {
            // Padding as an unpadded picture has it: whole rows and columns, whole tiles now and then; budgets with remainders.
            var random = new Random(seed);
            int[] candidates = seed < 10
                ? [.. Enumerable.Range(0, 60)]
                : [.. Enumerable.Range(0, 60).Where(i => random.Next(4) > 0 && (i / 12 != seed % 7))];
            PruningOptions asked = options with { Keep = KeepBudget.Tokens(random.Next(1, candidates.Length + 3)) };
            (float[] tokens, int[] lengths) = Candidates(drawn, candidates);
            TokenSelection expected = new VisualTokenPruner(drawn.Projector, asked).Prune(tokens, lengths);

            using DeviceSelection got = pruner.Prune(x, candidates, asked);

            int[] inCandidates = [.. got.SelectionOrder.Select(index => Array.IndexOf(candidates, index))];
            Assert.Equal(got.SelectionOrder.Order(), got.KeptIndices);
            Assert.Equal(expected.Note, got.Note);
            Assert.Equal([got.KeptIndices.Length, drawn.Projector.OutputWidth], got.KeptTokens.GetTensorTypeAndShape().Shape);
            cases++;
            if (expected.SelectionOrder.SequenceEqual(inCandidates))
            {
                same++;
                Near.Equal(expected.KeptTokens, got.KeptTokens.GetTensorDataAsSpan<float>(), 1e-5);
            }
        }

        Assert.True(same >= 0.95 * cases, $"{same} of {cases}");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("29%")]
    [InlineData("0.1%")]
    [InlineData("1000")]
    public void Prune_AnyNumberOfTokens_WorksTheBudgetOut(string keep)
    {
        // 29 % of 100 are 29 in decimals, 28.999... in doubles and another number in float32.
        var options = new PruningOptions { Keep = KeepBudget.Parse(keep) };
        PrunerGraphCase[] cases = [.. new[] { 100, 7, 1, 64 }.Select(tokens => new PrunerGraphCase(tokens, 1, tokens))];
        using DevicePruner pruner = Pruner(cases[0].Projector);
        foreach (PrunerGraphCase drawn in cases)
        {
            using OrtValue x = GraphRun.Tensor(drawn.Tokens, drawn.TokenCount, drawn.Projector.InputWidth);
            TokenSelection expected = new VisualTokenPruner(cases[0].Projector, options).Prune(drawn.Tokens, drawn.TokenCount);

            using DeviceSelection got = pruner.Prune(x, [], options);

            Assert.Equal(expected.SelectionOrder.ToArray(), got.SelectionOrder);
            Assert.Equal(expected.Note, got.Note);
        }
    }

    [Fact]
    public void PruneEach_SeveralImages_EachAsAlone()
    {
        var drawn = new PrunerGraphCase(seed: 3, rows: 4, tokens: 30);
        var options = new PruningOptions { Keep = KeepBudget.Tokens(9) };
        using DevicePruner pruner = Pruner(drawn.Projector);
        using OrtValue x = GraphRun.Tensor(drawn.Tokens, 4, 30, drawn.Projector.InputWidth);

        using DeviceSelection all = pruner.PruneEach(x, options);

        Assert.Equal([4, 9, drawn.Projector.OutputWidth], all.KeptTokens.GetTensorTypeAndShape().Shape);
        for (int row = 0; row < 4; row++)
        {
            using OrtValue one = GraphRun.Tensor(drawn.Row(row).ToArray(), 1, 30, drawn.Projector.InputWidth);
            using DeviceSelection alone = pruner.Prune(one, [], options);
            Assert.Equal(alone.KeptIndices, all.KeptIndices[(9 * row)..(9 * (row + 1))]);
            Assert.Equal(alone.SelectionOrder, all.SelectionOrder[(9 * row)..(9 * (row + 1))]);
        }
    }

    [Fact]
    public void Prune_Halves_SumsInFloats()
    {
        // The same choice as from the same rounded values in float32; kept tokens come back in float16.
        var drawn = new PrunerGraphCase(seed: 4, rows: 1, tokens: 40);
        float[] rounded = [.. drawn.Tokens.Select(value => (float)(Half)value)];
        Float16[] halves = [.. rounded.Select(value => new Float16(BitConverter.HalfToUInt16Bits((Half)value)))];
        var options = new PruningOptions { Keep = KeepBudget.Tokens(12) };
        TokenSelection expected = new VisualTokenPruner(drawn.Projector, options).Prune(rounded, 40);
        using DevicePruner pruner = Pruner(drawn.Projector);
        using OrtValue x = GraphRun.Tensor(halves, 1, 40, drawn.Projector.InputWidth);

        using DeviceSelection got = pruner.Prune(x, [], options);

        Assert.Equal(expected.SelectionOrder.ToArray(), got.SelectionOrder);
        Assert.Equal(TensorElementType.Float16, got.KeptTokens.GetTensorTypeAndShape().ElementDataType);
        Float16[] kept = got.KeptTokens.GetTensorDataAsSpan<Float16>().ToArray();
        Near.Equal(expected.KeptTokens, [.. kept.Select(value => (float)BitConverter.UInt16BitsToHalf(value.value))], 1e-3, 1e-3);
    }

    [Fact]
    public void Prune_NotFinite_SaysSo()
    {
        var drawn = new PrunerGraphCase(seed: 5, rows: 1, tokens: 10);
        using DevicePruner pruner = Pruner(drawn.Projector);
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity])
        {
            float[] tokens = [.. drawn.Tokens];
            tokens[50] = bad;
            using OrtValue x = GraphRun.Tensor(tokens, 1, 10, drawn.Projector.InputWidth);

            Assert.Equal(
                "Pruner graph: a projected visual token is NaN, infinite or longer than 1e19. Expected finite visual tokens; check the "
                + "picture and the vision encoder's precision.",
                Assert.Throws<ZooPruneException>(() => pruner.Prune(x, [], new() { Keep = KeepBudget.Tokens(3) })).Message);
        }
    }

    [Fact]
    public void Prune_WhatHasNoGraph_SaysSo()
    {
        var drawn = new PrunerGraphCase(seed: 5, rows: 1, tokens: 10);
        using DevicePruner pruner = Pruner(drawn.Projector);
        using OrtValue x = GraphRun.Tensor(drawn.Tokens, 1, 10, drawn.Projector.InputWidth);

        Assert.Equal(
            "Pruner graph: the selection is Norm. Expected ZooPrune or DivPrune; choose one of them, or prune with VisualTokenPruner.",
            Assert.Throws<NotSupportedException>(
                () => pruner.Prune(x, [], new() { Keep = KeepBudget.Tokens(3), Selection = SelectionMethod.Norm })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => pruner.Prune(x, [], new() { Keep = KeepBudget.Tokens(3), Centering = 2 }));
    }

    [Fact]
    public void Prune_ManyThreadsAndOptions_SessionsComeAndGo()
    {
        var drawn = new PrunerGraphCase(seed: 6, rows: 1, tokens: 20);
        DevicePruner pruner = Pruner(drawn.Projector);
        Parallel.For(0, 48, i =>
        {
            var options = new PruningOptions { Keep = KeepBudget.Tokens(1 + (i % 6)) };
            using OrtValue x = GraphRun.Tensor(drawn.Tokens, 1, 20, drawn.Projector.InputWidth);
            using DeviceSelection got = pruner.Prune(x, [], options);
            TokenSelection expected = new VisualTokenPruner(drawn.Projector, options).Prune(drawn.Tokens, 20);
            Assert.Equal(expected.SelectionOrder.ToArray(), got.SelectionOrder);
        });
        pruner.Dispose();
    }

    [Theory]
    [InlineData("llava")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    [InlineData("qwen2-vl")]
    [InlineData("qwen2.5-vl")]
    public void Prune_Families_HaveTheOrderOfTransformers(string family)
    {
        using LoadedModel model = LoadedModel.Load(FamilyCase.ModelFolder(family), new());
        using DevicePruner pruner = Pruner(model.Projector);
        int clear = 0;
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            PreparedImage image = golden.Image();
            int[] candidates = model.LayOut(new(image.Shape, image.OriginalHeight, image.OriginalWidth, image.GridThw)).Candidates;
            float[] tokens = model.Encoder.Encode([image])[0];
            int tiles = image.Shape.Count == 4 ? image.Shape[0] : 1;
            int width = model.Projector.InputWidth;
            long[] shape = model.Encoder.TakesPatches ? [tokens.Length / width, width] : [tiles, tokens.Length / width / tiles, width];
            using OrtValue x = GraphRun.Tensor(tokens, shape);
            foreach (PrunedCase pruned in golden.Pruned)
            {
                KeepBudget keep = pruned.Ratio is double ratio ? KeepBudget.Ratio(ratio) : KeepBudget.Tokens(pruned.Keep);
                using DeviceSelection got = pruner.Prune(x, candidates, new() { Keep = keep, Sensitivity = SensitivityMethod.ClosedForm });

                if (pruned.IsClear)
                {
                    clear++;
                    Assert.Equal(pruned.SelectionOrder, got.SelectionOrder);
                    Assert.Equal(golden.Tensors.Int32s($"kept_{pruned.Keep}"), got.KeptIndices);
                    float[] features = golden.Tensors.Singles("image_features");
                    int embedding = model.Projector.OutputWidth;
                    float[] expected = [.. got.KeptIndices.SelectMany(index => features[(index * embedding)..((index + 1) * embedding)])];
                    Near.Equal(expected, got.KeptTokens.GetTensorDataAsSpan<float>(), 1e-4, 1e-4);
                }
            }
        }

        Assert.True(clear >= 2);
    }

    private static DevicePruner Pruner(IProjector projector) => new(projector, new GraphSettings(0, Device.Cpu));

    /// <summary>What is left of the tokens, and how many in each tile that has some.</summary>
    private static (float[] Tokens, int[] Lengths) Candidates(PrunerGraphCase drawn, int[] candidates)
    {
        int width = drawn.Projector.InputWidth;
        return (
            [.. candidates.SelectMany(index => drawn.Tokens[(index * width)..((index + 1) * width)])],
            [.. candidates.GroupBy(index => index / drawn.TokenCount, (_, tile) => tile.Count())]);
    }
}
