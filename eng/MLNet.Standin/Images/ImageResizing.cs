using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Transforms.Image;

/// <summary>How images are brought to a size.</summary>
internal sealed class ImageResizing
{
    private readonly ImageResizingEstimator.ResizingKind _kind;
    private readonly ImageResizingEstimator.Anchor _anchor;

    public ImageResizing(int width, int height, ImageResizingEstimator.ResizingKind kind, ImageResizingEstimator.Anchor anchor)
    {
        Throw.IfOutOfRange(width <= 0, "imageWidth", "An image has a width.");
        Throw.IfOutOfRange(height <= 0, "imageHeight", "An image has a height.");
        Throw.IfOutOfRange(!Enum.IsDefined(kind), "resizing", "There is no such kind of resizing.");
        Throw.IfOutOfRange(!Enum.IsDefined(anchor), "anchor", "There is no such anchor.");
        Width = width;
        Height = height;
        _kind = kind;
        _anchor = anchor;
    }

    public int Width { get; }

    public int Height { get; }

    public static ImageResizing Read(BinaryReader reader) => new(
        reader.ReadInt32(),
        reader.ReadInt32(),
        (ImageResizingEstimator.ResizingKind)reader.ReadByte(),
        (ImageResizingEstimator.Anchor)reader.ReadByte());

    public void Write(BinaryWriter writer)
    {
        writer.Write(Width);
        writer.Write(Height);
        writer.Write((byte)_kind);
        writer.Write((byte)_anchor);
    }

    public MLImage Apply(MLImage source)
    {
        var bitmap = _kind == ImageResizingEstimator.ResizingKind.Fill
            ? source.Bitmap.Resize(new SKSizeI(Width, Height), SKFilterQuality.None)
            : Draw(source.Bitmap);
        return new MLImage(bitmap) { Tag = source.Tag };
    }

    /// <summary>Draws the image onto an empty one of the size, keeping its proportions.</summary>
    private SKBitmap Draw(SKBitmap source)
    {
        float horizontal = (float)Width / source.Width;
        float vertical = (float)Height / source.Height;
        bool pad = _kind == ImageResizingEstimator.ResizingKind.IsoPad;
        float scale = pad ? Math.Min(horizontal, vertical) : Math.Max(horizontal, vertical);
        float restX = Width - (source.Width * scale);
        float restY = Height - (source.Height * scale);
        bool isTooWide = vertical >= horizontal;
        int x = isTooWide == pad ? 0 : Offset(restX, ImageResizingEstimator.Anchor.Left, ImageResizingEstimator.Anchor.Right);
        int y = isTooWide != pad ? 0 : Offset(restY, ImageResizingEstimator.Anchor.Top, ImageResizingEstimator.Anchor.Bottom);
        var target = SKRect.Create(x, y, (int)(source.Width * scale), (int)(source.Height * scale));

        var result = new SKBitmap(Width, Height, isOpaque: true);
        using var canvas = new SKCanvas(result);
        using var paint = new SKPaint { IsAntialias = true, FilterQuality = SKFilterQuality.High };
        canvas.DrawBitmap(source, SKRect.Create(source.Width, source.Height), target, paint);
        return result;
    }

    private int Offset(float rest, ImageResizingEstimator.Anchor start, ImageResizingEstimator.Anchor end)
    {
        bool isAnchored = _kind == ImageResizingEstimator.ResizingKind.IsoCrop;
        return isAnchored && _anchor == start ? 0 : (int)(isAnchored && _anchor == end ? rest : rest / 2);
    }
}
