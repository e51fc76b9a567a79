using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Benchmarks;

/// <summary>How much is measured on a device.</summary>
/// <param name="Shape">The model, in five tiles.</param>
/// <param name="Format">How its decoder's weights are stored.</param>
/// <param name="Budgets">Tokens kept of one tile, then of all tiles.</param>
/// <param name="Rounds">Times that all takes turns.</param>
internal sealed record DeviceSize(DecoderShape Shape, WeightFormat Format, (int OneTile, int[] AllTiles) Budgets, int Rounds)
{
    /// <summary>LLaVA-NeXT-7B in float16, or a model that takes seconds; with other decoder layers where asked.</summary>
    public static DeviceSize Create(bool isTiny, int? layers)
    {
        DecoderShape shape = isTiny ? DecoderShape.Tiny with { GridSide = 2 } : DecoderShape.LlavaNextWhole;
        return new DeviceSize(
            shape with { Layers = layers ?? shape.Layers },
            isTiny ? WeightFormat.Float32 : WeightFormat.Float16,
            isTiny ? (4, [10, 20]) : (64, [160, 640]),
            isTiny ? 3 : 11);
    }
}

/// <summary>
/// What a device does: that its answers are the CPU's, how many bytes of an answer come to the host, how long choosing takes and how much
/// of what could be saved is saved.
/// </summary>
internal static class DeviceRun
{
    // Sums of other lengths round otherwise: in standard deviations of all logits.
    private const double LogitTolerance = 2e-3;

    // Of random tokens a choice may be nearly a draw, in float16 more often.
    private const double LeastSame = 0.95;

    /// <summary>The same device with sums in whole float32: CUDA would round factors to 10 bits.</summary>
    public static Device Exact(Device device) => device.Name == Device.Cuda().Name
        ? Device.Provider(device.Name, new Dictionary<string, string>(device.ProviderOptions) { ["use_tf32"] = "0" })
        : device;

    /// <param name="size">How much.</param>
    /// <param name="device">Where.</param>
    /// <param name="families">A folder with a model and its cases a family; null leaves them out.</param>
    /// <param name="progress">Is told what is being done.</param>
    /// <exception cref="InvalidOperationException">The device's answers are not the CPU's, or too much comes to the host.</exception>
    public static QuickReport Measure(DeviceSize size, Device device, string? families, TextWriter progress)
    {
        var report = new QuickReport();
        string[] folders = families is null ? [] : [.. Directory.GetDirectories(families).Order(StringComparer.Ordinal)];
        foreach (string family in folders)
        {
            progress.WriteLine(Compare(family, device));
        }

        using GeneratedModel generated = GenAiRun.Generate(size.Shape, size.Format, progress);
        using (var onHost = VisionLanguageModel.Load(generated.Folder))
        {
            EncodedImage image = onHost.Encode(generated.Image);
            foreach (TensorElementType type in (TensorElementType[])[TensorElementType.Float, TensorElementType.Float16])
            {
                int tile = size.Shape.TokensPerTile;
                TimeChoice(report, size, device, onHost, image.VisualTokens[..(tile * onHost.EncoderWidth)], type, size.Budgets.OneTile);
                foreach (int keep in size.Budgets.AllTiles)
                {
                    TimeChoice(report, size, device, onHost, image.VisualTokens, type, keep);
                }
            }
        }

        progress.WriteLine("whole answers ...");
        using (var model = VisionLanguageModel.Load(generated.Folder, OptionsFor(device)))
        {
            foreach (int keep in size.Budgets.AllTiles)
            {
                var pruning = new PruningOptions { Keep = KeepBudget.Tokens(keep) };
                CountBytes(report, model, generated, pruning);
                GenAiRun.Efficiency(report, model, generated, pruning, size.Rounds, progress);
            }
        }

        report.Remarks.Add(
            $"{size.Shape.Name}, {size.Shape.Layers} layers, {size.Format}, random weights, on {device}: the encoder is one convolution and is "
            + "left out. choose_: projection, sensitivity and selection, with the visual tokens on the device before and the kept ones after.");
        return report;
    }

    /// <summary>A device's way, also where the device is the CPU, to see that all works.</summary>
    private static VisionLanguageModelOptions OptionsFor(Device device) => new() { Device = device, PrunesByGraph = true };

    /// <summary>Compares a family's cases on the device and on the CPU.</summary>
    private static string Compare(string family, Device device)
    {
        using var onHost = VisionLanguageModel.Load(family, new VisionLanguageModelOptions { Threads = 1 });
        using var onDevice = VisionLanguageModel.Load(family, OptionsFor(device));
        DeviceCase[] cases = [.. DeviceCase.Of(family)];
        (int kept, int answers) = (0, 0);
        double largest = 0;
        foreach (DeviceCase golden in cases)
        {
            PreparedImage image = onHost.Prepare(golden.ImagePath);
            foreach (PruningOptions? pruning in golden.Pruning)
            {
                if (!onHost.Prune(image, pruning).KeptIndices.SequenceEqual(onDevice.Prune(image, pruning).KeptIndices))
                {
                    throw new InvalidOperationException(
                        $"Device {device}: of '{golden.ImagePath}' other tokens are kept than on the CPU. They must be the same; nothing is "
                        + "timed before this is mended.");
                }

                kept++;
                float[] expected = onHost.NextTokenLogits(image, golden.Question, pruning);
                float[] got = onDevice.NextTokenLogits(image, golden.Question, pruning);
                double deviation = Math.Sqrt(expected.Average(value => (double)value * value));
                largest = Math.Max(largest, expected.Zip(got, (a, b) => Math.Abs(a - b)).Max() / deviation);
                answers += onHost.Answer(image, golden.Question, pruning, 8).TokenIds
                    .SequenceEqual(onDevice.Answer(image, golden.Question, pruning, 8).TokenIds) ? 1 : 0;
            }
        }

        return largest <= LogitTolerance
            ? FormattableString.Invariant($"{Path.GetFileName(family)}: the same tokens kept {kept} of {kept} times, ")
                + FormattableString.Invariant($"{answers} of {kept} answers the same, logits within {largest:0.0e+0} standard deviations")
            : throw new InvalidOperationException(FormattableString.Invariant(
                $"Device {device}: logits of '{family}' are {largest:0.0e+0} standard deviations from those of the CPU. ")
                + FormattableString.Invariant($"At most {LogitTolerance} is expected; with CUDA, set the option use_tf32 to 0."));
    }

