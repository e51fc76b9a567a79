using ZooPrune.Onnx;
using ZooPrune.Onnx.Engine;

namespace ZooPrune.Benchmarks;

/// <summary>Compares what <see cref="PruningAdvisor"/> says with what a small model and a LLaVA-sized layer take.</summary>
internal static class BreakEvenRun
{
    private const int Rounds = 2;
    private const int TextTokens = 32;

    /// <param name="modelFolder">The small model.</param>
    /// <param name="output">Receives two Markdown tables.</param>
    /// <returns>Whether every verdict was the measured one, save where cost and saving are within a fifth.</returns>
    public static bool Measure(string modelFolder, TextWriter output)
    {
        output.WriteLine(string.Join(", ", QuickReport.Machine.Select(entry => $"{entry.Key.Replace('_', ' ')}: {entry.Value}")));
        return Print(output, $"{Path.GetFileName(Path.GetFullPath(modelFolder))}, measured by Advise beforehand", SmallModel(modelFolder))
            & Print(output, $"LLaVA-1.5 size, one decoder layer times {DecoderLayer.LayerCount}, everything predicted", LlavaSize(output));
    }

    /// <summary>A whole model: what Advise says before against pruning and reading timed afterwards.</summary>
    private static IEnumerable<BreakEvenRow> SmallModel(string folder)
    {
        using var model = VisionLanguageModel.Load(folder);
        int size = model.ImageSize;
        float[] pixels = [.. Enumerable.Range(0, 3 * size * size).Select(i => (i * 7919 % 1000 / 500f) - 1)];
        EncodedImage tokens = model.Encode(new PreparedImage(pixels, [3, size, size], size, size));
        PrunedImage all = model.Prune(tokens);
        int half = model.VisualTokenCount / 2;
        int ninth = model.VisualTokenCount / 9;
        (string What, PruningOptions Options)[] cases =
        [
            ("closed form", Keep(half)),
            ("closed form", Keep(ninth)),
            ("64 sampled directions", Keep(half) with { Sensitivity = SensitivityMethod.Sampled }),
            ("64 sampled directions", Keep(ninth) with { Sensitivity = SensitivityMethod.Sampled }),
            ("64 sampled directions", Keep(1) with { Sensitivity = SensitivityMethod.Sampled }),
            ("16 sampled directions", Keep(ninth) with { Sensitivity = SensitivityMethod.Sampled, Directions = 16 }),
            ("DivPrune", Keep(ninth) with { Selection = SelectionMethod.DivPrune }),
            ("uniform", Keep(ninth) with { Selection = SelectionMethod.Uniform }),
        ];
        foreach ((string what, PruningOptions options) in cases)
        {
            PruningAdvice advice = model.Advise(options);
            PrunedImage kept = model.Prune(tokens, options);
            double[] times = RunTimer.Fastest(
                () => model.Prune(tokens, options), () => model.Prune(tokens), () => Read(kept), () => Read(all));
            yield return new BreakEvenRow(what, advice, Math.Max(0, times[0] - times[1]), times[3] - times[2]);
        }

        void Read(PrunedImage image) => model.Answer(
            [new ChatTurn(ChatTurn.User, "What color is the circle?", [image])], new GenerationOptions { MaxNewTokens = 1 });
    }

