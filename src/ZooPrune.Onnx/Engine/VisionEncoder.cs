using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Engine;

/// <summary>
/// Images to visual tokens: pixel_values [tiles, 3, S, S] to [tiles, N, D], or patches [P, L] with their grid to [N, D].
/// Thread-safe.
/// </summary>
internal sealed class VisionEncoder : IDisposable
{
    private const string PixelValues = "pixel_values";

    private readonly GraphSession _session;
    private readonly TensorElementType _type;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly bool _canBatch;

    private VisionEncoder(GraphSession session, TensorElementType type, string? grid, string output, bool canBatch)
    {
        _session = session;
        _type = type;
        _inputNames = grid is null ? [PixelValues] : [PixelValues, grid];
        _outputNames = [output];
        _canBatch = canBatch;
    }

    /// <summary>S, height and width of a tile in pixels; 0 where the encoder takes patches of pictures of any size.</summary>
    public int ImageSize { get; private init; }

    /// <summary>N, the visual tokens of one tile; 0 where their number depends on the picture.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Looks at the number of a picture's patches before it is run; throws where it would take too much memory.</summary>
    public Action<int>? CheckPatches { get; set; }

    /// <summary>Where it runs.</summary>
    public Device Device => _session.Device;

    /// <summary>Why it runs on the CPU although another device was asked for; otherwise null.</summary>
    public string? FallbackNote => _session.FallbackNote;

    /// <summary>D.</summary>
    public int Width { get; private init; }

    /// <summary>Whether the graph takes several tiles in one run.</summary>
    public bool CanBatch => _canBatch;

    /// <summary>Whether pictures come as patches with a grid.</summary>
    public bool TakesPatches => _inputNames.Length > 1;

