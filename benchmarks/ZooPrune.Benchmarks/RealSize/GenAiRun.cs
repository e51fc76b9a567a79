using ZooPrune.Onnx;

namespace ZooPrune.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Language">The model that is compared with GenAI's.</param>
/// <param name="OneTile">The model by which the efficiency is measured.</param>
/// <param name="SeveralTiles">The same in five tiles.</param>
/// <param name="Rounds">Times that all takes turns.</param>
/// <param name="NewTokens">Length of an answer.</param>
internal sealed record RunSize(DecoderShape Language, DecoderShape OneTile, DecoderShape SeveralTiles, int Rounds, int NewTokens)
{
    /// <summary>All of it, or models that take seconds; the compared one with other decoder layers where asked.</summary>
    public static RunSize Create(bool isTiny, int? layers)
    {
        RunSize size = isTiny
            ? new RunSize(DecoderShape.Tiny, DecoderShape.Tiny, DecoderShape.Tiny with { GridSide = 2 }, 1, 8)
            : new RunSize(DecoderShape.QwenHalfBillion, DecoderShape.Llava, DecoderShape.LlavaNext, 3, 32);
        return size with { Language = size.Language with { Layers = layers ?? size.Language.Layers } };
    }
}

/// <summary>
/// Compares first token and decoding with ONNX Runtime GenAI on generated models of real size, side by side in one process, and measures
/// what pruning saves of what it could.
/// </summary>
internal static class GenAiRun
{
    // A ninth of the visual tokens: 81 of 729, 64 of 576. An eighteenth for five tiles: 160 of 2,880.
    private const int KeptPart = 9;
    private const int KeptPartOfTiles = 18;

    // Ids may differ from where the two largest logits are closer than this, in standard deviations of all logits.
    private const double NearTie = 0.01;

    private static readonly Dictionary<WeightFormat, string> Suffixes = new()
    {
        [WeightFormat.Float32] = "_float32",
        [WeightFormat.Q4] = "_q4",
    };

    /// <param name="size">How much.</param>
    /// <param name="smallModel">Path of models/shapes-vlm, whose first prune is timed; null leaves that out.</param>
    /// <param name="progress">Is told what is being done.</param>
    /// <exception cref="InvalidOperationException">The ids differ.</exception>
    public static QuickReport Measure(RunSize size, string? smallModel, TextWriter progress)
    {
        var report = new QuickReport();
        if (smallModel is not null)
        {
            progress.WriteLine("the first prune of a process ...");
            FirstPrune(report, smallModel, "");
        }

        foreach (WeightFormat format in Suffixes.Keys)
        {
            using GeneratedModel model = Generate(size.Language, format, progress);
            Compare(report, model, size, progress);
            progress.WriteLine("memory, each in a process of its own ...");
            foreach (string engine in new[] { ChildProcess.Ours, ChildProcess.Peer })
            {
                report.Megabytes[$"peak_{engine}{Suffixes[format]}"] = ChildProcess.Run(engine, model.Folder, size.NewTokens)[0];
            }

            report.Megabytes[$"peak_{ChildProcess.OursPruned}{Suffixes[format]}"] =
                ChildProcess.Run(ChildProcess.OursPruned, model.Folder, size.NewTokens)[0];
            if (format == WeightFormat.Q4 && smallModel is not null)
            {
                FirstPrune(report, model.Folder, $"_{size.Language.Name}");
            }
        }

        foreach (string ratio in new[] { "first_token_over_genai", "decode_over_genai", "first_token_pruned_over_unpruned" })
        {
            report.Ratios[ratio] = Suffixes.Values.Min(suffix => report.Ratios[ratio + suffix]);
        }

        report.Ratios["end_to_end_efficiency"] = new[] { (size.OneTile, KeptPart), (size.SeveralTiles, KeptPartOfTiles) }
            .Min(shape => Efficiency(report, shape.Item1, shape.Item2, size.Rounds, progress));
        Explain(report, size);
        return report;
    }

