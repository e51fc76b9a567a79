using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>
/// Methods that use the vision encoder's attention, against what their authors' code answers (Data/METHOD), and hand-sized cases.
/// </summary>
public sealed class AttentionMethodTests
{
    public static TheoryData<string> ClassAttentionFiles => RivalCases.Files("cls_attention");

    public static TheoryData<string> VisionZipFiles => RivalCases.Files("visionzip");

    public static TheoryData<string> PruMergeFiles => RivalCases.Files("prumerge");

    public static TheoryData<string> PruMergePlusFiles => RivalCases.Files("prumerge_plus");

    public static TheoryData<string> HiRedFiles => RivalCases.Files("hired");

    public static TheoryData<SelectionMethod> AttentionMethods =>
    [
        SelectionMethod.FasterVlm, SelectionMethod.VisionZip, SelectionMethod.HiRed, SelectionMethod.PruMerge, SelectionMethod.PruMergePlus,
    ];

    public static TheoryData<SelectionMethod> Methods =>
    [
        SelectionMethod.FasterVlm, SelectionMethod.VisionZip, SelectionMethod.HiRed, SelectionMethod.PruMerge, SelectionMethod.PruMergePlus,
        SelectionMethod.ToMe, SelectionMethod.Dart,
    ];

    [Theory]
    [MemberData(nameof(ClassAttentionFiles))]
    public void FasterVlm_PublishedCase_KeepsTheSameTokens(string file)
    {
        SafeTensors golden = RivalCases.Tensors("cls_attention", file);
        int[] shape = golden.Shape("in.cls_attention");
        float[] attention = MeanOfHeads(golden.Floats("in.cls_attention"), shape[1], shape[2]);
        int keep = RivalCases.Parameters("cls_attention", file).GetProperty("keep").GetInt32();
        PruningInput input = new(new float[attention.Length], [.. Enumerable.Repeat(shape[2], shape[0])])
        {
            TilesPerImage = [.. Enumerable.Repeat(1, shape[0])],
            Attention = new EncoderAttention(attention),
        };
        IReadOnlyList<TokenSelection> selections = Pruner(1, SelectionMethod.FasterVlm, keep).PruneImages(input);
        Assert.Equal(golden.Integers("out.kept"), selections.SelectMany(selection => selection.KeptIndices.ToArray()));
    }

    [Theory]
    [MemberData(nameof(VisionZipFiles))]
    public void VisionZip_PublishedCase_GivesTheSameTokens(string file)
    {
        SafeTensors golden = RivalCases.Tensors("visionzip", file);
        JsonElement parameters = RivalCases.Parameters("visionzip", file);
        int[] attentionShape = golden.Shape("in.cls_attention");
        int[] keys = golden.Shape("in.keys");
        int dominant = parameters.GetProperty("dominant").GetInt32();
        int contextual = parameters.GetProperty("contextual").GetInt32();

        // The class token is token 0, with the greatest attention.
        float[] attention = [float.MaxValue, .. MeanOfHeads(golden.Floats("in.cls_attention"), attentionShape[0], attentionShape[1])];
        var inside = new EncoderAttention(attention)
        {
            Keys = TokensFirst(golden.Floats("in.keys"), keys[0], keys[1], keys[2]),
            KeyHeads = keys[0],
        };
        TokenSelection selection = Prune(golden, new VisionZipReducer(contextual), inside, dominant + contextual);
        Assert.Equal(golden.Integers("out.dominant_rows"), selection.SelectionOrder[..dominant].ToArray());

        // Published order: dominant ones ascending, contextual ones ascending.
        int[] order = [.. selection.SelectionOrder[..dominant].ToArray().Order(), .. selection.SelectionOrder[dominant..].ToArray()];
        EqualRows(golden.Floats("out.tokens"), selection, order);
    }

