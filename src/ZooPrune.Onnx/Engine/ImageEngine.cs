using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx.Engine;

/// <summary>The steps from prepared images to what is kept of them: encode, prune; or fewer pixels. Thread-safe.</summary>
internal sealed class ImageEngine(LoadedModel model, PruningDecisions decisions, EngineTelemetry telemetry, SeenImages? seen = null)
{
    // Activations of an encoder grow with its tiles.
    private const int MostTiles = 64;

    private readonly ModelPruner _pruner = new(model.Projector, decisions);

    /// <summary>Prunes, and knows whether that pays.</summary>
    public ModelPruner Pruner => _pruner;

    /// <summary>Runs the vision encoder, over several images at a time where its graph allows.</summary>
    /// <param name="images">Prepared for this model.</param>
    /// <param name="layouts">Theirs.</param>
    /// <param name="mostTiles">Most tiles of a run, which bounds its memory; 0 for a usual number. An image that has more is run
    /// alone.</param>
    /// <param name="cancellation">Looked at before each run.</param>
    /// <exception cref="ZooPruneException">The encoder failed or gave NaN or infinity.</exception>
    public EncodedImage[] Encode(
        IReadOnlyList<PreparedImage> images, IReadOnlyList<ImageLayout> layouts, int mostTiles, CancellationToken cancellation)
    {
        using Activity? activity = telemetry.Start("encode", images.Count);
        var encoded = new List<EncodedImage>(images.Count);
        foreach (Range group in Groups(images, mostTiles, isUniform: false))
        {
            cancellation.ThrowIfCancellationRequested();
            PreparedImage[] together = [.. images.Take(group)];
            long start = Stopwatch.GetTimestamp();
            float[][] tokens = model.Encoder.Encode(together, cancellation);
            TimeSpan tile = Stopwatch.GetElapsedTime(start) / together.Sum(VisionEncoder.TilesOf);
            foreach ((PreparedImage image, float[] values) in together.Zip(tokens))
            {
                var timings = new StageTimings { Encode = tile * VisionEncoder.TilesOf(image) };
                encoded.Add(new EncodedImage(values, layouts[encoded.Count], timings));
                telemetry.Encoded(timings.Encode);
            }
        }

        return [.. encoded];
    }

    /// <summary>Runs the vision encoder image by image, and reads what its attention says.</summary>
    /// <exception cref="ZooPruneException">The attention is not found, or the encoder failed or gave NaN or infinity.</exception>
    public EncodedImage[] EncodeWithAttention(
        IReadOnlyList<PreparedImage> images, IReadOnlyList<ImageLayout> layouts, CancellationToken cancellation)
    {
        using Activity? activity = telemetry.Start("encode", images.Count);
        model.Inside.Open(); // Loading it is no part of an image's time.
        var encoded = new List<EncodedImage>(images.Count);
        foreach ((PreparedImage image, ImageLayout layout) in images.Zip(layouts))
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            (float[] tokens, EncoderAttention attention) = model.Inside.Encode(image, cancellation);
            var timings = new StageTimings { Encode = Stopwatch.GetElapsedTime(start) };
            encoded.Add(new EncodedImage(tokens, layout, timings) { Attention = attention });
            telemetry.Encoded(timings.Encode);
        }

