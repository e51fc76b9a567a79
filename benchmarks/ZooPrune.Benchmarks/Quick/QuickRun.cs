using ZooPrune.Onnx.Projection;

namespace ZooPrune.Benchmarks;

/// <summary>Measures the ratios that the project watches. Every answer is checked first; nothing here is a constant.</summary>
internal static class QuickRun
{
    private const int PublishedDirections = 64;

    public static QuickReport Measure(TextWriter progress)
    {
        QuickReport report = new();
        Step(progress, "LLaVA-1.5 size: weights, Q, rank, answers", () =>
        {
            using PreparedShape llava = PreparedShape.Create(ModelShape.Llava);
            Step(progress, "LLaVA-1.5 size: prunes", () => Prunes(report, llava, "", rounds: 7));
            Step(progress, "LLaVA-1.5 size: sensitivity three ways", () => Sensitivities(report, llava));
            Step(progress, "LLaVA-1.5 size: cosines, memory", () => Parts(report, llava));
            Step(progress, "LLaVA-NeXT: five tiles", () => Tiles(report, llava));
        });
        foreach (ModelShape shape in (ModelShape[])[ModelShape.ShapesVlm, ModelShape.Odd])
        {
            Step(progress, $"{shape.Name} size: prunes", () =>
            {
                using PreparedShape small = PreparedShape.Create(shape);
                Prunes(report, small, "_" + shape.Name.Replace('-', '_'), rounds: 100);
            });
        }

        Step(progress, "greedy picks, N 576 and 2,880", () =>
        {
            report.Ratios["greedy_microseconds_per_pick"] = MicrosecondsPerPick(576, 64);
            report.Ratios["greedy_microseconds_per_pick_2880"] = MicrosecondsPerPick(2880, 320);
        });
        Step(progress, "rows of questions through ML.NET", () => Throughput.Measure(report, Path.Combine("models", "shapes-vlm")));
        report.Remarks.Add(
            "Times are medians of rounds in which all that is compared takes turns. prune_over_projector_pass is what a prune takes once ONNX Runtime has projected (sensitivity, checks, "
            + "selection, gathering), in projector passes over 576 tokens by ONNX Runtime: without a suffix with the low-rank sensitivity; _by_difference as a whole prune less a whole pass; _exact in that "
            + "way with the exact sensitivity.");
        return report;
    }

    /// <summary>Whole prunes with the projector in ONNX Runtime and a workspace, beside the projection alone.</summary>
    private static void Prunes(QuickReport report, PreparedShape prepared, string suffix, int rounds)
    {
        PruningWorkspace workspace = new();
        VisualTokenPruner exact = new(prepared.Onnx, prepared.Exact);
        VisualTokenPruner lowRank = new(prepared.Onnx, prepared.LowRank);
        double[] times = Stopwatches.Median(
            rounds,
            () => prepared.Onnx.Project(prepared.Tokens, prepared.Projected),
            () => lowRank.Prune(Input(prepared), workspace),
            () => exact.Prune(Input(prepared), workspace),
            () => prepared.Managed.Project(prepared.Tokens, prepared.Projected));
        report.Milliseconds[$"projector_pass{suffix}"] = times[0];
        report.Milliseconds[$"projector_pass_managed{suffix}"] = times[3];
        report.Milliseconds[$"prune{suffix}"] = times[1];
        report.Milliseconds[$"prune_exact{suffix}"] = times[2];
        report.Milliseconds[$"form_once_per_model{suffix}"] = prepared.FormMilliseconds;
        report.Milliseconds[$"rank_once_per_model{suffix}"] = prepared.RankMilliseconds;
        report.Ratios[$"prune_over_projector_pass{suffix}"] = BeyondPass(prepared, prepared.Tokens, prepared.OneTile, rounds, prepared.LowRank)[0];
        report.Ratios[$"prune_over_projector_pass_by_difference{suffix}"] = (times[1] - times[0]) / times[0];
        report.Ratios[$"prune_over_projector_pass_exact{suffix}"] = (times[2] - times[0]) / times[0];
        report.Ratios[$"low_rank{suffix}"] = prepared.Managed.LowRank!.Rank;
        report.Ratios[$"low_rank_correlation{suffix}"] = prepared.Managed.LowRank.RankCorrelation;
    }

