using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Which colours of an image become which values.</summary>
internal sealed class PixelExtraction
{
    private readonly bool _interleaved;
    private readonly float _offset;
    private readonly float _scale;

    /// <summary>The wanted colours, in order, by their letters.</summary>
    private readonly string _colors;

    public PixelExtraction(
        ImagePixelExtractingEstimator.ColorBits colors,
        ImagePixelExtractingEstimator.ColorsOrder order,
        bool interleaved,
        float offset,
        float scale,
        bool asFloat)
    {
        _colors = string.Concat($"{order}".Where(letter => colors.HasFlag(BitOf(letter))));
        Throw.IfOutOfRange(_colors.Length == 0, "colorsToExtract", "At least one colour has to be extracted.");
        Throw.IfOutOfRange(!float.IsFinite(offset), "offsetImage", "The offset is a number.");
        Throw.IfOutOfRange(!float.IsFinite(scale) || scale == 0, "scaleImage", "The scale is a number other than 0.");
        _interleaved = interleaved;
        _offset = offset;
        _scale = scale;
        ItemType = asFloat ? NumberDataViewType.Single : NumberDataViewType.Byte;
    }

    private PixelExtraction(string colors, bool interleaved, float offset, float scale, NumberDataViewType itemType)
    {
        _colors = colors;
        _interleaved = interleaved;
        _offset = offset;
        _scale = scale;
        ItemType = itemType;
    }

    public NumberDataViewType ItemType { get; }

    public static PixelExtraction Read(BinaryReader reader) => new(
        reader.ReadString(),
        reader.ReadBoolean(),
        reader.ReadSingle(),
        reader.ReadSingle(),
        reader.ReadBoolean() ? NumberDataViewType.Single : NumberDataViewType.Byte);

    public void Write(BinaryWriter writer)
    {
        writer.Write(_colors);
        writer.Write(_interleaved);
        writer.Write(_offset);
        writer.Write(_scale);
        writer.Write(ItemType == NumberDataViewType.Single);
    }

    public VectorDataViewType TypeFor(ImageDataViewType image) => _interleaved
        ? new VectorDataViewType(ItemType, image.Height, image.Width, _colors.Length)
        : new VectorDataViewType(ItemType, _colors.Length, image.Height, image.Width);

    /// <summary>(value - offset) * scale.</summary>
    public void Extract(MLImage image, Span<float> values) => Extract(image, values, value => (value - _offset) * _scale);

    /// <summary>The bytes as they are.</summary>
    public void Extract(MLImage image, Span<byte> values) => Extract(image, values, value => value);

    private static ImagePixelExtractingEstimator.ColorBits BitOf(char letter) => letter switch
    {
        'A' => ImagePixelExtractingEstimator.ColorBits.Alpha,
        'R' => ImagePixelExtractingEstimator.ColorBits.Red,
        'G' => ImagePixelExtractingEstimator.ColorBits.Green,
        _ => ImagePixelExtractingEstimator.ColorBits.Blue,
    };

    private void Extract<TValue>(MLImage image, Span<TValue> values, Func<byte, TValue> convert)
    {
        var pixels = image.Pixels;
        string stored = image.PixelFormat == MLPixelFormat.Bgra32 ? "BGRA" : "RGBA";
        int count = image.Width * image.Height;
        for (int c = 0; c < _colors.Length; c++)
        {
            int source = stored.IndexOf(_colors[c], StringComparison.Ordinal);
            int target = _interleaved ? c : c * count;
            int step = _interleaved ? _colors.Length : 1;
            for (int p = 0; p < count; p++)
            {
                values[target + (p * step)] = convert(pixels[source + (p * 4)]);
            }
        }
    }
}
