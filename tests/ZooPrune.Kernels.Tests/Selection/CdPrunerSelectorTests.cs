namespace ZooPrune.Tests;

/// <summary>Against the authors' own functions in Data/cdpruner, and hand-sized cases.</summary>
public sealed class CdPrunerSelectorTests
{
    public static TheoryData<string, string> Cases => RivalCases.Of("cdpruner");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Select_PublishedCase_PicksTheSameTokensInTheSameOrder(string set, string file)
    {
        SafeTensors golden = RivalCases.Tensors("cdpruner", file);
        int[] shape = golden.Shape("in.features");
        int keep = RivalCases.Parameters("cdpruner", file).GetProperty("keep").GetInt32();
        float[] relevance = Relevance(golden.Floats("in.image_embeds"), golden.Floats("in.text_embeds"), golden.Shape("in.text_embeds")[1]);
        int[] tiles = [.. Enumerable.Repeat(shape[1], shape[0])];

        CdPrunerSelector method = new(0, TokenKernels.Find(set));
        TokenSelection selection = RivalCases.Prune(golden.Floats("in.features"), tiles, keep * shape[0], method, relevance);
        Assert.Equal(InImage(golden.Integers("out.selection_order_reference"), keep, shape[1]), selection.SelectionOrder.ToArray());
        Assert.Equal(InImage(golden.Integers("out.kept"), keep, shape[1]), selection.KeptIndices.ToArray());
    }

    [Fact]
    public void Select_HandSizedCase_WeighsRelevanceAgainstWhatIsExplained()
    {
        // r = 1, 0.9, 0.5, 0 (+ 1e-6). After token 0: 0.81 (1 - 0.8^2) = 0.29 is left of token 1, 0.25 of token 2, which is across.
        float[] plane = [1, 0, 0, 0.8f, 0.6f, 0, 0, 0, 2, 0, 1, 0];
        Assert.Equal([0, 1, 2, 3], RivalCases.Prune(plane, [4], 4, new CdPrunerSelector(), [2, 1.8f, 1, 0]).SelectionOrder.ToArray());

        // With r_2 = 0.55 it has 0.3025: more than token 1.
        Assert.Equal([0, 2, 1, 3], RivalCases.Prune(plane, [4], 4, new CdPrunerSelector(), [2, 1.8f, 1.1f, 0]).SelectionOrder.ToArray());
    }

    [Fact]
    public void Select_OppositeTokens_AreAsRedundantAsEqualOnes()
    {
        // A determinant sees the square of the cosine: -1 explains all, where DivPrune would call the token most diverse.
        float[] plane = [1, 0, -1, 0, 0.6f, 0.8f];
        Assert.Equal([0, 2], RivalCases.Prune(plane, [3], 2, new CdPrunerSelector(), [1, 1, 1]).SelectionOrder.ToArray());
    }

    [Fact]
    public void Select_Tiles_ScaleTheirRelevanceTogether()
    {
        // Alone, the second tile would scale its scores 0.5 and 0.4 to 1 and 0; together with 0 to 1 they stay close, and the token
        // across (0.4) has more to give than the one that half repeats the first (0.45).
        float[] tokens = [1, 0, 0, 1, 1, 0, 0.9f, 0.436f, 0, 1];
        float[] scores = [0, 1, 0.5f, 0.45f, 0.4f];
        TokenSelection selection = RivalCases.Prune(tokens, [2, 3], 3, new CdPrunerSelector(), scores);
        Assert.Equal([1, 2, 4], selection.SelectionOrder.ToArray());
    }

    [Fact]
    public void Select_MoreTokensThanDimensions_FillsUpByRelevance()
    {
        // In the plane two tokens explain all others, the zero token included.
        float[] plane = [1, 0, 0, 1, 0.6f, 0.8f, 1, 0, 0.8f, -0.6f, 0, 0];
        float[] scores = [9, 8, 3, 5, 4, 6];
        Assert.Equal([0, 1, 5, 3, 4, 2], RivalCases.Prune(plane, [6], 6, new CdPrunerSelector(), scores).SelectionOrder.ToArray());
    }

    [Fact]
    public void Select_AlmostSpannedToken_StillBeatsACopy()
    {
        // Token 2 has 0.0009 of its r^2 left, token 1 (a copy of token 0) nothing but rounding.
        float[] plane = [1, 0, 1, 0, 1, 0.03f, 0, 0];
        Assert.Equal([0, 2], RivalCases.Prune(plane, [4], 2, new CdPrunerSelector(), [2, 1.9f, 1, 0]).SelectionOrder.ToArray());
    }

    [Fact]
    public void Select_EqualScores_TakeTokensApart()
    {
        float[] plane = [1, 0, 1, 0, 0, 1];
        Assert.Equal([0, 2, 1], RivalCases.Prune(plane, [3], 3, new CdPrunerSelector(), [5, 5, 5]).SelectionOrder.ToArray());
    }

    [Fact]
    public void Constructor_NegativeThreads_IsAnError()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new CdPrunerSelector(-1));
        Assert.Equal(
            "CdPrunerSelector, maxThreads: it is -1. It must be 0 or more; leave it out for the default. (Parameter 'maxThreads')",
            error.Message);
    }

    /// <summary>The published relevance: the negated mean, over the text segments, of cos(image embedding, text embedding).</summary>
    private static float[] Relevance(float[] image, float[] text, int width)
    {
        float[] relevance = new float[image.Length / width];
        for (int i = 0; i < relevance.Length; i++)
        {
            double sum = 0;
            for (int t = 0; t < text.Length / width; t++)
            {
                sum += Cosine(image.AsSpan(i * width, width), text.AsSpan(t * width, width));
            }

            relevance[i] = (float)(-sum * width / text.Length);
        }

        return relevance;
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double dot = 0;
        double xx = 0;
        double yy = 0;
        for (int k = 0; k < x.Length; k++)
        {
            dot += (double)x[k] * y[k];
            xx += (double)x[k] * x[k];
            yy += (double)y[k] * y[k];
        }

        return dot / Math.Sqrt(xx * yy);
    }

    /// <summary>[tiles, keep], counted within each tile, as positions in the image.</summary>
    private static int[] InImage(int[] perTile, int keep, int length) => [.. perTile.Select((token, i) => token + (i / keep * length))];
}
