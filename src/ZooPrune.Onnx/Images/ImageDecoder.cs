using System.Runtime.Intrinsics;
using SkiaSharp;

namespace ZooPrune.Onnx.Images;

/// <summary>
/// PNG, JPEG, WebP, GIF (the first frame) and BMP files to RGB bytes by Skia, the same as PIL's convert("RGB") gives. Stateless.
/// Transparency is dropped, not blended (what lies under it shows); grey and palette images become RGB; colour profiles are not applied;
/// 16-bit samples lose their lower byte, but grey ones without alpha are refused: PIL makes them white from level 255 of 65,535 on.
/// </summary>
/// <remarks>
/// Memory: the file once, four bytes a pixel, and three more where the image is turned; Skia takes up to six more for a progressive JPEG
/// file. Nothing of it before the header was compared with the limit.
/// </remarks>
/// <param name="maxPixels">Largest width times height that is decoded.</param>
/// <param name="turn">Whether to turn images as their EXIF data asks; otherwise they come as they are stored, as with ML.NET's
/// LoadImages.</param>
internal sealed class ImageDecoder(long maxPixels, bool turn = false)
{
    private const int RowsOfABand = 256;

    /// <param name="path">The file.</param>
    /// <param name="cancellation">Looked at before and while decoding.</param>
    /// <exception cref="ZooPruneException">The file is missing, unreadable, of another format, broken or too large.</exception>
    public RgbImage Read(string path, CancellationToken cancellation = default) =>
        Decode(ImageFile.Read(path, maxPixels), path, cancellation);

    /// <param name="stream">Where from; read to its end.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="cancellation">Looked at while reading and decoding.</param>
    /// <exception cref="ZooPruneException">It is of another format, broken, or longer than any image of the largest size.</exception>
    public RgbImage Read(Stream stream, string name, CancellationToken cancellation = default) =>
        Decode(ImageFile.Read(stream, name, maxPixels, cancellation), name, cancellation);

    /// <summary>Looks at a file without decoding it.</summary>
    /// <exception cref="ZooPruneException">The file is missing or unreadable, or it is cut off or too large.
    /// What other libraries decode and this one does not passes.</exception>
    public unsafe void Check(string path)
    {
        ReadOnlySpan<byte> file = ImageFile.Read(path, maxPixels, mayBeOther: true);
        if (!file.IsEmpty)
        {
            fixed (byte* bytes = file)
            {
                using SKData data = SKData.Create((nint)bytes, file.Length);
                using SKCodec codec = Open(file, data, path, out _);
            }
        }
    }

    /// <param name="file">A whole file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="cancellation">Looked at before decoding and between bands of rows.</param>
    /// <exception cref="ZooPruneException">It is of another format, broken or too large.</exception>
    public unsafe RgbImage Decode(ReadOnlySpan<byte> file, string name, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        fixed (byte* bytes = file)
        {
            // Not a copy: Skia reads where the file lies.
            using SKData data = SKData.Create((nint)bytes, file.Length);
            using SKCodec codec = Open(file, data, name, out SKEncodedImageFormat format);
            var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            byte[] rgba = GC.AllocateUninitializedArray<byte>(4 * info.Width * info.Height);
            fixed (byte* pixels = rgba)
            {
                SKCodecResult result = GetPixels(codec, info, (nint)pixels, cancellation);
                if (result == SKCodecResult.IncompleteInput)
                {
                    throw Throw.ImageTruncated(name, format, file.Length, "last pixels");
                }

                if (result != SKCodecResult.Success)
                {
                    throw Throw.ImageUndecodable(name, format, result);
                }
            }

            if (format == SKEncodedImageFormat.Gif)
            {
                FillTransparent(rgba, ImageStructure.GifBackground(file));
            }

            int orientation = turn ? ImageOrientation.Read(file, format) : 1;
            return orientation > 1
                ? ImageOrientation.Turn(rgba, info.Width, info.Height, orientation)
                : DropAlpha(rgba, info.Width, info.Height);
        }
    }

    /// <summary>Decodes; a large JPEG file in bands of rows, between which the caller is asked. What else is decoded at once takes about a
    /// second
    /// at most.</summary>
    private static SKCodecResult GetPixels(SKCodec codec, SKImageInfo info, nint pixels, CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled || codec.EncodedFormat != SKEncodedImageFormat.Jpeg || info.Height < 2 * RowsOfABand
            || codec.StartScanlineDecode(info) != SKCodecResult.Success)
        {
            return codec.GetPixels(info, pixels);
        }

        for (int row = 0; row < info.Height; row += RowsOfABand)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(RowsOfABand, info.Height - row);
            if (codec.GetScanlines(pixels + ((nint)row * info.RowBytes), rows, info.RowBytes) < rows)
            {
                return SKCodecResult.IncompleteInput;
            }
        }

        return SKCodecResult.Success;
    }

    /// <summary>Reads the header and compares it with the limit, then looks whether the file is whole.</summary>
    private SKCodec Open(ReadOnlySpan<byte> file, SKData data, string name, out SKEncodedImageFormat format)
    {
        format = ImageStructure.FormatOf(file) ?? throw (file.IsEmpty ? Throw.ImageEmpty(name) : Throw.ImageFormatUnknown(name, file));
        SKCodec? codec = SKCodec.Create(data);
        try
        {
            (int width, int height) = codec is null ? (0, 0) : (codec.Info.Width, codec.Info.Height);
            long limit = Math.Min(maxPixels, Array.MaxLength / 4);
            if ((long)width * height > limit)
            {
                throw Throw.ImageTooLarge(name, width, height, limit);
            }

            ImageStructure.Check(file, format, (long)width * height, name);
            return codec is null || codec.EncodedFormat != format ? throw Throw.ImageUndecodable(name, format, SKCodecResult.InvalidInput)
                : ImageStructure.IsGrey16(file, format) ? throw Throw.ImageGrey16(name)
                : codec;
        }
        catch
        {
            codec?.Dispose();
            throw;
        }
    }

    private static void FillTransparent(Span<byte> rgba, ReadOnlySpan<byte> color)
    {
        for (; rgba.Length > 0; rgba = rgba[4..])
        {
            if (rgba[3] == 0)
            {
                color.CopyTo(rgba);
            }
        }
    }

    /// <summary>[height, width, 4] to [height, width, 3] where it lies.</summary>
    private static RgbImage DropAlpha(byte[] pixels, int width, int height)
    {
        // Four pixels at a time: 16 bytes are read before 16 are written, of which the last 4 are overwritten by the next.
        Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
        int from = 0;
        int to = 0;
        for (; from <= pixels.Length - Vector128<byte>.Count; from += 16, to += 12)
        {
            Vector128.Shuffle(Vector128.Create(pixels.AsSpan(from)), order).CopyTo(pixels.AsSpan(to));
        }

        for (; from < pixels.Length; from += 4, to += 3)
        {
            pixels[to] = pixels[from];
            pixels[to + 1] = pixels[from + 1];
            pixels[to + 2] = pixels[from + 2];
        }

        return new RgbImage(pixels, width, height);
    }
}
