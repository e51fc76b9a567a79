using System.Diagnostics;

namespace ZooPrune.Benchmarks;

/// <summary>Measures the ratios that the project watches. Every answer is checked first; nothing here is a constant.</summary>
internal static class QuickRun
{
    private const int PublishedDirections = 64;

    public static QuickReport Measure(TextWriter progress)
    {
        QuickReport report = new();
        Step(progress, "LLaVA-1.5 size: weights, Q, answers", () =>
        {
            ModelShape shape = ModelShape.Llava;
            MlpProjector projector = shape.MakeProjector();
            float[] tokens = shape.MakeTokens();
            long start = Stopwatch.GetTimestamp();
            _ = projector.Form;
            report.Milliseconds["llava_form_once_per_model"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            AnswerCheck.Projector(projector, tokens);
            Step(progress, "LLaVA-1.5 size: sensitivity three ways, one Prune", () => Sensitivities(report, shape, projector, tokens));
        });
        Step(progress, "shapes-vlm size: one Prune", () => SmallPrune(report));
        Step(progress, "greedy picks, N 576 and 2,880", () =>
        {
            report.Ratios["greedy_microseconds_per_pick"] = MicrosecondsPerPick(576, 64);
            report.Ratios["greedy_microseconds_per_pick_2880"] = MicrosecondsPerPick(2880, 320);
        });
        return report;
    }

    private static void Sensitivities(QuickReport report, ModelShape shape, MlpProjector projector, float[] tokens)
    {
        const int Few = 1;
        const int More = 3;
        float[] projected = new float[shape.Tokens * shape.OutputWidth];
        float[] sensitivity = new float[shape.Tokens];
        PruningOptions options = new() { Keep = KeepBudget.Tokens(shape.Keep) };
        VisualTokenPruner pruner = new(projector, options);
        AnswerCheck.Selection(pruner.Prune(tokens, shape.Tokens), projector, tokens, options);

        double[] whole = Stopwatches.Fastest(
            5,
            () => projector.Project(tokens, projected),
            () => projector.ProjectWithSensitivity(tokens, projected, sensitivity),
            () => pruner.Prune(tokens, shape.Tokens));
        double[] sampled = Stopwatches.Fastest(
            1,
            Score(SensitivityMethod.Sampled, Few),
            Score(SensitivityMethod.Sampled, More),
            Score(SensitivityMethod.SharedProduct, Few),
            Score(SensitivityMethod.SharedProduct, More));

        // All three without the projection of the tokens themselves, which is needed anyway.
        double projection = whole[0];
        double closedForm = whole[1] - projection;
        double published = Extrapolate(sampled[0], sampled[1]) - projection;
        double shared = Extrapolate(sampled[2], sampled[3]) - projection;
        report.Milliseconds["llava_projector_pass"] = projection;
        report.Milliseconds["llava_closed_form"] = closedForm;
        report.Milliseconds["llava_published_64_directions"] = published;
        report.Milliseconds["llava_shared_product_64_directions"] = shared;
        report.Milliseconds["llava_prune_64"] = whole[2];
        report.Ratios["closed_form_speedup_over_published"] = published / closedForm;
        report.Ratios["shared_product_speedup_over_published"] = published / shared;
        report.Ratios["prune_over_projector_pass"] = (whole[2] - projection) / projection;
        report.Ratios["allocated_bytes_per_prune"] = AllocatedBytes(() => pruner.Prune(tokens, shape.Tokens));
        report.Remarks.Add(
            $"The published and the shared-product way were timed with {Few} and {More} directions and continued in a straight line to {PublishedDirections}; "
            + "all three sensitivities are counted without the projection that is needed anyway. Times are the fastest of their rounds.");

        double Extrapolate(double few, double more) => few + ((PublishedDirections - Few) * (more - few) / (More - Few));

        Action Score(SensitivityMethod method, int directions)
        {
            ITokenScorer scorer = TokenScorer.Create(
                projector, options with { Sensitivity = method, Directions = directions }, null, usesSensitivity: true, TokenKernels.Default);
            return () => scorer.Score(tokens, projected, sensitivity);
        }
    }

    private static void SmallPrune(QuickReport report)
    {
        ModelShape shape = ModelShape.ShapesVlm;
        MlpProjector projector = shape.MakeProjector();
        float[] tokens = shape.MakeTokens();
        float[] projected = new float[shape.Tokens * shape.OutputWidth];
        PruningOptions options = new() { Keep = KeepBudget.Tokens(shape.Keep) };
        VisualTokenPruner pruner = new(projector, options);
        AnswerCheck.Projector(projector, tokens);
        AnswerCheck.Selection(pruner.Prune(tokens, shape.Tokens), projector, tokens, options);
        double[] times = Stopwatches.Fastest(200, () => projector.Project(tokens, projected), () => pruner.Prune(tokens, shape.Tokens));
        report.Milliseconds["shapes_vlm_projector_pass"] = times[0];
        report.Milliseconds["shapes_vlm_prune_64"] = times[1];
        report.Ratios["prune_over_projector_pass_shapes_vlm"] = (times[1] - times[0]) / times[0];
        report.Ratios["allocated_bytes_per_prune_shapes_vlm"] = AllocatedBytes(() => pruner.Prune(tokens, shape.Tokens));
    }

    /// <summary>The loop alone, over a finished Gram matrix.</summary>
    private static double MicrosecondsPerPick(int count, int keep)
    {
        const int Width = 64;
        ModelShape shape = new("greedy", count, Width, Width, Width, keep);
        float[] projected = shape.MakeTokens();
        float[] sensitivity = [.. shape.MakeTokens().Take(count).Select(MathF.Abs)];
        float[] weights = new float[count];
        SensitivityDiversitySelector.Scale(sensitivity, null, weights);
        float[] scratch = new float[count];
        int first = Array.IndexOf(weights, weights.Max());
        int[] order = new int[keep];
        int[] expected = new int[keep];
        ScoredTokens tokens = new(projected, sensitivity, count, 0);
        CosineSimilarity cosines = new(tokens, 0, rowsWanted: count, 0, TokenKernels.Default);
        Run(TokenKernels.Reference, expected);
        Run(TokenKernels.Default, order);
        if (!expected.AsSpan().SequenceEqual(order))
        {
            throw new InvalidOperationException("Benchmark: the greedy picks differ from the reference's. They must agree; nothing is timed before this is mended.");
        }

        return Stopwatches.Fastest(200, () => Run(TokenKernels.Default, order))[0] * 1000 / (keep - 1);

        void Run(ITokenKernels kernels, int[] result)
        {
            weights.CopyTo(scratch, 0);
            GreedyLoop.Run(scratch, first, cosines, result, kernels);
        }
    }

    private static double AllocatedBytes(Action action)
    {
        const int Rounds = 5;
        action();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int round = 0; round < Rounds; round++)
        {
            action();
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Rounds;
    }

    private static void Step(TextWriter progress, string what, Action action)
    {
        progress.WriteLine($"{what} ...");
        action();
    }
}