    /// <summary>The sensitivity alone, without the projection that is needed anyway.</summary>
    private static void Sensitivities(QuickReport report, PreparedShape prepared)
    {
        const int Few = 1;
        const int More = 3;
        MlpOnnxProjector projector = prepared.Onnx;
        float[] activations = new float[prepared.Shape.Tokens * prepared.Shape.HiddenWidth];
        float[] slopes = new float[activations.Length];
        prepared.Managed.ProjectHidden(prepared.Tokens, activations);
        double[] times = Stopwatches.Median(
            5,
            () => projector.Project(prepared.Tokens, prepared.Projected),
            () => projector.ProjectWithSensitivity(prepared.Tokens, prepared.Projected, prepared.Sensitivity));
        double[] sampled = Stopwatches.Median(
            1,
            Score(SensitivityMethod.Sampled, Few),
            Score(SensitivityMethod.Sampled, More),
            Score(SensitivityMethod.SharedProduct, Few),
            Score(SensitivityMethod.SharedProduct, More));
        double copying = Stopwatches.Median(15, () => activations.CopyTo(slopes, 0))[0];
        double lowRank = Stopwatches.Median(15, () =>
        {
            activations.CopyTo(slopes, 0);
            prepared.Managed.LowRankSensitivity(slopes, prepared.Sensitivity);
        })[0] - copying;

        double projection = times[0];
        double exact = times[1] - projection;
        double published = Extrapolate(sampled[0], sampled[1]) - projection;
        double shared = Extrapolate(sampled[2], sampled[3]) - projection;
        report.Milliseconds["sensitivity_low_rank"] = lowRank;
        report.Milliseconds["sensitivity_exact"] = exact;
        report.Milliseconds["sensitivity_published_64_directions"] = published;
        report.Milliseconds["sensitivity_shared_product_64_directions"] = shared;
        report.Ratios["closed_form_speedup_over_published"] = published / lowRank;
        report.Ratios["closed_form_speedup_over_published_exact"] = published / exact;
        report.Ratios["shared_product_speedup_over_published"] = published / shared;
        report.Remarks.Add(
            $"The published and the shared-product way were timed with {Few} and {More} directions and continued in a straight line to {PublishedDirections}, the former with "
            + "projector passes by ONNX Runtime; all sensitivities are counted without the projection that is needed anyway.");

        double Extrapolate(double few, double more) => few + ((PublishedDirections - Few) * (more - few) / (More - Few));

        Action Score(SensitivityMethod method, int directions)
        {
            ITokenScorer scorer = TokenScorer.Create(
                projector, prepared.Exact with { Sensitivity = method, Directions = directions }, null, usesSensitivity: true, TokenKernels.Default);
            return () => scorer.Score(prepared.Tokens, prepared.Projected, prepared.Sensitivity);
        }
    }

