using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx;

/// <summary>
/// PNG and JPEG files to RGB bytes, the same as PIL's convert("RGB") gives. Thread-safe. PNG by ONNX Runtime Extensions, JPEG by
/// <see cref="JpegDecoder"/>. Transparency is dropped, not blended (what lies under it shows); grey and palette pictures become RGB;
/// 16-bit samples lose their lower byte, but grey ones without alpha are refused: PIL makes them white from level 255 of 65,535 on.
/// </summary>
/// <param name="maxPixels">Largest width times height that is decoded.</param>
/// <param name="turn">Whether to turn pictures as their EXIF data asks; otherwise they come as they are stored, as with ML.NET's LoadImages.</param>
internal sealed class ImageDecoder(long maxPixels, bool turn = false) : IDisposable
{
    private readonly GraphSession _decode = GraphSession.Create("image decoding", BuildGraph(), threads: 1, withExtensions: true);

    /// <exception cref="ZooPruneException">The file is missing, unreadable, no PNG or JPEG, broken or too large.</exception>
    public RgbImage Read(string path) => Decode(ReadFile(path), path);

    /// <summary>Looks at a file without decoding it.</summary>
    /// <exception cref="ZooPruneException">The file is missing or unreadable, or it is a PNG or JPEG that is broken or too large.
    /// What other libraries decode and this one does not passes.</exception>
    public void Check(string path)
    {
        byte[] file = ReadFile(path);
        if (PngStructure.Matches(file) || JpegStructure.Matches(file))
        {
            ImageHeader.Read(file, path, maxPixels);
        }
    }

    /// <param name="file">A whole PNG or JPEG file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="ZooPruneException">It is no PNG or JPEG, broken or too large.</exception>
    public RgbImage Decode(ReadOnlySpan<byte> file, string name)
    {
        ImageHeader header = ImageHeader.Read(file, name, maxPixels);
        RgbImage image = header.Format == ImageFormat.Jpeg ? JpegDecoder.Decode(file, name) : DecodePng(file, name, header);
        return turn ? ImageOrientation.Apply(image, ImageOrientation.Read(file)) : image;
    }

    public void Dispose() => _decode.Dispose();

    private unsafe RgbImage DecodePng(ReadOnlySpan<byte> file, string name, ImageHeader header)
    {
        if (PngStructure.IsGrey16(file))
        {
            throw Throw.ImageGrey16(name);
        }

        try
        {
            fixed (byte* bytes = file)
            {
                using OrtValue encoded = GraphSession.View(bytes, file.Length);
                using IDisposableReadOnlyCollection<OrtValue> outputs = _decode.Run(["file"], [encoded], ["rgb"]);
                long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
                if (shape is not [var height, var width, 1 or 3] || height != header.Height || width != header.Width)
                {
                    string got = string.Join(", ", shape);
                    throw Throw.ImageMalformed(name, header.Format, $"it decodes to [{got}] instead of [{header.Height}, {header.Width}, 3]");
                }

                ReadOnlySpan<byte> pixels = outputs[0].GetTensorDataAsSpan<byte>();
                return new RgbImage(shape[2] == 3 ? pixels.ToArray() : SpreadGrey(pixels), header.Width, header.Height);
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.ImageUndecodable(name, header.Format, exception);
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Throw.ImageMissing(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Throw.ImageUnreadable(path, exception);
        }
    }

    private static byte[] SpreadGrey(ReadOnlySpan<byte> grey)
    {
        byte[] rgb = new byte[3 * grey.Length];
        for (int i = 0; i < grey.Length; i++)
        {
            rgb.AsSpan(3 * i, 3).Fill(grey[i]);
        }

        return rgb;
    }

    private static byte[] BuildGraph()
    {
        var graph = new OnnxGraphBuilder("decode_image");
        string file = graph.Input("file", OnnxGraphBuilder.Element.UInt8, "bytes");
        graph.Node("DecodeImage", OnnxGraphBuilder.ExtensionsDomain, [file], "rgb", ("color_space", "rgb"));
        graph.Output("rgb", OnnxGraphBuilder.Element.UInt8, "height", "width", "3");
        return graph.Build();
    }
}
