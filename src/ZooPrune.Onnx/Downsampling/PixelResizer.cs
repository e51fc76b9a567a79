using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Downsampling;

/// <summary>Makes a picture's pixel values fewer, after they were normalised: antialiased bicubic, with PIL's weights.</summary>
internal static class PixelResizer
{
    /// <summary>Columns first, then rows, as PIL does. Sums are double; nothing is rounded or clipped between.</summary>
    /// <param name="pixels">Row-major [channels, source, source].</param>
    /// <param name="source">Height and width, &gt; 0.</param>
    /// <param name="target">Height and width of the result, &gt; 0.</param>
    /// <returns>Row-major [channels, target, target].</returns>
    public static float[] Resize(ReadOnlySpan<float> pixels, int source, int target)
    {
        var weights = new ResamplingWeights(source, target, 0, target, Resampling.Bicubic);
        int channels = pixels.Length / source / source;
        double[] narrow = new double[channels * source * target];
        for (int i = 0; i < narrow.Length; i++)
        {
            // [channel, row, x], channel and row as one.
            (int row, int x) = (i / target, i % target);
            ReadOnlySpan<int> taps = weights.Of(x);
            ReadOnlySpan<float> line = pixels.Slice((row * source) + weights.Start(x), taps.Length);
            double sum = 0;
            for (int tap = 0; tap < taps.Length; tap++)
            {
                sum += (double)taps[tap] * line[tap];
            }

            narrow[i] = sum / (1 << ResamplingWeights.Bits);
        }

        float[] resized = new float[channels * target * target];
        for (int i = 0; i < resized.Length; i++)
        {
            (int channel, int y, int x) = (i / target / target, i / target % target, i % target);
            ReadOnlySpan<int> taps = weights.Of(y);
            int first = (((channel * source) + weights.Start(y)) * target) + x;
            double sum = 0;
            for (int tap = 0; tap < taps.Length; tap++)
            {
                sum += taps[tap] * narrow[first + (tap * target)];
            }

            resized[i] = (float)(sum / (1 << ResamplingWeights.Bits));
        }

        return resized;
    }
}
