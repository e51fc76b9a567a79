namespace ZooPrune.Onnx;

/// <summary>Levels 0..255 to pixel values: (factor x level - mean) / deviation, looked up. Immutable.</summary>
internal sealed class PixelScale
{
    private const int Levels = 256;
    private readonly float[][] _values = new float[3][];

    /// <param name="factor">From levels to the unit of the mean.</param>
    /// <param name="mean">[3].</param>
    /// <param name="deviation">[3], &gt; 0.</param>
    public PixelScale(double factor, IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        for (int channel = 0; channel < _values.Length; channel++)
        {
            _values[channel] = new float[Levels];
            for (int level = 0; level < Levels; level++)
            {
                _values[channel][level] = (float)(((level * factor) - mean[channel]) / deviation[channel]);
            }
        }
    }

    /// <summary>The values of one channel, by level.</summary>
    public ReadOnlySpan<float> Of(int channel) => _values[channel];

    /// <summary>[height, width, 3] to [3, height, width].</summary>
    public void ToPlanes(RgbImage image, Span<float> planes)
    {
        int area = image.Width * image.Height;
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> values = _values[channel];
            Span<float> plane = planes.Slice(channel * area, area);
            ReadOnlySpan<byte> levels = image.Pixels.AsSpan(channel);
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = values[levels[3 * i]];
            }
        }
    }
}