    [Theory]
    [MemberData(nameof(PruMergeFiles))]
    public void PruMerge_PublishedCase_GivesTheSameTokens(string file)
    {
        SafeTensors golden = RivalCases.Tensors("prumerge", file);
        JsonElement parameters = RivalCases.Parameters("prumerge", file);
        EncoderAttention inside = Joined(golden);
        int count = parameters.GetProperty("adaptive").GetBoolean()
            ? PruMergeReducer.PublishedCount(inside.Joined.Span)
            : (int)(inside.TokenCount * parameters.GetProperty("ratio").GetDouble());
        var method = new PruMergeReducer(neighbours: parameters.GetProperty("neighbours").GetInt32());
        TokenSelection selection = Prune(golden, method, inside, count + 1, skip: 1);
        Assert.Equal(golden.Integers("out.kept"), selection.SelectionOrder[..count].ToArray());
        EqualRows(golden.Floats("out.tokens"), selection, selection.SelectionOrder.ToArray());
    }

    [Theory]
    [MemberData(nameof(PruMergePlusFiles))]
    public void PruMergePlus_PublishedCase_GivesTheSameTokens(string file)
    {
        SafeTensors golden = RivalCases.Tensors("prumerge_plus", file);
        EncoderAttention inside = Joined(golden);
        int attended = PruMergeReducer.PublishedCount(inside.Joined.Span);
        int[] kept = golden.Integers("out.kept");
        TokenSelection selection = Prune(golden, new PruMergeReducer(isPlus: true, attended), inside, kept.Length + 1, skip: 1);
        Assert.Equal(kept, selection.SelectionOrder[..kept.Length].ToArray());
        EqualRows(golden.Floats("out.tokens"), selection, selection.SelectionOrder.ToArray());
    }

    [Theory]
    [MemberData(nameof(HiRedFiles))]
    public void HiRed_PublishedCase_SharesAndKeepsTheSame(string file)
    {
        SafeTensors golden = RivalCases.Tensors("hired", file);
        JsonElement parameters = RivalCases.Parameters("hired", file);
        int[] shape = golden.Shape("in.last_layer");
        int[] lengths = [.. Enumerable.Repeat(shape[2], shape[0])];
        var inside = new EncoderAttention(MeanOfHeads(golden.Floats("in.last_layer"), shape[1], shape[2]))
        {
            FirstLayer = MeanOfHeads(golden.Floats("in.first_layer"), shape[1], shape[2]),
        };
        ScoredTokens tokens = new(new float[inside.TokenCount], [], inside.TokenCount, 0) { Attention = inside };
        var method = new HiRedSelector(parameters.GetProperty("alpha").GetDouble(), usesBands: true);
        int budget = (int)(inside.TokenCount * parameters.GetProperty("rate").GetDouble());
        int[] shares = method.Share(tokens, lengths, budget).Shares;
        Assert.Equal(golden.Integers("out.per_tile"), shares);

        var kept = new List<int>();
        for (int tile = 0; tile < shares.Length; tile++)
        {
            ScoredTokens part = tokens.Slice(tile * shape[2], shape[2]);
            kept.AddRange(AttentionRanking.Sort(part)[..shares[tile]].Order().Select(token => (tile * shape[2]) + token));
        }

        Assert.Equal(golden.Integers("out.kept"), kept);

        // With the rest of the budget given out, the pruner keeps these and as many as were asked for.
        PruningInput input = new(new float[inside.TokenCount], lengths) { Attention = inside };
        VisualTokenPruner pruner = new(
            FakeProjector.Identity(1), new PruningOptions { Keep = KeepBudget.Tokens(budget), CustomSelection = method });
        int[] all = pruner.Prune(input).KeptIndices.ToArray();
        Assert.Equal(budget, all.Length);
        Assert.Empty(kept.Except(all));
    }

    [Fact]
    public void HiRed_FourTiles_SharesByQuadrant()
    {
        // A first tile of 2 x 2, whose lower left token is the only one marked: the third of four tiles gets the rest of the budget.
        var inside = new EncoderAttention(new float[20])
        {
            FirstLayer = (float[])[0, 0, 1, 0, .. new float[16]],
        };
        ScoredTokens tokens = new(new float[20], [], 20, 0) { Attention = inside };
        Assert.Equal([3, 0, 0, 1, 0], new HiRedSelector(0.75).Share(tokens, [4, 4, 4, 4, 4], 4).Shares);
    }

