namespace ZooPrune.Onnx;

/// <summary>
/// Planes to RGB: halved planes are enlarged with triangle weights, as the reference decoder's "fancy upsampling" does, others by
/// repetition; luma and chroma become colours in 16-bit fixed point (JFIF, BT.601).
/// </summary>
internal static class JpegColors
{
    private const int Half = 1 << 15;

    public static RgbImage Join(IReadOnlyList<JpegPlane> planes, JpegFrame frame, bool isRgb)
    {
        byte[] pixels = new byte[checked(3 * frame.Width * frame.Height)];
        byte[][] rows = [.. planes.Select(_ => new byte[frame.Width + 16])];
        int widest = planes.Max(plane => plane.Component.Horizontal);
        int tallest = planes.Max(plane => plane.Component.Vertical);
        for (int y = 0; y < frame.Height; y++)
        {
            for (int i = 0; i < planes.Count; i++)
            {
                Enlarge(planes[i], y, widest / planes[i].Component.Horizontal, tallest / planes[i].Component.Vertical, rows[i], frame.Width);
            }

            Span<byte> to = pixels.AsSpan(3 * y * frame.Width, 3 * frame.Width);
            if (planes.Count == 1 || isRgb)
            {
                Interleave(rows[0], rows[^1], rows[planes.Count / 2], to);
            }
            else
            {
                Convert(rows[0], rows[1], rows[2], to);
            }
        }

        return new RgbImage(pixels, frame.Width, frame.Height);
    }

    /// <summary>One row of the picture from a plane that is smaller by whole factors.</summary>
    private static void Enlarge(JpegPlane plane, int y, int across, int down, Span<byte> to, int width)
    {
        int row = y / down;
        ReadOnlySpan<byte> near = plane.Row(row);
        bool isFancy = across == 1 || (across == 2 && plane.Width > 2);
        if (down == 2 && isFancy)
        {
            bool isUpper = y % 2 == 0;
            ReadOnlySpan<byte> far = plane.Row(isUpper ? row - 1 : row + 1);
            if (across == 2)
            {
                EnlargeBoth(near, far, to);
            }
            else
            {
                for (int x = 0; x < width; x++)
                {
                    to[x] = (byte)(((3 * near[x]) + far[x] + (isUpper ? 1 : 2)) >> 2);
                }
            }
        }
        else if (across == 2 && down == 1 && isFancy)
        {
            EnlargeAcross(near, to);
        }
        else
        {
            for (int x = 0; x < width; x++)
            {
                to[x] = near[x / across];
            }
        }
    }

    private static void EnlargeAcross(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int last = from.Length - 1;
        for (int x = 0; x <= last; x++)
        {
            to[2 * x] = x == 0 ? from[0] : (byte)(((3 * from[x]) + from[x - 1] + 1) >> 2);
            to[(2 * x) + 1] = x == last ? from[last] : (byte)(((3 * from[x]) + from[x + 1] + 2) >> 2);
        }
    }

    private static void EnlargeBoth(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<byte> to)
    {
        int last = near.Length - 1;
        int before = (3 * near[0]) + far[0];
        int here = before;
        for (int x = 0; x <= last; x++)
        {
            int after = x == last ? here : (3 * near[x + 1]) + far[x + 1];
            to[2 * x] = (byte)(((3 * here) + before + 8) >> 4);
            to[(2 * x) + 1] = (byte)(((3 * here) + after + 7) >> 4);
            (before, here) = (here, after);
        }
    }

    private static void Interleave(ReadOnlySpan<byte> red, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> green, Span<byte> to)
    {
        for (int x = 0; 3 * x < to.Length; x++)
        {
            (to[3 * x], to[(3 * x) + 1], to[(3 * x) + 2]) = (red[x], green[x], blue[x]);
        }
    }

    private static void Convert(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blueness, ReadOnlySpan<byte> redness, Span<byte> to)
    {
        for (int x = 0; 3 * x < to.Length; x++)
        {
            int y = luma[x];
            int cb = blueness[x] - 128;
            int cr = redness[x] - 128;
            to[3 * x] = Clip(y + (((91881 * cr) + Half) >> 16));
            to[(3 * x) + 1] = Clip(y + (((-22554 * cb) - (46802 * cr) + Half) >> 16));
            to[(3 * x) + 2] = Clip(y + (((116130 * cb) + Half) >> 16));
        }
    }

    private static byte Clip(int level) => (byte)Math.Clamp(level, 0, 255);
}