    /// <param name="session">The graph; the encoder owns it, also where this throws.</param>
    /// <param name="width">D, for graphs that leave it open; null where nobody knows.</param>
    /// <param name="tileSize">S, for graphs that leave it open; null where nobody knows.</param>
    /// <exception cref="ZooPruneException">The graph is no vision encoder.</exception>
    public static VisionEncoder Open(GraphSession session, int? width, int? tileSize)
    {
        try
        {
            var signature = new GraphSignature(session);
            string? grid = session.Inputs.Keys.FirstOrDefault(name => name != PixelValues);
            if (session.Inputs.ContainsKey(PixelValues) && session.Inputs.Count > 2)
            {
                throw Throw.GraphNames(
                    session.Name, "input", session.Inputs.Keys, "the input 'pixel_values', and for Qwen2-VL 'image_grid_thw'");
            }

            (int[] input, TensorElementType type) = signature.FloatInput(PixelValues, grid is null ? 4 : 2);
            (string output, int[] result) = signature.OnlyOutput();
            int d = result.Length > 0 && result[^1] > 0 ? result[^1] : width ?? 0;
            if (result.Length != (grid is null ? 3 : 2) || d <= 0)
            {
                string needed = grid is null ? "[tiles, visual tokens, encoder width]" : "[visual tokens, encoder width]";
                throw Throw.GraphShape(session.Name, output, result, $"the shape {needed} with a number as the last");
            }

            if (grid is not null)
            {
                signature.Input(grid, TensorElementType.Int64, 2);
                return new VisionEncoder(session, type, grid, output, canBatch: false) { Width = d };
            }

            int size = input[2] > 0 ? input[2] : tileSize ?? 0;
            if (size <= 0 || (input[3] > 0 && input[3] != size) || input[1] is > 0 and not 3)
            {
                throw Throw.GraphShape(session.Name, PixelValues, input, "the shape [batch, 3, S, S] with a number as S");
            }

            bool canBatch = input[0] <= 0 || input[0] > 1;
            var encoder = new VisionEncoder(session, type, null, output, canBatch) { ImageSize = size, Width = d };
            encoder.TokenCount = result[1] > 0 ? result[1] : encoder.CountTokens();
            return encoder;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Tiles of an image; 1 where it comes as patches.</summary>
    public static int TilesOf(PreparedImage image) => image.Shape.Count == 4 ? image.Shape[0] : 1;

    /// <summary>Runs images side by side, where the graph leaves the batch dimension open.</summary>
    /// <param name="images">Prepared for this encoder.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>For each image, row-major [tiles x N, D]; every value is finite. The same values as for the image alone.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed, or a value is NaN or infinite.</exception>
    public float[][] Encode(IReadOnlyList<PreparedImage> images, CancellationToken cancellation = default)
    {
        float[][] tokens = EncodeUnchecked(images, cancellation);
        Array.ForEach(tokens, Check);
        return tokens;
    }

    /// <summary>Runs images side by side and leaves their visual tokens where the graph makes them: nothing comes to the host.</summary>
    /// <param name="images">Prepared for this encoder; one where it takes patches.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>[tiles of all images, N, D], or [N, D] of patches, unchecked; null for several tiles where the graph takes them one by
    /// one.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public OrtValue? EncodeInPlace(IReadOnlyList<PreparedImage> images, CancellationToken cancellation = default)
    {
        int tiles = images.Sum(TilesOf);
        return TakesPatches ? RunPatches(images[0], onHost: false, cancellation)
            : _canBatch || tiles == 1 ? RunBatch(Pixels(images), tiles, onHost: false, cancellation)
            : null;
    }

    private float[][] EncodeUnchecked(IReadOnlyList<PreparedImage> images, CancellationToken cancellation)
    {
        if (TakesPatches || images.Count == 1)
        {
            return [.. images.Select(image => EncodeAlone(image, cancellation))];
        }

        if (!_canBatch)
        {
            return [.. images.Select(image => RunTiles(image.PixelValues, TilesOf(image), cancellation))];
        }

        float[] tokens = RunTiles(Pixels(images), images.Sum(TilesOf), cancellation);
        int size = TokenCount * Width;
        int start = 0;
        return [.. images.Select(image => tokens[start..(start += TilesOf(image) * size)])];
    }

    /// <exception cref="ZooPruneException">A value of an image's tokens [N, D] is NaN or infinite.</exception>
    public void Check(float[] tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if (!float.IsFinite(tokens[i]))
            {
                throw Throw.EncoderNotFinite(_session.Name, i / Width, i % Width, tokens[i]);
            }
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>[tiles of all images, 3, S, S].</summary>
    private static ReadOnlyMemory<float> Pixels(IReadOnlyList<PreparedImage> images)
    {
        if (images.Count == 1)
        {
            return images[0].PixelValues;
        }

        float[] pixels = new float[checked((int)images.Sum(image => (long)image.PixelValues.Length))];
        int copied = 0;
        foreach (PreparedImage image in images)
        {
            image.PixelValues.Span.CopyTo(pixels.AsSpan(copied));
            copied += image.PixelValues.Length;
        }

        return pixels;
    }

    private float[] EncodeAlone(PreparedImage image, CancellationToken cancellation) =>
        TakesPatches ? Read(RunPatches(image, onHost: true, cancellation)) : RunTiles(image.PixelValues, TilesOf(image), cancellation);

    /// <summary>[tiles, 3, S, S] -> [tiles x N, D].</summary>
    private float[] RunTiles(ReadOnlyMemory<float> pixelValues, int tiles, CancellationToken cancellation = default)
    {
        int tile = 3 * ImageSize * ImageSize;
        if (!_canBatch && tiles > 1)
        {
            return [.. Enumerable.Range(0, tiles).SelectMany(i => RunTiles(pixelValues.Slice(i * tile, tile), 1, cancellation))];
        }

        return Read(RunBatch(pixelValues, tiles, onHost: true, cancellation));
    }

    /// <summary>[tiles, 3, S, S] -> [tiles, N, D].</summary>
    private unsafe OrtValue RunBatch(ReadOnlyMemory<float> pixelValues, int tiles, bool onHost, CancellationToken cancellation)
    {
        fixed (float* pixels = pixelValues.Span)
        {
            using OrtValue input = FloatTensors.Create(_type, pixels, pixelValues.Length, tiles, 3, ImageSize, ImageSize);
            string given = $"{tiles} tile{(tiles == 1 ? "" : "s")} of {ImageSize} x {ImageSize} pixels";
            return Run([input], tiles * TokenCount, given, onHost, cancellation);
        }
    }

    /// <summary>[P, L] and [1, 3] -> [N, D]; N is a whole part of P.</summary>
    private unsafe OrtValue RunPatches(PreparedImage image, bool onHost, CancellationToken cancellation)
    {
        CheckPatches?.Invoke(image.Shape[0]);
        long[] grid = [.. image.GridThw!.Select(size => (long)size)];
        fixed (float* pixels = image.PixelValues.Span)
        fixed (long* sizes = grid)
        {
            using OrtValue patches = FloatTensors.Create(_type, pixels, image.PixelValues.Length, image.Shape[0], image.Shape[1]);
            using OrtValue gridValue = GraphSession.View(sizes, 1, grid.Length);
            string given = $"{image.Shape[0]:N0} patches in a grid of {grid[1]} x {grid[2]}";
            return Run([patches, gridValue], 0, given, onHost, cancellation);
        }
    }

    /// <summary>Rows of visual tokens; as many as are expected, if that is above 0.</summary>
    private OrtValue Run(OrtValue[] inputs, int expected, string given, bool onHost, CancellationToken cancellation)
    {
        try
        {
            var output = new OutputPlace(_outputNames[0], OnHost: onHost);
            IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run([.. _inputNames.Zip(inputs)], [output], cancellation);
            OrtTensorTypeAndShapeInfo form = outputs[0].GetTensorTypeAndShape();
            long rows = form.ElementCount / Width;
            if (form.ElementCount % Width == 0 && (expected == 0 || rows == expected))
            {
                return outputs[0];
            }

            outputs.Dispose();
            throw Throw.EncoderTokens(_session.Name, given, form.Shape, expected, Width);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphFailed(_session.Name, given, exception);
        }
    }

    private static float[] Read(OrtValue tokens)
    {
        using (tokens)
        {
            float[] values = new float[tokens.GetTensorTypeAndShape().ElementCount];
            FloatTensors.Read(tokens, 0, values);
            return values;
        }
    }

    /// <summary>N, by encoding a grey picture: the graph does not say.</summary>
    private int CountTokens() => RunTiles(new float[3 * ImageSize * ImageSize], 1).Length / Width;
}
