using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx;

/// <summary>
/// RGB bytes to pixel values: resize, centre crop, rescale, normalise, as Hugging Face's image processors do with PIL. One graph
/// of ONNX Runtime, written here. Thread-safe.
/// </summary>
/// <remarks>
/// Resize is ONNX's cubic with a = -0.5, antialiased, outside weights excluded: PIL's bicubic. It runs on bytes, so that the
/// result is rounded to 0..255 before it is normalised, as PIL's is. Agreement with PIL: within one level of 255.
/// </remarks>
internal sealed class ImagePreprocessor : IDisposable
{
    private static readonly string[] InputNames = ["rgb", "resized", "crop_start", "crop_end", "padding"];
    private static readonly string[] OutputNames = ["pixel_values"];

    private readonly PreprocessorSettings _settings;
    private readonly GraphSession _session;

    public ImagePreprocessor(PreprocessorSettings settings, int threads)
    {
        _settings = settings;
        _session = GraphSession.Create("image preprocessing", BuildGraph(settings), threads);
    }

    /// <param name="rgb">Row-major [height, width, 3].</param>
    /// <param name="width">Pixels in a row, &gt; 0.</param>
    /// <param name="height">Rows, &gt; 0.</param>
    /// <returns>The image as [1, 3, S, S].</returns>
    public unsafe PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ResizeGeometry geometry = ResizeGeometry.For(_settings, width, height);
        float[] values = new float[3 * geometry.OutputHeight * geometry.OutputWidth];
        long* resized = stackalloc long[] { 1, 3, geometry.ResizedHeight, geometry.ResizedWidth };
        long* start = stackalloc long[] { geometry.CropTop, geometry.CropLeft };
        long* end = stackalloc long[] { geometry.CropTop + geometry.CropHeight, geometry.CropLeft + geometry.CropWidth };
        long* padding = stackalloc long[]
        {
            0, 0, geometry.PadTop, geometry.PadLeft,
            0, 0, geometry.OutputHeight - geometry.PadTop - geometry.CropHeight, geometry.OutputWidth - geometry.PadLeft - geometry.CropWidth,
        };
        fixed (byte* pixels = rgb)
        fixed (float* output = values)
        {
            using OrtValue pixelsValue = GraphSession.View(pixels, height, width, 3);
            using OrtValue resizedValue = GraphSession.View(resized, 4);
            using OrtValue startValue = GraphSession.View(start, 2);
            using OrtValue endValue = GraphSession.View(end, 2);
            using OrtValue paddingValue = GraphSession.View(padding, 8);
            using OrtValue outputValue = GraphSession.View(output, 1, 3, geometry.OutputHeight, geometry.OutputWidth);
            _session.Run(InputNames, [pixelsValue, resizedValue, startValue, endValue, paddingValue], OutputNames, [outputValue]);
        }

        return new PreparedImage(values, [1, 3, geometry.OutputHeight, geometry.OutputWidth], height, width);
    }

    public void Dispose() => _session.Dispose();

    private static byte[] BuildGraph(PreprocessorSettings settings)
    {
        var graph = new OnnxGraphBuilder("preprocess_image");
        string rgb = graph.Input("rgb", OnnxGraphBuilder.Element.UInt8, "height", "width", "3");
        string resizedShape = graph.Input("resized", OnnxGraphBuilder.Element.Int64, "4");
        string start = graph.Input("crop_start", OnnxGraphBuilder.Element.Int64, "2");
        string end = graph.Input("crop_end", OnnxGraphBuilder.Element.Int64, "2");
        string padding = graph.Input("padding", OnnxGraphBuilder.Element.Int64, "8");

        string planes = graph.Node("Transpose", [rgb], ("perm", new long[] { 2, 0, 1 }));
        string image = graph.Node("Unsqueeze", [planes, graph.Constant([0L], 1)]);
        string resized = graph.Node(
            "Resize",
            [image, graph.None, graph.None, resizedShape],
            ("mode", settings.Resampling == Resampling.Bicubic ? "cubic" : "linear"),
            ("cubic_coeff_a", -0.5f),
            ("antialias", 1),
            ("exclude_outside", 1),
            ("coordinate_transformation_mode", "half_pixel"));
        string cropped = graph.Node("Slice", [resized, start, end, graph.Constant([2L, 3L], 2)]);
        string padded = graph.Node("Pad", [cropped, padding], ("mode", "constant"));
        string levels = graph.Node("Cast", [padded], ("to", 1));

        // (factor * level - mean) / deviation, as one product and one sum a channel.
        float[] scale = [.. settings.Deviation.Select(deviation => settings.RescaleFactor / deviation)];
        float[] shift = [.. settings.Mean.Zip(settings.Deviation, (mean, deviation) => -mean / deviation)];
        string scaled = graph.Node("Mul", [levels, graph.Constant(scale, 1, 3, 1, 1)]);
        graph.Node("Add", "", [scaled, graph.Constant(shift, 1, 3, 1, 1)], "pixel_values");
        graph.Output("pixel_values", OnnxGraphBuilder.Element.Float, "1", "3", "rows", "columns");
        return graph.Build();
    }
}