    /// <summary>Asserts that both engines give the same ids.</summary>
    /// <param name="ours">Ours.</param>
    /// <param name="peer">Over the same weights.</param>
    /// <param name="model">What both were made of.</param>
    /// <param name="newTokens">Ids to compare.</param>
    /// <returns>What is to be said about it: how many are the same, and how clear the choices were.</returns>
    /// <exception cref="InvalidOperationException">They differ at a clear choice, or an answer ended early.</exception>
    public static string CheckIds(VisionLanguageModel ours, GenAiModel peer, GeneratedModel model, int newTokens)
    {
        IReadOnlyList<int> actual = ours.Answer(model.Image, GeneratedModel.Question, null, newTokens).TokenIds;
        (int[] expected, double[] margins) = peer.AnswerWithMargins(model.PromptIds, newTokens);
        string name = $"{model.Shape.Name}, {model.Format}";
        int same = actual.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same == newTokens)
        {
            return FormattableString.Invariant(
                $"{name}: all {same} ids are the same, {expected.Distinct().Count()} of them different; ")
                + FormattableString.Invariant(
                    $"the least margin of the largest logit over the second is {margins.Min():0.000} standard deviations.");
        }

        return same < Math.Min(actual.Count, expected.Length) && margins[same] < NearTie
            ? FormattableString.Invariant($"{name}: the first {same} of {newTokens} ids are the same; ")
                + FormattableString.Invariant($"the next is a near-tie ({margins[same]:0.0000} standard deviations).")
            : throw new InvalidOperationException(
                $"Benchmark: id {same} of {newTokens} on {name} is {Id(actual, same)}. GenAI says {Id(expected, same)}; "
                + "nothing is timed before this is mended.");