        return [.. encoded];
    }

    /// <summary>Encodes images and keeps what matters of each. On a device their visual tokens stay there, and of each image K x H values
    /// and K indices come to the host.</summary>
    /// <param name="images">Prepared for this model.</param>
    /// <param name="layouts">Theirs.</param>
    /// <param name="pruning">What to keep; null keeps all.</param>
    /// <param name="cancellation">Ends the run.</param>
    public PrunedImage[] EncodeAndPrune(
        IReadOnlyList<PreparedImage> images,
        IReadOnlyList<ImageLayout> layouts,
        PruningOptions? pruning,
        CancellationToken cancellation) => seen is null
            ? EncodeAndPruneAll(images, layouts, pruning, cancellation)
            : seen.Prune(images, pruning, places => EncodeAndPruneAll(
                [.. places.Select(place => images[place])], [.. places.Select(place => layouts[place])], pruning, cancellation));

    private PrunedImage[] EncodeAndPruneAll(
        IReadOnlyList<PreparedImage> images, IReadOnlyList<ImageLayout> layouts, PruningOptions? pruning, CancellationToken cancellation)
    {
        if (_pruner.UsesAttention(pruning))
        {
            return [.. EncodeWithAttention(images, layouts, cancellation).Select(image => Prune(image, pruning))];
        }

        if (model.DevicePruner is null || (pruning is not null && !PrunerNodes.CanWrite(pruning)))
        {
            return [.. Encode(images, layouts, mostTiles: 0, cancellation).Select(image => Prune(image, pruning))];
        }

        var pruned = new List<PrunedImage>(images.Count);
        foreach (Range group in Groups(images, mostTiles: 0, isUniform: true))
        {
            cancellation.ThrowIfCancellationRequested();
            (PreparedImage[] some, ImageLayout[] theirs) = ([.. images.Take(group)], [.. layouts.Take(group)]);
            pruned.AddRange(PruneInPlace(model.DevicePruner, some, theirs, pruning, cancellation)
                ?? Encode(some, theirs, mostTiles: 0, cancellation).Select(image => Prune(image, pruning)));
        }

        return [.. pruned];
    }

    /// <summary>Reads a picture in fewer pixels: the encoder gives g x g visual tokens, all of which are kept.</summary>
    /// <param name="image">Prepared for this model.</param>
    /// <param name="layout">Its own.</param>
    /// <param name="keep">Most visual tokens; g is the root of it, rounded down.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ZooPruneException">The model cannot do it, or the encoder or the projector failed.</exception>
    public PrunedImage Downsample(PreparedImage image, ImageLayout layout, KeepBudget keep, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        model.Downsampling.Check();
        int kept = keep.Resolve(layout.TokenCount);
        (int full, int grid) = (model.Downsampling.Grid, (int)Math.Sqrt(kept));
        if (grid == full)
        {
            PrunedImage all = EncodeAndPrune([image], [layout], null, cancellation)[0];
            return keep.TokenCount > kept ? all.WithNote($"keep {keep.TokenCount} of {kept}: all tokens kept") : all;
        }

        model.Downsampling.Open(grid); // Loading it is no part of an image's time.
        using Activity? encoding = telemetry.Start("encode", 1);
        long start = Stopwatch.GetTimestamp();
        float[] tokens = model.Downsampling.Encode(image, grid, cancellation);
        TimeSpan encode = Stopwatch.GetElapsedTime(start);
        telemetry.Encoded(encode);
        encoding?.Stop();

        using Activity? activity = telemetry.Start("prune", 1);
        start = Stopwatch.GetTimestamp();
        float[] projected = _pruner.Prune(tokens, ImageLayout.Plain(grid * grid), null).KeptTokens.ToArray();
        int[] places =
        [
            .. Enumerable.Range(0, grid * grid).Select(token => (Place(token / grid) * full) + Place(token % grid)),
        ];
        return Pruned(
            projected,
            places,
            layout,
            grid * grid == kept ? null : $"downsampled to {grid} x {grid} of the {kept} tokens that may be kept",
            new StageTimings { Encode = encode, Prune = Stopwatch.GetElapsedTime(start) });

        // In the middle of which row (or column) of the full grid one of g lies.
        int Place(int index) => ((2 * index) + 1) * full / (2 * grid);
    }

    /// <summary>Projects the visual tokens of an image and keeps those that matter.</summary>
    /// <param name="image">From <see cref="Encode"/>, or the caller's own.</param>
    /// <param name="pruning">What to keep; null keeps all.</param>
    public PrunedImage Prune(EncodedImage image, PruningOptions? pruning)
    {
        _pruner.Decide(image.Layout.CandidateCount, pruning); // Ahead: what it may have to time is no part of this image.
        using Activity? activity = telemetry.Start("prune", 1);
        long start = Stopwatch.GetTimestamp();
        TokenSelection selection = _pruner.Prune(image.VisualTokens.Span, image.Layout, pruning, image.Attention);
        return Pruned(
            selection.KeptTokens.ToArray(),
            selection.KeptIndices.ToArray(),
            image.Layout,
            selection.Note,
            image.Timings with { Prune = Stopwatch.GetElapsedTime(start) });
    }

    /// <summary>Encodes and prunes on the device; null where the encoder takes tiles one by one.</summary>
    private PrunedImage[]? PruneInPlace(
        DevicePruner device, PreparedImage[] images, ImageLayout[] layouts, PruningOptions? pruning, CancellationToken cancellation)
    {
        PruningAdvice? advice = _pruner.Decide(layouts[0].CandidateCount, pruning);
        using Activity? encoding = telemetry.Start("encode", images.Length);
        long start = Stopwatch.GetTimestamp();
        using OrtValue? tokens = model.Encoder.EncodeInPlace(images, cancellation);
        if (tokens is null)
        {
            return null;
        }

        TimeSpan encode = Stopwatch.GetElapsedTime(start) / images.Length;
        Array.ForEach(images, _ => telemetry.Encoded(encode));
        encoding?.Stop();

        using Activity? activity = telemetry.Start("prune", images.Length);
        start = Stopwatch.GetTimestamp();
        int candidates = layouts[0].CandidateCount;
        bool keepsAll = pruning is null || advice is { PaysOff: false } || pruning.Keep.Resolve(candidates) == candidates;
        using DeviceSelection selection = keepsAll ? KeepAll(device, tokens, layouts, cancellation)
            : images.Length > 1 ? device.PruneEach(tokens, pruning! with { OnlyIfFaster = false }, cancellation)
            : device.Prune(
                tokens, layouts[0].TakesAll ? [] : layouts[0].Candidates, pruning! with { OnlyIfFaster = false }, cancellation);
        string? note = !keepsAll ? selection.Note
            : pruning is null ? null
            : advice?.Refusal ?? _pruner.NoteOn(layouts[0], pruning);
        int count = selection.KeptIndices.Length / images.Length;
        int size = checked(count * model.Decoder.Width);
        float[][] kept = [.. images.Select(_ => new float[size])];
        for (int i = 0; i < images.Length; i++)
        {
            FloatTensors.Read(selection.KeptTokens, i * size, kept[i]);
            if (keepsAll && !TensorPrimitives.IsFiniteAll<float>(kept[i]))
            {
                throw Throw.PrunerNotFinite();
            }
        }

        var timings = new StageTimings { Encode = encode, Prune = Stopwatch.GetElapsedTime(start) / images.Length };
        return
        [
            .. layouts.Select((layout, i) => Pruned(
                kept[i], keepsAll ? layout.Candidates : selection.KeptIndices[(i * count)..((i + 1) * count)], layout, note, timings)),
        ];
    }

    /// <summary>All that can be chosen, of one image or of several that are alike.</summary>
    private static DeviceSelection KeepAll(
        DevicePruner device, OrtValue tokens, ImageLayout[] layouts, CancellationToken cancellation) => device.KeepAll(
            tokens,
            [.. layouts.SelectMany((layout, i) => layout.Candidates.Select(index => (i * layout.TokenCount) + index))],
            cancellation);

    private PrunedImage Pruned(float[] kept, int[] indices, ImageLayout layout, string? note, StageTimings timings)
    {
        var pruned = new PrunedImage(kept, indices, layout, note, timings, model.Fingerprint);
        telemetry.Pruned(pruned);
        return pruned;
    }

    /// <summary>Images that the encoder takes together.</summary>
    /// <param name="images">Prepared for this model.</param>
    /// <param name="mostTiles">Most tiles of a run; 0 for a usual number.</param>
    /// <param name="isUniform">Whether those of a group must be alike: one tile each, all of whose tokens can be chosen.</param>
    private IEnumerable<Range> Groups(IReadOnlyList<PreparedImage> images, int mostTiles, bool isUniform)
    {
        // Patches of several images cannot be run together.
        bool isAlone = model.Encoder.TakesPatches || (isUniform && !(model.HasOneTile && model.Encoder.CanBatch));
        int most = isAlone ? 1 : mostTiles > 0 ? mostTiles : MostTiles;
        for (int start = 0, end; start < images.Count; start = end)
        {
            end = start + 1;
            for (int tiles = VisionEncoder.TilesOf(images[start]); end < images.Count && !isAlone; end++)
            {
                tiles += VisionEncoder.TilesOf(images[end]);
                if (tiles > most)
                {
                    break;
                }
            }

            yield return start..end;
        }
    }
}
