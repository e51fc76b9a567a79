using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx;

/// <summary>pixel_values [1, 3, S, S] to visual tokens [N, D]. Thread-safe.</summary>
internal sealed class VisionEncoder : IDisposable
{
    private static readonly string[] InputNames = ["pixel_values"];

    private readonly GraphSession _session;
    private readonly string[] _outputNames;

    private VisionEncoder(GraphSession session, string output, int imageSize, int tokenCount, int width)
    {
        _session = session;
        _outputNames = [output];
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
    public static VisionEncoder Open(string path, int threads)
    {
        GraphSession session = GraphSession.Open(path, threads);
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
                ? new VisionEncoder(session, output, input[2], shape[1], shape[2])
                : throw Throw.GraphShape(path, output, shape, "the shape [batch, visual tokens, encoder width] with numbers as the last two");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <param name="pixelValues">Row-major [1, 3, S, S].</param>
    /// <returns>Row-major [N, D]; every value is finite.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed, or a value is NaN or infinite.</exception>
    public unsafe float[] Encode(ReadOnlyMemory<float> pixelValues)
    {
        float[] tokens = new float[TokenCount * Width];
        fixed (float* pixels = pixelValues.Span)
        fixed (float* result = tokens)
        {
            using OrtValue input = GraphSession.View(pixels, 1, 3, ImageSize, ImageSize);
            using OrtValue output = GraphSession.View(result, 1, TokenCount, Width);
            try
            {
                _session.Run(InputNames, [input], _outputNames, [output]);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_session.Name, $"an image of {ImageSize} x {ImageSize} pixels", exception);
            }
        }

        for (int i = 0; i < tokens.Length; i++)
        {
            if (!float.IsFinite(tokens[i]))
            {
                throw Throw.EncoderNotFinite(_session.Name, i / Width, i % Width, tokens[i]);
            }
        }

        return tokens;
    }

    public void Dispose() => _session.Dispose();
}
