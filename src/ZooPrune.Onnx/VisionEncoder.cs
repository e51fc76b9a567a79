using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx;

/// <summary>pixel_values [B, 3, S, S] to visual tokens [B, N, D]. Thread-safe.</summary>
internal sealed class VisionEncoder : IDisposable
{
    private static readonly string[] InputNames = ["pixel_values"];

    private readonly GraphSession _session;
    private readonly string[] _outputNames;
    private readonly bool _canBatch;

    private VisionEncoder(GraphSession session, string output, bool canBatch, int imageSize, int tokenCount, int width)
    {
        _session = session;
        _outputNames = [output];
        _canBatch = canBatch;
        ImageSize = imageSize;
        TokenCount = tokenCount;
        Width = width;
    }

    /// <summary>S.</summary>
    public int ImageSize { get; }

    /// <summary>N.</summary>
    public int TokenCount { get; }

    /// <summary>D.</summary>
    public int Width { get; }

    /// <exception cref="ZooPruneException">The file cannot be loaded or is no vision encoder.</exception>
    public static VisionEncoder Open(string path, int threads, SplitVisionEncoder? split = null)
    {
        GraphSession session = split is null ? GraphSession.Open(path, threads) : GraphSession.OpenPart(path, split.Encoder, threads, split.Folder);
        try
        {
            var signature = new GraphSignature(session);
            int[] input = signature.Input("pixel_values", TensorElementType.Float, 4);
            if (input[2] <= 0 || input[2] != input[3] || input[1] is > 0 and not 3)
            {
                throw Throw.GraphShape(path, "pixel_values", input, "the shape [batch, 3, S, S] with a number as S");
            }

            (string output, int[] shape) = signature.OnlyOutput();
            return shape is [_, > 0, > 0]
                ? new VisionEncoder(session, output, input[0] != 1, input[2], shape[1], shape[2])
                : throw Throw.GraphShape(path, output, shape, "the shape [batch, visual tokens, encoder width] with numbers as the last two");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs images side by side, where the graph leaves the batch dimension open.</summary>
    /// <param name="images">Each row-major [3, S, S].</param>
    /// <returns>For each image, row-major [N, D]; every value is finite. The same values as for the image alone.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed, or a value is NaN or infinite.</exception>
    public float[][] Encode(IReadOnlyList<ReadOnlyMemory<float>> images)
    {
        float[][] tokens = EncodeUnchecked(images);
        Array.ForEach(tokens, Check);
        return tokens;
    }

    /// <summary>The same without the check, so that a caller can tell which image is to blame.</summary>
    public float[][] EncodeUnchecked(IReadOnlyList<ReadOnlyMemory<float>> images)
    {
        if (!_canBatch || images.Count == 1)
        {
            return [.. images.Select(image => Run(image, 1)[0])];
        }

        // [B, 3, S, S]
        int size = 3 * ImageSize * ImageSize;
        float[] pixels = new float[checked(images.Count * size)];
        for (int i = 0; i < images.Count; i++)
        {
            images[i].Span.CopyTo(pixels.AsSpan(i * size, size));
        }

        return Run(pixels, images.Count);
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

    /// <summary>[B, 3, S, S] -> B times [N, D].</summary>
    private unsafe float[][] Run(ReadOnlyMemory<float> pixelValues, int count)
    {
        int size = TokenCount * Width;
        float[] tokens = new float[checked(count * size)];
        fixed (float* pixels = pixelValues.Span)
        fixed (float* result = tokens)
        {
            using OrtValue input = GraphSession.View(pixels, count, 3, ImageSize, ImageSize);
            using OrtValue output = GraphSession.View(result, count, TokenCount, Width);
            try
            {
                _session.Run(InputNames, [input], _outputNames, [output]);
            }
            catch (OnnxRuntimeException exception)
            {
                string images = count == 1 ? "an image" : $"{count} images";
                throw Throw.GraphFailed(_session.Name, $"{images} of {ImageSize} x {ImageSize} pixels", exception);
            }
        }

        return count == 1 ? [tokens] : [.. Enumerable.Range(0, count).Select(i => tokens[(i * size)..((i + 1) * size)])];
    }
}