        static string Id(IReadOnlyList<int> ids, int index) => index < ids.Count ? $"{ids[index]}" : "none";
    }

    private static void Compare(QuickReport report, GeneratedModel model, RunSize size, TextWriter progress)
    {
        string suffix = Suffixes[model.Format];
        using var ours = VisionLanguageModel.Load(model.Folder);
        using var peer = new GenAiModel(model.GenAiFolder);
        report.Remarks.Add(CheckIds(ours, peer, model, size.NewTokens));
        progress.WriteLine(report.Remarks[^1]);
        PruningOptions pruning = Keep(model.Shape, KeptPart);
        ours.Answer(model.Image, GeneratedModel.Question, pruning, size.NewTokens);

        var all = new List<TimedAnswer>();
        var pruned = new List<TimedAnswer>();
        var theirs = new List<TimedAnswer>();
        for (int round = 0; round < size.Rounds; round++)
        {
            all.Add(Ours(null));
            theirs.Add(peer.Answer(model.PromptIds, size.NewTokens));
            pruned.Add(Ours(pruning));
            progress.WriteLine($"ours {all[^1]}; GenAI {theirs[^1]}; pruned {pruned[^1]}");
        }

        foreach ((string name, List<TimedAnswer> answers) in new[] { ("ours", all), ("genai", theirs), ("ours_pruned", pruned) })
        {
            report.Milliseconds[$"first_token_{name}{suffix}"] = Median(answers, answer => answer.FirstToken);
            report.Milliseconds[$"per_token_{name}{suffix}"] = Median(answers, answer => answer.PerToken);
            report.Milliseconds[$"processor_{name}{suffix}"] = Median(answers, answer => answer.Processor);
        }

        report.Ratios[$"first_token_over_genai{suffix}"] = Ratio("first_token_genai", "first_token_ours");
        report.Ratios[$"decode_over_genai{suffix}"] = Ratio("per_token_genai", "per_token_ours");
        report.Ratios[$"decode_pruned_over_genai{suffix}"] = Ratio("per_token_genai", "per_token_ours_pruned");
        report.Ratios[$"processor_over_genai{suffix}"] = Ratio("processor_genai", "processor_ours");
        report.Ratios[$"first_token_pruned_over_unpruned{suffix}"] = Ratio("first_token_ours", "first_token_ours_pruned");

        double Ratio(string over, string under) => report.Milliseconds[over + suffix] / report.Milliseconds[under + suffix];

        TimedAnswer Ours(PruningOptions? options)
        {
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            VisionAnswer answer = ours.Answer(model.Image, GeneratedModel.Question, options, size.NewTokens);
            StageTimings timings = answer.Timings;
            return new TimedAnswer(
                [.. answer.TokenIds],
                (timings.Prune + timings.Prefill).TotalMilliseconds,
                timings.Decode.TotalMilliseconds,
                (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
        }
    }

    private static double Efficiency(QuickReport report, DecoderShape shape, int part, int rounds, TextWriter progress)
    {
        using GeneratedModel generated = Generate(shape, WeightFormat.Q4, progress);
        using var model = VisionLanguageModel.Load(generated.Folder);
        return Efficiency(report, model, generated, Keep(shape, part), rounds, progress);
    }

    /// <summary>The saving to the first token over what it would be if only projecting took time, not choosing.</summary>
    public static double Efficiency(
        QuickReport report,
        VisionLanguageModel model,
        GeneratedModel generated,
        PruningOptions pruning,
        int rounds,
        TextWriter progress)
    {
        DecoderShape shape = generated.Shape;
        Answer(pruning);
        var all = new List<StageTimings>();
        var kept = new List<StageTimings>();
        for (int round = 0; round < rounds; round++)
        {
            all.Add(Answer(null));
            kept.Add(Answer(pruning));
        }

        string name = $"{shape.Tiles * shape.TokensPerTile}_{pruning.Keep.Resolve(shape.Tiles * shape.TokensPerTile)}";
        double project = Record("project", Median(all, timings => timings.Prune.TotalMilliseconds));
        double prune = Record("prune", Median(kept, timings => timings.Prune.TotalMilliseconds));
        double whole = Record("prefill_all", Median(all, timings => timings.Prefill.TotalMilliseconds));
        double rest = Record("prefill_kept", Median(kept, timings => timings.Prefill.TotalMilliseconds));
        double saved = whole - rest;
        report.Ratios[$"first_token_pruned_over_unpruned_{name}"] = (project + whole) / (prune + rest);
        report.Ratios[$"prune_over_prefill_{name}"] = prune / whole;
        progress.WriteLine(FormattableString.Invariant($"{name}: saves {saved:N0} ms of prefill for {prune - project:0.0} ms"));
        return report.Ratios[$"end_to_end_efficiency_{name}"] = (saved - (prune - project)) / saved;

        StageTimings Answer(PruningOptions? options) => model.Answer(generated.Image, GeneratedModel.Question, options, 1).Timings;

        double Record(string what, double value) => report.Milliseconds[$"{what}_{name}"] = value;
    }

    private static void FirstPrune(QuickReport report, string folder, string suffix)
    {
        const int Processes = 5;
        double[][] times = [.. Enumerable.Range(0, Processes).Select(_ => ChildProcess.Run(ChildProcess.FirstPrune, folder, 1))];
        double first = Median(times, pair => pair[0]);
        double warm = Median(times, pair => pair[1]);
        report.Milliseconds[$"prune_first_of_process{suffix}"] = first;
        report.Milliseconds[$"prune_warm{suffix}"] = warm;
        report.Ratios[$"one_shot_prune_over_warm{suffix}"] = first / warm;
    }

    /// <summary>A model in a folder for temporary files.</summary>
    public static GeneratedModel Generate(DecoderShape shape, WeightFormat format, TextWriter progress)
    {
        progress.WriteLine($"{shape.Name}, {shape.Layers} layers, {format}: random weights ...");
        return GeneratedModel.Create(shape, format, Path.Combine(Path.GetTempPath(), $"zooprune-{shape.Name}-{Guid.NewGuid():N}"));
    }

    private static PruningOptions Keep(DecoderShape shape, int part) =>
        new() { Keep = KeepBudget.Tokens(Math.Max(1, shape.Tiles * shape.TokensPerTile / part)) };

    private static double Median<T>(IReadOnlyCollection<T> rounds, Func<T, double> value) =>
        rounds.Select(value).Order().ElementAt(rounds.Count / 2);

    private static void Explain(QuickReport report, RunSize size) => report.Remarks.AddRange([
        $"{size.Language.Name}, {size.Language.Layers} layers, random weights, prompt of {size.Language.TokensPerTile} visual tokens and "
            + $"18 of text, {size.NewTokens} new tokens; medians of {size.Rounds} rounds in which ours, GenAI's and pruned take turns. First "
            + "token: projection, choice and prefill; the encoder is left out, as GenAI has none. processor_ times are those of all "
            + "threads over a whole answer. Ratios without _float32 or _q4 are the lesser of both.",
        $"end_to_end_efficiency: {size.OneTile.Name} and {size.SeveralTiles.Name} with {size.OneTile.Layers} of their layers, q4, to the "
            + "first token. With all layers more is saved and the pruning costs the same, so that this is a lower bound. Above 1 is noise.",
        "Peaks are resident megabytes of a process that loads the model, weights included, and answers once.",
    ]);
}
