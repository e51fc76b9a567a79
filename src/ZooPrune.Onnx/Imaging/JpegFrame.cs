using System.Buffers.Binary;

namespace ZooPrune.Onnx;

/// <summary>One colour component of a JPEG frame.</summary>
/// <param name="Id">Id that scans name it by.</param>
/// <param name="Horizontal">Sampling factor across, 1..4.</param>
/// <param name="Vertical">Sampling factor down, 1..4.</param>
/// <param name="QuantizationTable">Table that it is quantized with.</param>
internal readonly record struct JpegComponent(int Id, int Horizontal, int Vertical, int QuantizationTable);

/// <summary>A JPEG frame header (T.81, B.2.2), after checking.</summary>
internal sealed record JpegFrame(bool IsProgressive, int Width, int Height, IReadOnlyList<JpegComponent> Components)
{
    private const int LongestSide = 65_500;
    private const int LargestFactor = 4;

    /// <exception cref="InvalidDataException">The header is malformed.</exception>
    /// <exception cref="ZooPruneException">The picture is neither grey nor of three colours.</exception>
    public static JpegFrame Read(byte marker, ReadOnlySpan<byte> content, string name)
    {
        if (content.Length < 6)
        {
            throw new InvalidDataException($"its frame header has {content.Length} bytes");
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(content[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(content[3..]);
        int count = content[5];
        if (content[0] != 8 || width is 0 or > LongestSide || height is 0 or > LongestSide)
        {
            throw new InvalidDataException($"its header says {width} x {height} pixels of {content[0]} bits");
        }

        if (count is not 1 and not 3)
        {
            throw Throw.ImageComponents(name, count);
        }

        if (content.Length != 6 + (3 * count))
        {
            throw new InvalidDataException($"its frame header has {content.Length} bytes for {count} components");
        }

        var components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> part = content.Slice(6 + (3 * i), 3);
            components[i] = new JpegComponent(part[0], part[1] >> 4, part[1] & 15, part[2]);
        }

        CheckSampling(components);
        return new JpegFrame(marker == 0xC2, width, height, components);
    }

    private static void CheckSampling(JpegComponent[] components)
    {
        int widest = components.Max(component => component.Horizontal);
        int tallest = components.Max(component => component.Vertical);
        bool fits = components.All(component =>
            component.Horizontal is >= 1 and <= LargestFactor && widest % component.Horizontal == 0
            && component.Vertical is >= 1 and <= LargestFactor && tallest % component.Vertical == 0);
        if (!fits || components.DistinctBy(component => component.Id).Count() != components.Length)
        {
            string factors = string.Join(", ", components.Select(component => $"{component.Horizontal}x{component.Vertical}"));
            throw new InvalidDataException($"its components have the sampling factors {factors}");
        }
    }
}