    /// <summary>A slope from three prompt lengths and a projector pass, against pruning and against prompts of other lengths.</summary>
    private static IEnumerable<BreakEvenRow> LlavaSize(TextWriter output)
    {
        ModelShape shape = ModelShape.Llava;
        int[] budgets = [64, 192, 384];
        int[] fitted = [TextTokens + (shape.Tokens / 8), TextTokens + (shape.Tokens / 2), TextTokens + shape.Tokens];
        Dictionary<int, double> reading = TimeLayer([.. fitted, .. budgets.Select(keep => TextTokens + keep)], output);
        var advisor = new PruningAdvisor(LanguageModelCost.Fit(fitted, [.. fitted.Select(length => reading[length])]), TextTokens);

        MlpProjector projector = shape.MakeProjector();
        float[] tokens = shape.MakeTokens();
        float[] projected = new float[shape.Tokens * shape.OutputWidth];
        AnswerCheck.Projector(projector, tokens);
        (string What, PruningOptions Options)[] cases =
        [
            .. budgets.Select(keep => ("closed form", Keep(keep) with { Sensitivity = SensitivityMethod.ClosedForm })),
            ("DivPrune", Keep(64) with { Selection = SelectionMethod.DivPrune }),
            ("8 sampled directions", Keep(64) with { Sensitivity = SensitivityMethod.Sampled, Directions = 8 }),
        ];
        foreach ((string what, PruningOptions options) in cases)
        {
            var pruner = new VisualTokenPruner(projector, options);
            double[] times = Stopwatches.Fastest(Rounds, () => pruner.Prune(tokens, shape.Tokens), () => projector.Project(tokens, projected));
            var pace = new ProjectorCost
            {
                InputWidth = shape.InputWidth,
                HiddenWidth = shape.HiddenWidth,
                OutputWidth = shape.OutputWidth,
                MillisecondsPerToken = times[1] / shape.Tokens,
            };
            int kept = options.Keep.Resolve(shape.Tokens);
            yield return new BreakEvenRow(
                what,
                advisor.Advise(shape.Tokens, options, pace),
                Math.Max(0, times[0] - times[1]),
                reading[TextTokens + shape.Tokens] - reading[TextTokens + kept]);
        }
    }

    /// <summary>Milliseconds of all layers for each prompt length; and what a decode step takes, said at once.</summary>
    private static Dictionary<int, double> TimeLayer(int[] lengths, TextWriter output)
    {
        const int DecodeRounds = 5;
        using var layer = new DecoderLayer();
        layer.CheckCache();
        lengths = [.. lengths.Distinct()];
        double[] prefill = Stopwatches.Fastest(Rounds, [.. lengths.Select(length => Reading(length, past: 0))]);

        // A line through the ends says what the middle takes.
        int[] caches = [lengths.Min(), lengths.Sum() / lengths.Length, lengths.Max()];
        double[] decode = Stopwatches.Fastest(DecodeRounds, [.. caches.Select(past => Reading(1, past))]);
        double slope = (decode[2] - decode[0]) / (caches[2] - caches[0]);
        double predicted = (caches[2] - caches[1]) * slope;
        output.WriteLine(FormattableString.Invariant(
            $"Decode step of {DecoderLayer.LayerCount} layers: {decode[2] * DecoderLayer.LayerCount:N0} ms with {caches[2]} tokens in the cache; with {caches[1]} it saves {predicted * DecoderLayer.LayerCount:0.0} ms predicted, {(decode[2] - decode[1]) * DecoderLayer.LayerCount:0.0} measured."));
        return lengths.Zip(prefill).ToDictionary(pair => pair.First, pair => pair.Second * DecoderLayer.LayerCount);

        Action Reading(int count, int past)
        {
            float[] cache = LayerInput.Random(past * DecoderLayer.Width, 8, 1);
            var input = new LayerInput(LayerInput.Random(count * DecoderLayer.Width, 7, 1), cache, cache, past);
            return () => layer.Run(input).Dispose();
        }
    }

    private static PruningOptions Keep(int count) => new() { Keep = KeepBudget.Tokens(count) };

    private static bool Print(TextWriter output, string title, IEnumerable<BreakEvenRow> rows)
    {
        output.WriteLine();
        output.WriteLine(title + ":");
        BreakEvenRow[] all = [.. rows];
        output.WriteLine();
        output.WriteLine(BreakEvenRow.Header);
        Array.ForEach(all, output.WriteLine);
        return Array.TrueForAll(all, row => row.Agrees);
    }
}