    [Fact]
    public void VisionZip_HandSizedCase_MergesIntoTheClosestTarget()
    {
        // 0 is dominant; 1 and 3 are targets; 2 has the key of 1, 4 that of 3.
        var inside = new EncoderAttention((float[])[5, 0, 0, 0, 0]) { Keys = (float[])[1, 1, 1, 0, 1, 0, 0, 1, 0, 1] };
        VisualTokenPruner pruner = new(
            FakeProjector.Identity(1), new PruningOptions { Keep = KeepBudget.Tokens(3), CustomSelection = new VisionZipReducer(2) });
        TokenSelection selection = pruner.Prune(new PruningInput([1, 10, 20, 100, 200], [5]) { Attention = inside });
        Assert.Equal([0, 1, 3], selection.KeptIndices.ToArray());
        Assert.Equal([1, 30, 300], selection.KeptTokens.ToArray());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_EveryBudget_KeepsAsManyInOrderAndAllAsTheyAre(SelectionMethod method)
    {
        float[] tokens = TestData.Tokens(3, 30, 8);
        EncoderAttention inside = Made(30);
        foreach (int keep in (int[])[1, 2, 3, 7, 16, 29, 30, 40])
        {
            TokenSelection selection = Pruner(8, method, keep).Prune(new PruningInput(tokens, [30]) { Attention = inside });
            int[] kept = selection.KeptIndices.ToArray();
            Assert.Equal(Math.Min(keep, 30), kept.Length);
            Assert.Equal(kept.Distinct().Order(), kept);
            Assert.Equal(kept.Length * 8, selection.KeptTokens.Length);
            if (keep >= 30)
            {
                Near.Equal(tokens, selection.KeptTokens, 1e-6, 1e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void PruneImages_TilesAndProtectedTokens_AreAsEachImageAlone(SelectionMethod method)
    {
        float[] tokens = TestData.Tokens(4, 50, 8);
        EncoderAttention inside = Made(50);
        VisualTokenPruner pruner = Pruner(8, method, 9);
        PruningInput both = new(tokens, [10, 15, 25])
        {
            TilesPerImage = [2, 1],
            Attention = inside,
            ProtectedTokens = [9, 24, 30],
        };
        IReadOnlyList<TokenSelection> together = pruner.PruneImages(both);
        int[] places = [.. Enumerable.Range(0, 25)];
        TokenSelection first = pruner.Prune(
            new PruningInput(tokens.AsSpan(0, 200), [10, 15]) { Attention = inside.Pick(places), ProtectedTokens = [9, 24] });
        TokenSelection second = pruner.Prune(
            new PruningInput(tokens.AsSpan(200), [25])
            {
                Attention = inside.Pick([.. places.Select(place => place + 25)]),
                ProtectedTokens = [5],
            });
        foreach ((TokenSelection one, TokenSelection other) in together.Zip([first, second]))
        {
            Assert.Equal(other.KeptIndices.ToArray(), one.KeptIndices.ToArray());
            Assert.Equal(other.KeptTokens.ToArray(), one.KeptTokens.ToArray());
        }

        // Protected tokens are rows of Z, on top of the budget.
        Assert.Equal(11, first.KeptIndices.Length);
        Assert.Equal(tokens[(24 * 8)..(25 * 8)], first.KeptTokens[^8..].ToArray());
    }

    [Theory]
    [MemberData(nameof(AttentionMethods))]
    public void Prune_TokensAlone_SaysWhatIsMissing(SelectionMethod method)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Pruner(2, method, 1).Prune(new float[8], 4));
        Assert.StartsWith("PruningInput.Attention: the selection ", error.Message, StringComparison.Ordinal);
        Assert.Contains("prune a PreparedImage with a VisionLanguageModel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prune_AttentionWithoutKeys_NamesTheKeys()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Pruner(2, SelectionMethod.VisionZip, 1).Prune(
            new PruningInput(new float[8], [4]) { Attention = new EncoderAttention(new float[4]) }));
        Assert.Equal(
            "PruningInput.Attention: the selection VisionZipReducer uses Keys of the vision encoder's attention, which was not given. It "
            + "needs "
            + "an image that goes through the encoder together with the pruning: prune a PreparedImage with a VisionLanguageModel, pass "
            + "the "
            + "attention in a PruningInput, or choose a method that needs tokens alone. (Parameter 'input')",
            error.Message);
    }

    [Fact]
    public void Prune_AttentionOfOtherTokens_IsAnError()
    {
        Assert.Throws<ArgumentException>(() => Pruner(2, SelectionMethod.FasterVlm, 1).Prune(
            new PruningInput(new float[8], [4]) { Attention = new EncoderAttention(new float[5]) }));
        Assert.Throws<ArgumentException>(() => Pruner(2, SelectionMethod.FasterVlm, 1).Prune(
            new PruningInput(new float[8], [4]) { Attention = new EncoderAttention((float[])[1, float.NaN, 1, 1]) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EncoderAttention(default));
    }

    [Fact]
    public void Constructors_NumbersOutOfRange_AreErrors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VisionZipReducer(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PruMergeReducer(attended: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PruMergeReducer(neighbours: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruMergeReducer.PublishedCount([]));
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new HiRedSelector(1.5));
        Assert.Equal(
            "HiRedSelector, alpha: it is 1.5. It must be from 0 to 1; leave it out for the default. (Parameter 'alpha')", error.Message);
    }

    private static VisualTokenPruner Pruner(int width, SelectionMethod method, int keep) =>
        new(FakeProjector.Identity(width), new PruningOptions { Keep = KeepBudget.Tokens(keep), Selection = method });

    private static TokenSelection Prune(SafeTensors golden, ISelectionMethod method, EncoderAttention inside, int keep, int skip = 0)
    {
        int width = golden.Shape("in.hidden")[1];
        PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), CustomSelection = method };
        return new VisualTokenPruner(FakeProjector.Identity(width), options).Prune(
            new PruningInput(golden.Floats("in.hidden").AsSpan(skip * width), [inside.TokenCount]) { Attention = inside });
    }

    private static void EqualRows(float[] expected, TokenSelection selection, int[] order)
    {
        int width = expected.Length / order.Length;
        float[] rows = new float[expected.Length];
        for (int k = 0; k < order.Length; k++)
        {
            int row = selection.KeptIndices.BinarySearch(order[k]);
            selection.KeptTokens.Slice(row * width, width).CopyTo(rows.AsSpan(k * width));
        }

        // The fixtures promise 1e-5 of the largest value.
        Near.Equal(expected, rows, 0, 1e-5 * expected.Max(Math.Abs));
    }

    /// <summary>[images, heads, N] -> [images, N].</summary>
    private static float[] MeanOfHeads(float[] attention, int heads, int count)
    {
        float[] mean = new float[attention.Length / heads];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = Enumerable.Range(0, heads).Average(head => attention[(((i / count * heads) + head) * count) + (i % count)]);
        }

        return mean;
    }

    /// <summary>[heads, T, d] -> [T, heads x d].</summary>
    private static float[] TokensFirst(float[] keys, int heads, int count, int width)
    {
        float[] moved = new float[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            (int head, int token, int element) = (i / width / count, i / width % count, i % width);
            moved[(((token * heads) + head) * width) + element] = keys[i];
        }

        return moved;
    }

    /// <summary>The attention of the class query with all heads as one, and the keys, both without the class token.</summary>
    private static EncoderAttention Joined(SafeTensors golden)
    {
        float[] query = golden.Floats("in.cls_query");
        float[] keys = golden.Floats("in.keys");
        int width = query.Length;
        double[] weights = new double[keys.Length / width];
        for (int t = 0; t < weights.Length; t++)
        {
            weights[t] = Math.Exp(query.Select((value, i) => (double)value * keys[(t * width) + i]).Sum() / Math.Sqrt(width));
        }

        float[] attention = [.. weights.Skip(1).Select(weight => (float)(weight / weights.Sum()))];
        return new EncoderAttention(attention) { Joined = attention, Keys = keys.AsMemory(width) };
    }

    private static EncoderAttention Made(int count)
    {
        float[] values = [.. TestData.Tokens(5, count, 8).Select(Math.Abs)];
        return new EncoderAttention(values.AsMemory(0, count))
        {
            FirstLayer = values.AsMemory(count, count),
            Joined = values.AsMemory(2 * count, count),
            Keys = values,
            KeyHeads = 2,
        };
    }
}
