namespace ZooPrune.Benchmarks;

/// <summary>Asserts answers against plain doubles before anything is timed.</summary>
internal static class AnswerCheck
{
    private const int TokensChecked = 3;

    /// <summary>Z of a few tokens against the reference kernels, some of Q against its formula, S against d^T Q d in doubles.</summary>
    public static void Projector(MlpProjector projector, ReadOnlySpan<float> tokens)
    {
        int count = tokens.Length / projector.InputWidth;
        float[] projected = new float[count * projector.OutputWidth];
        float[] sensitivity = new float[count];
        projector.ProjectWithSensitivity(tokens, projected, sensitivity);

        MlpProjector reference = new(
            projector.Weight1, projector.Bias1, projector.Weight2, projector.Bias2,
            projector.InputWidth, projector.HiddenWidth, projector.OutputWidth, TokenKernels.Reference);
        ReadOnlySpan<float> some = tokens[..(TokensChecked * projector.InputWidth)];
        float[] expected = new float[TokensChecked * projector.OutputWidth];
        reference.Project(some, expected);
        for (int i = 0; i < expected.Length; i++)
        {
            Require(Math.Abs(expected[i] - projected[i]) <= 1e-4, "projection", i, expected[i], projected[i]);
        }

        float[] slopes = new float[TokensChecked * projector.HiddenWidth];
        reference.ProjectHidden(some, slopes);
        TokenKernels.Reference.GeluDerivative(slopes, slopes);
        for (int i = 0; i < TokensChecked; i++)
        {
            double direct = Math.Sqrt(Quadratic(slopes.AsSpan(i * projector.HiddenWidth, projector.HiddenWidth), projector.Form.Values) / projector.InputWidth);
            Require(Math.Abs(direct - sensitivity[i]) <= 1e-5 * direct, "sensitivity", i, direct, sensitivity[i]);
        }

        Form(projector);
    }

    /// <summary>A selection against the same selection by the reference kernels, on the same projected tokens.</summary>
    public static void Selection(TokenSelection selection, MlpProjector projector, float[] tokens, PruningOptions options)
    {
        int count = selection.TokenCount;
        float[] projected = new float[count * projector.OutputWidth];
        projector.Project(tokens, projected);
        int[] order = new int[options.Keep.Resolve(count)];
        ISelectionMethod reference = SelectionMethodFactory.Create(options, TokenKernels.Reference);
        reference.Select(new ScoredTokens(projected, selection.Sensitivity, count, 0), order);
        for (int k = 0; k < order.Length; k++)
        {
            Require(order[k] == selection.SelectionOrder[k], "pick", k, order[k], selection.SelectionOrder[k]);
        }
    }

    /// <summary>Two prunes of the same tokens by projectors that differ in rounding: S alike, and nearly all picks the same.</summary>
    public static void Same(TokenSelection expected, TokenSelection actual)
    {
        for (int i = 0; i < expected.TokenCount; i++)
        {
            float sensitivity = expected.Sensitivity[i];
            Require(Math.Abs(sensitivity - actual.Sensitivity[i]) <= 1e-4 * sensitivity, "sensitivity", i, sensitivity, actual.Sensitivity[i]);
        }

        Picks(expected.KeptIndices, actual.KeptIndices, "number of picks shared with");
    }

    /// <summary>Two choices of as many tokens: nearly all the same. Cosines summed in another order may swap some that are as good as
    /// each other.</summary>
    public static void Picks(ReadOnlySpan<int> expected, ReadOnlySpan<int> actual, string what)
    {
        HashSet<int> kept = [.. expected];
        kept.IntersectWith([.. actual]);
        Require(kept.Count >= 0.95 * expected.Length, what, 0, expected.Length, kept.Count);
    }

    private static void Form(MlpProjector projector)
    {
        int hidden = projector.HiddenWidth;
        for (int sample = 0; sample < 200; sample++)
        {
            int i = sample * 7919 % hidden;
            int j = sample * 104729 % hidden;
            double first = 0;
            for (int k = 0; k < projector.InputWidth; k++)
            {
                first += (double)projector.Weight1[(i * projector.InputWidth) + k] * projector.Weight1[(j * projector.InputWidth) + k];
            }

            double second = 0;
            for (int k = 0; k < projector.OutputWidth; k++)
            {
                second += (double)projector.Weight2[(k * hidden) + i] * projector.Weight2[(k * hidden) + j];
            }

            double value = projector.Form.Values[(i * hidden) + j];
            Require(Math.Abs((first * second) - value) <= 1e-5, "Q", (i * hidden) + j, first * second, value);
        }
    }

    private static double Quadratic(ReadOnlySpan<float> d, ReadOnlySpan<float> form)
    {
        double sum = 0;
        for (int i = 0; i < d.Length; i++)
        {
            double row = 0;
            for (int j = 0; j < d.Length; j++)
            {
                row += (double)form[(i * d.Length) + j] * d[j];
            }

            sum += d[i] * row;
        }

        return sum;
    }

    private static void Require(bool holds, string what, int place, double expected, double actual)
    {
        if (!holds)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Benchmark: {what} {place} is {actual:G9}. The reference says {expected:G9}; nothing is timed before this is mended."));
        }
    }
}
