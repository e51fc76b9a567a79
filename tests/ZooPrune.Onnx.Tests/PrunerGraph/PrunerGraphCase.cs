using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx.Tests;

/// <summary>Seeded visual tokens in clusters, and the projector that reads them.</summary>
internal sealed class PrunerGraphCase
{
    // A pick that was nearer to the next best than this may go the other way in float32 sums of another order.
    private const double LeastMargin = 2e-5;

    public PrunerGraphCase(int seed, int rows, int tokens, int input = 12, int hidden = 20, int output = 16, GeluKind gelu = GeluKind.Exact)
    {
        (Seed, Rows, TokenCount) = (seed, rows, tokens);
        Projector = new MlpProjector(
            Near.Random(hidden * input, seed + 1, 1.5f / MathF.Sqrt(input)),
            Near.Random(hidden, seed + 2, 0.5f),
            Near.Random(output * hidden, seed + 3, 1.5f / MathF.Sqrt(hidden)),
            Near.Random(output, seed + 4, 0.1f),
            input,
            hidden,
            output,
            gelu);
        float[] clusters = Near.Random(7 * input, seed + 5);
        Tokens = Near.Random(rows * tokens * input, seed + 6, 0.5f);
        for (int i = 0; i < rows * tokens; i++)
        {
            for (int k = 0; k < input; k++)
            {
                Tokens[(i * input) + k] = (Tokens[(i * input) + k] + clusters[(i % 7 * input) + k]) / (1 + (i % 3));
            }
        }
    }

    public int Seed { get; }

    public int Rows { get; }

    /// <summary>N, of a row.</summary>
    public int TokenCount { get; }

    public MlpProjector Projector { get; init; }

    public float[] Tokens { get; }

    /// <summary>X of one row.</summary>
    public ReadOnlySpan<float> Row(int row) => Tokens.AsSpan(row * TokenCount * Projector.InputWidth, TokenCount * Projector.InputWidth);

    /// <summary>Runs a graph of rows and compares each with <see cref="VisualTokenPruner"/>.</summary>
    /// <returns>Rows whose whole choice was the same; the others came to a draw.</returns>
    public int Compare(PruningOptions options, double tolerance = 1e-5)
    {
        using GraphSession session = GraphSession.Create("pruner", new PrunerGraphWriter(Projector, options).Rows(TokenCount), 1);
        using OrtValue x = GraphRun.Tensor(Tokens, Rows, TokenCount, Projector.InputWidth);
        string[] names = [PrunerGraphWriter.KeptTokens, PrunerGraphWriter.KeptIndices, PrunerGraphWriter.Order];
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run([PrunerGraphWriter.Tokens], [x], names);
        int keep = options.Keep.Resolve(TokenCount);
        Assert.Equal([Rows, keep, Projector.OutputWidth], outputs[0].GetTensorTypeAndShape().Shape);
        Assert.Equal([Rows, keep], outputs[1].GetTensorTypeAndShape().Shape);
        Assert.Equal([Rows, keep], outputs[2].GetTensorTypeAndShape().Shape);

        int same = 0;
        var pruner = new VisualTokenPruner(Projector, options);
        for (int row = 0; row < Rows; row++)
        {
            TokenSelection expected = pruner.Prune(Row(row), TokenCount);
            ReadOnlySpan<long> kept = outputs[1].GetTensorDataAsSpan<long>().Slice(row * keep, keep);
            ReadOnlySpan<long> order = outputs[2].GetTensorDataAsSpan<long>().Slice(row * keep, keep);
            Assert.Equal(order.ToArray().Order(), kept.ToArray());
            if (IsSame(options, expected, Row(row), [.. order.ToArray().Select(index => (int)index)]))
            {
                same++;
                Near.Equal(
                    expected.KeptTokens,
                    outputs[0].GetTensorDataAsSpan<float>().Slice(row * keep * Projector.OutputWidth, keep * Projector.OutputWidth),
                    tolerance);
            }
        }

        return same;
    }

    /// <summary>Whether two choices are the same; where they part, it must have been a draw.</summary>
    public bool IsSame(PruningOptions options, TokenSelection expected, ReadOnlySpan<float> tokens, int[] order)
    {
        int[] wanted = expected.SelectionOrder.ToArray();
        int parting = wanted.AsSpan().CommonPrefixLength(order);
        Assert.Equal(wanted.Length, order.Length);
        if (parting == wanted.Length)
        {
            return true;
        }

        float[] projected = new float[expected.TokenCount * Projector.OutputWidth];
        Projector.Project(tokens, projected);
        double[] scores = Scores(options, expected.Sensitivity, projected, wanted.AsSpan(0, parting));
        double shortfall = Math.Abs(scores[wanted[parting]] - scores[order[parting]]);
        Assert.True(
            shortfall <= LeastMargin,
            $"seed {Seed}, pick {parting}: {order[parting]} instead of {wanted[parting]}, worse by {shortfall:g3}");
        return false;
    }

    /// <summary>The scores after some picks, in doubles.</summary>
    private double[] Scores(PruningOptions options, ReadOnlySpan<float> sensitivity, float[] projected, ReadOnlySpan<int> taken)
    {
        int width = Projector.OutputWidth;
        int count = projected.Length / width;
        double[] mean =
            [.. Enumerable.Range(0, width).Select(k => Enumerable.Range(0, count).Average(i => (double)projected[(i * width) + k]))];
        double[][] unit = new double[count][];
        for (int i = 0; i < count; i++)
        {
            unit[i] = [.. Enumerable.Range(0, width).Select(k => projected[(i * width) + k] - (options.Centering * mean[k]))];
            double length = Math.Sqrt(unit[i].Sum(value => value * value));
            unit[i] = [.. unit[i].Select(value => length > 0 ? value / length : 0)];
        }

        (double least, double most) = (double.MaxValue, double.MinValue);
        foreach (float value in sensitivity)
        {
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        double[] scores = new double[count];
        for (int i = 0; i < count; i++)
        {
            double weight = sensitivity.IsEmpty || least == most ? 1
                : options.Sharpness is { } power ? Math.Pow(sensitivity[i] / most, power)
                : (sensitivity[i] - least) / (most - least + 1e-8);
            double closest = double.MinValue;
            foreach (int other in taken)
            {
                closest = Math.Max(closest, unit[i].Zip(unit[other], (a, b) => a * b).Sum());
            }

            scores[i] = taken.IsEmpty && options.Selection == SelectionMethod.DivPrune
                ? -Enumerable.Range(0, count).Where(j => j != i).Max(j => unit[i].Zip(unit[j], (a, b) => a * b).Sum())
                : taken.IsEmpty ? weight : weight * (1 - closest);
        }

        return scores;
    }
}