    /// <summary>Times a choice with the tokens on the device before and after it, beside the managed kernels.</summary>
    private static void TimeChoice(
        QuickReport report,
        DeviceSize size,
        Device device,
        VisionLanguageModel onHost,
        ReadOnlyMemory<float> tokens,
        TensorElementType type,
        int keep)
    {
        bool isHalf = type == TensorElementType.Float16;
        (int width, int perTile) = (onHost.EncoderWidth, size.Shape.TokensPerTile);
        int tiles = tokens.Length / width / perTile;
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(keep) };
        var managed = new VisualTokenPruner(onHost.Projector, pruning);
        float[] given = tokens.ToArray();
        if (isHalf)
        {
            given = [.. given.Select(value => (float)(Half)value)];
        }

        int[] lengths = [.. Enumerable.Repeat(perTile, tiles)];
        TokenSelection expected = managed.Prune(given, lengths);

        var settings = new GraphSettings(0, device);
        using GraphSession upload = GraphSession.Create("upload", Upload(isHalf, width), settings);
        using OrtValue x = Place(upload, given, tiles, perTile, width);
        using var pruner = new DevicePruner(onHost.Projector, settings, keepsOnDevice: true);
        using (DeviceSelection got = pruner.Prune(x, [], pruning))
        {
            double same = got.KeptIndices.Intersect(expected.KeptIndices.ToArray()).Count() / (double)keep;
            if (same < LeastSame)
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"Device {device}: of {keep} kept tokens {same:P0} are those of the CPU. {LeastSame:P0} or more are expected; ")
                    + "nothing is timed before this is mended.");
            }

            report.Ratios[$"same_tokens_{Name(tiles * perTile, keep, isHalf)}"] = same;
        }

        double[] times = Stopwatches.Median(
            size.Rounds, () => managed.Prune(given, lengths), () => pruner.Prune(x, [], pruning).Dispose());
        string name = Name(tiles * perTile, keep, isHalf);
        report.Milliseconds[$"choose_host_{name}"] = times[0];
        report.Milliseconds[$"choose_device_{name}"] = times[1];
        report.Ratios[$"choose_host_over_device_{name}"] = times[0] / times[1];
    }

    private static string Name(int count, int keep, bool isHalf) => $"{count}_{keep}{(isHalf ? "_float16" : "_float32")}";

    /// <summary>float32 on the host to float32 or float16 on the device.</summary>
    private static byte[] Upload(bool isHalf, int width)
    {
        var graph = new OnnxGraphBuilder("upload");
        OnnxGraphBuilder.Element type = isHalf ? OnnxGraphBuilder.Element.Float16 : OnnxGraphBuilder.Element.Float;
        string x = graph.Input("x", OnnxGraphBuilder.Element.Float, "tiles", "tokens", $"{width}");
        graph.Node("Cast", "", [x], "there", ("to", (int)type));
        graph.Output("there", type, "tiles", "tokens", $"{width}");
        return graph.Build();
    }

    private static unsafe OrtValue Place(GraphSession upload, float[] tokens, int tiles, int perTile, int width)
    {
        fixed (float* values = tokens)
        {
            using OrtValue x = GraphSession.View(values, tiles, perTile, width);
            return upload.Run([("x", x)], [new OutputPlace("there")])[0];
        }
    }

    /// <summary>Bytes of one answer that the host looks at: kept tokens and their places, logits of the tokens chosen.</summary>
    private static void CountBytes(QuickReport report, VisionLanguageModel model, GeneratedModel generated, PruningOptions pruning)
    {
        const int NewTokens = 4;
        HostReads.Counter counter = HostReads.Count();
        VisionAnswer answer = model.Answer([generated.Image], GeneratedModel.Question, pruning, NewTokens);
        int text = answer.PromptTokenCount - answer.KeptTokenCount + answer.TokenIds.Count;
        long needed = sizeof(float) + (answer.KeptIndices.Count * ((2L * sizeof(long)) + (sizeof(float) * model.EmbeddingWidth)))
            + (sizeof(float) * ((text * (long)model.EmbeddingWidth) + (answer.TokenIds.Count * (long)generated.Shape.Vocabulary)));
        report.Megabytes[$"host_reads_{answer.KeptIndices.Count}"] = counter.Bytes / 1e6;
        if (counter.Bytes > needed)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Device {model.Options.Device}: the host looked at {counter.Bytes:N0} bytes of an answer. At most {needed:N0} are expected: ")
                + "kept tokens, their places, embeddings of the text and a row of logits a token.");
        }
    }
}
