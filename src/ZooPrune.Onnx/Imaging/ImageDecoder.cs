using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx;

/// <summary>
/// PNG and JPEG files to RGB bytes, by ONNX Runtime Extensions. Thread-safe. Transparency is dropped, not blended (what lies
/// under it shows), as PIL's convert("RGB") does; grey and palette pictures become RGB; 16-bit samples lose their lower byte.
/// The orientation that EXIF data may ask for is not applied: pixels come as they are stored, as with ML.NET's LoadImages.
/// </summary>
internal sealed class ImageDecoder(long maxPixels) : IDisposable
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
    public unsafe RgbImage Decode(ReadOnlySpan<byte> file, string name)
    {
        ImageHeader header = ImageHeader.Read(file, name, maxPixels);
        if (header.Format == ImageFormat.Jpeg)
        {
            return JpegDecoder.Decode(file, name);
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

    public void Dispose() => _decode.Dispose();

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