    /// <summary>The Gram matrix against the machine's best product, and what a prune allocates.</summary>
    private static void Parts(QuickReport report, PreparedShape prepared)
    {
        ModelShape shape = prepared.Shape;
        prepared.Managed.Project(prepared.Tokens, prepared.Projected);
        ITokenKernels kernels = TokenKernels.Default;
        PackedRows packed = new(new MatrixView(prepared.Projected, shape.Tokens, shape.OutputWidth), kernels);
        FloatBuffer gram = new();
        CosineSimilarity cosines = new();
        using SquareProduct square = new();
        double[] times = Stopwatches.Median(
            7,
            square.Run,
            () => GramMatrix.Fill(packed.View, gram.Floats(shape.Tokens * shape.Tokens), 0, kernels),
            () => cosines.Prepare(new ScoredTokens(prepared.Projected, [], shape.Tokens, 0), 0, shape.Tokens, 0, kernels));
        double done = (double)shape.Tokens * (shape.Tokens + 1) * shape.OutputWidth;
        report.Milliseconds["square_product"] = times[0];
        report.Milliseconds["gram"] = times[1];
        report.Milliseconds["cosines"] = times[2];
        report.Ratios["gram_fraction_of_peak"] = done / times[1] / (SquareProduct.Operations / times[0]);
        report.Remarks.Add("gram_fraction_of_peak counts one half of the matrix, which is what is computed, against the rate of a 2048 x 2048 x 2048 product by ONNX Runtime.");

        PruningWorkspace workspace = new();
        VisualTokenPruner lowRank = new(prepared.Managed, prepared.LowRank);
        VisualTokenPruner exact = new(prepared.Managed, prepared.Exact);
        VisualTokenPruner onnx = new(prepared.Onnx, prepared.LowRank);
        report.Ratios["allocated_bytes_per_prune"] = AllocatedBytes(() => lowRank.Prune(Input(prepared), workspace));
        report.Ratios["allocated_bytes_per_prune_exact"] = AllocatedBytes(() => exact.Prune(Input(prepared), workspace));
        report.Ratios["allocated_bytes_per_prune_onnx_runtime"] = AllocatedBytes(() => onnx.Prune(Input(prepared), workspace));
        report.Remarks.Add("allocated_bytes_per_prune is with a workspace and the managed projector; ONNX Runtime's own wrappers of inputs and outputs are objects of each run.");
    }

    /// <summary>LLaVA-NeXT: 2,880 tokens in five tiles.</summary>
    private static void Tiles(QuickReport report, PreparedShape prepared)
    {
        const int TileCount = 5;
        int[] tiles = [.. Enumerable.Repeat(prepared.Shape.Tokens, TileCount)];
        float[] tokens = [.. Enumerable.Range(0, TileCount).SelectMany(tile => prepared.Shape.MakeTokens(70 + tile))];
        int[] budgets = [320, 160, 640];
        double[] beyond = BeyondPass(
            prepared, tokens, tiles, 5, [.. budgets.Select(keep => prepared.LowRank with { Keep = KeepBudget.Tokens(keep) })]);
        PruningWorkspace workspace = new();
        VisualTokenPruner exact = new(prepared.Onnx, prepared.Exact with { Keep = KeepBudget.Tokens(budgets[0]) });
        float[] projected = new float[TileCount * prepared.Projected.Length];
        double[] times = Stopwatches.Median(
            1, () => prepared.Onnx.Project(tokens, projected), () => exact.Prune(new PruningInput(tokens, tiles), workspace));
        report.Milliseconds["projector_pass_2880"] = times[0];
        report.Ratios["prune_over_projector_pass_2880_exact"] = (times[1] - times[0]) / (times[0] / TileCount);
        report.Ratios["prune_over_projector_pass_2880"] = beyond[0];
        report.Ratios["prune_over_projector_pass_2880_keep_160"] = beyond[1];
        report.Ratios["prune_over_projector_pass_2880_keep_640"] = beyond[2];
    }

    /// <summary>
    /// What whole prunes take whose projector has done its work before (sensitivity, checks, selection, gathering), in passes of the projector over
    /// the tokens of one tile by ONNX Runtime.
    /// </summary>
    private static double[] BeyondPass(PreparedShape prepared, float[] tokens, int[] tiles, int rounds, params PruningOptions[] options)
    {
        ProjectedAlready projector = new(prepared.Managed, tokens);
        float[] projected = new float[tokens.Length / projector.InputWidth * projector.OutputWidth];
        PruningWorkspace workspace = new();
        VisualTokenPruner[] pruners = [.. options.Select(option => new VisualTokenPruner(projector, option))];
        double[] times = Stopwatches.Median(
            rounds,
            [
                () => prepared.Onnx.Project(prepared.Tokens, prepared.Projected),
                () => projector.Project(tokens, projected),
                .. pruners.Select(pruner => (Action)(() => pruner.Prune(new PruningInput(tokens, tiles), workspace))),
            ]);
        return [.. times.Skip(2).Select(time => (time - times[1]) / times[0])];
    }

    private static PruningInput Input(PreparedShape prepared) => new(prepared.Tokens, prepared.OneTile);

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
        for (int round = 0; round < Rounds; round++)
        {
            action();
        }

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
