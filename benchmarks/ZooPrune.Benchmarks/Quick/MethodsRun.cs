using System.Globalization;

namespace ZooPrune.Benchmarks;

/// <summary>What every method's own choosing and merging takes beside DivPrune's, with projected tokens, sensitivity and attention given.</summary>
internal static class MethodsRun
{
    public static QuickReport Measure(ModelShape shape, int rounds, TextWriter progress)
    {
        QuickReport report = new();
        float[] tokens = shape.MakeTokens();
        float[] projected = new float[shape.Tokens * shape.OutputWidth];
        float[] sensitivity = new float[shape.Tokens];
        shape.MakeProjector().ProjectWithSensitivity(tokens, projected, sensitivity);
        EncoderAttention attention = MakeAttention(shape, tokens);
        SelectionMethod[] methods = [.. Enum.GetValues<SelectionMethod>().Where(method => method != SelectionMethod.ZooPruneTuned)];
        foreach (int keep in (int[])[shape.Keep, 3 * shape.Keep])
        {
            progress.WriteLine(FormattableString.Invariant($"{shape.Name} size, {keep} of {shape.Tokens} tokens ..."));
            Action[] choices = [.. methods.Select(method => Checked(method, keep))];
            double[] times = Stopwatches.Median(rounds, choices);
            double divPrune = times[Array.IndexOf(methods, SelectionMethod.DivPrune)];
            foreach ((SelectionMethod method, double time) in methods.Zip(times))
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{method.ToString().ToLowerInvariant()}_{keep}");
                report.Milliseconds[name] = time;
                report.Ratios[$"{name}_over_divprune"] = time / divPrune;
            }
        }

        report.Remarks.Add(
            "Own work alone: choosing and merging. Not in it: the projection that is needed anyway, the sensitivity (zooprune, sensitivity, scope), reading the encoder's attention "
            + "(fastervlm, visionzip, hired, prumerge, prumergeplus), and projecting what was merged before the projector (visionzip, prumerge, prumergeplus). Medians of rounds in which all methods take "
            + "turns, one thread.");
        return report;

        Action Checked(SelectionMethod method, int keep)
        {
            PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), Selection = method, MaxThreads = 1 };
            ISelectionMethod timed = SelectionMethodFactory.Create(options, TokenKernels.Default);
            PruningWorkspace workspace = new();
            int[] order = new int[keep];
            int[] expected = new int[keep];
            Choose(SelectionMethodFactory.Create(options, TokenKernels.Reference), new PruningWorkspace(), expected);
            Choose(timed, workspace, order);
            if (order.Distinct().Count() != keep)
            {
                throw new InvalidOperationException($"Benchmark: {method} picks a token twice; nothing is timed before this is mended.");
            }

            AnswerCheck.Picks(expected, order, $"number of picks of {method} shared with");
            return () => Choose(timed, workspace, order);
        }

        void Choose(ISelectionMethod method, PruningWorkspace workspace, int[] order) => method.Select(
            new ScoredTokens(projected, sensitivity, shape.Tokens, 0, workspace)
            {
                VisualTokens = tokens,
                Attention = attention,
                TileLengths = method.JoinsTiles ? (int[])[shape.Tokens] : [],
            },
            order);
    }

    /// <summary>An attention and keys as they could be: positive, uneven, keys like the tokens.</summary>
    private static EncoderAttention MakeAttention(ModelShape shape, float[] tokens)
    {
        float[] weights = [.. Enumerable.Range(0, shape.Tokens).Select(token => MathF.Exp(tokens[token * shape.InputWidth]) / shape.Tokens)];
        return new EncoderAttention(weights) { FirstLayer = weights, Joined = weights, Keys = tokens, KeyHeads = shape.InputWidth % 16 == 0 ? 16 : 1 };
    }
}
