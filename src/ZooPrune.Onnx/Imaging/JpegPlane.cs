namespace ZooPrune.Onnx;

/// <summary>One colour component of a JPEG picture while it is decoded.</summary>
internal sealed class JpegPlane
{
    public JpegPlane(JpegComponent component, JpegFrame frame)
    {
        Component = component;
        int widest = frame.Components.Max(other => other.Horizontal);
        int tallest = frame.Components.Max(other => other.Vertical);
        Width = Divide(frame.Width * component.Horizontal, widest);
        Height = Divide(frame.Height * component.Vertical, tallest);
        BlocksAcross = Divide(frame.Width, 8 * widest) * component.Horizontal;
        BlocksDown = Divide(frame.Height, 8 * tallest) * component.Vertical;
        Samples = new byte[checked(64 * BlocksAcross * BlocksDown)];
        Coefficients = frame.IsProgressive ? new short[Samples.Length] : [];
    }

    public JpegComponent Component { get; }

    /// <summary>Samples in a row that are part of the picture.</summary>
    public int Width { get; }

    /// <summary>Rows that are part of the picture.</summary>
    public int Height { get; }

    /// <summary>Blocks in a row, those that fill up the last unit included.</summary>
    public int BlocksAcross { get; }

    /// <summary>Rows of blocks, those that fill up the last unit included.</summary>
    public int BlocksDown { get; }

    /// <summary>Row-major, 8 x <see cref="BlocksAcross"/> wide.</summary>
    public byte[] Samples { get; }

    /// <summary>[blocks, 64] in natural order; only of progressive pictures, whose blocks come in several scans.</summary>
    public short[] Coefficients { get; }

    /// <summary>The last value of the block before, from which the next differs.</summary>
    public int Dc { get; set; }

    public ReadOnlySpan<byte> Row(int row) => Samples.AsSpan(Math.Clamp(row, 0, Height - 1) * 8 * BlocksAcross, Width);

    public Span<short> Block(int row, int column) => Coefficients.AsSpan(64 * ((row * BlocksAcross) + column), 64);

    public Span<byte> SamplesOf(int row, int column) => Samples.AsSpan((64 * row * BlocksAcross) + (8 * column));

    private static int Divide(int value, int divisor) => (value + divisor - 1) / divisor;
}
