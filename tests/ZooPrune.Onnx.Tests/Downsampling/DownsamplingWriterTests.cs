using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Downsampling;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.PrunerGraph;
using ZooPrune.Onnx.Splitting;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>The graph for pictures in fewer pixels, its positions and its pixels.</summary>
public sealed class DownsamplingWriterTests
{
    // The small encoders of these tests: 2 x 2 patches of 4 x 4 pixels, width 6.
    private const int Grid = 2;
    private const int Width = 6;
    private const int Side = 8;

    private static readonly float[] Table = Near.Random(Grid * Grid * Width, 5);

    public static TheoryData<int> GoldenCases => [.. Enumerable.Range(0, DownsamplingGolden.All.Count)];

    /// <summary>Every encoder of one size in the repository, in every precision; that of LLaVA-NeXT takes one tile here.</summary>
    public static TheoryData<string, string> Encoders => new()
    {
        { "shapes-vlm", "vision_encoder.onnx" },
        { "llava", "vision_encoder.onnx" },
        { "llava", "vision_encoder_fp16.onnx" },
        { "llava", "vision_encoder_quantized.onnx" },
        { "llava", "vision_encoder_q4.onnx" },
        { "llava-interleave", "vision_encoder.onnx" },
        { "llava-next", "vision_encoder.onnx" },
    };

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Write_AtItsOwnSize_ChangesNothing(string name, string file)
    {
        (byte[] bytes, string folder) = Encoder(name, file);
        using GraphSession original = GraphSession.OpenPart(file, bytes, settings: 1, folder);
        int side = original.Inputs["pixel_values"].Dimensions[2];
        int grid = side / 14;
        (ModelProto model, PositionTable table) = DownsamplingWriter.Write(Constants(bytes, folder), grid, out _)!.Value;
        using GraphSession any = GraphSession.OpenPart(file, model.ToByteArray(), settings: 1, folder);
        float[] pixels = Near.Random(3 * side * side, 6);
        (float[] expected, long[] shape) = Run(original, pixels, side, null, 0);

        (float[] got, long[] gotShape) = Run(any, pixels, side, table, grid);
        Assert.Equal(shape, gotShape);

        // Where activations are rounded to 8 bits, the last bit of a float decides about a level.
        double tolerance = file.Contains("quantized", StringComparison.Ordinal) ? 2e-2 : 1e-5;
        Near.Equal(expected, got, tolerance, tolerance);

        for (int smaller = 1; smaller < grid; smaller += 2)
        {
            (_, gotShape) = Run(any, Near.Random(3 * 14 * 14 * smaller * smaller, 7), 14 * smaller, table, smaller);
            Assert.Equal([1, smaller * smaller, shape[2]], gotShape);
        }
    }

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Resize_PositionsAndPixels_AreWhatPyTorchGives(int index)
    {
        DownsamplingGolden golden = DownsamplingGolden.All[index];
        (byte[] bytes, string folder) = Encoder("shapes-vlm", "vision_encoder.onnx");
        PositionTable table = DownsamplingWriter.Write(Constants(bytes, folder), 24, out _)!.Value.Table;
        golden.Positions.CheckNear(table.Resize(golden.Grid), 2e-6);

        using var model = VisionLanguageModel.Load(TestPaths.Model);
        ReadOnlySpan<float> pixels = model.Prepare(DownsamplingGolden.ImagePath).PixelValues.Span;
        golden.Pixels.CheckNear(PixelResizer.Resize(pixels, 336, 14 * golden.Grid), 2e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Resize_OneColour_StaysIt(int target)
    {
        float[] pixels = [.. Enumerable.Repeat(0.75f, 64), .. Enumerable.Repeat(-2f, 64), .. Enumerable.Repeat(1000f, 64)];
        float[] resized = PixelResizer.Resize(pixels, 8, target);
        Near.Equal([.. pixels.Chunk(64).SelectMany(channel => channel[..(target * target)])], resized, 0, 3e-6);

        // A class token's row stays, the others are all one.
        var table = new PositionTable(8, true, [65, 1], [7, .. pixels[..64]], OnnxTensor.Float);
        Near.Equal([7, .. pixels[..(target * target)]], table.Resize(target), 1e-6);
    }

    [Fact]
    public void Resize_ToItsOwnSize_IsExact()
    {
        var table = new PositionTable(5, true, [1, 26, 3], Near.Random(26 * 3, 8), OnnxTensor.Float);
        Assert.Equal(table.Values, table.Resize(5));
        float[] pixels = Near.Random(3 * 8 * 8, 9);
        Assert.Equal(pixels, PixelResizer.Resize(pixels, 8, 8));
    }

    public static TheoryData<string> Spellings => new("plain", "first", "batch", "constant", "lookup", "float16", "bfloat16", "quantized");

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Write_TableInAnySpelling_IsResized(string spelling)
    {
        ConstantFolder constants = new(OnnxGraphReader.Read(Small(spelling)));
        (ModelProto model, PositionTable table) = DownsamplingWriter.Write(constants, Grid, out string problem)!.Value;
        Assert.Empty(problem);
        using GraphSession session = GraphSession.Create("small", model.ToByteArray(), 1);

        // One patch: what 2 x 2 places have in common is their mean. A black picture leaves nothing else.
        (float[] got, long[] shape) = Run(session, new float[3 * 4 * 4], 4, table, 1);
        Assert.Equal([1, 1, Width], shape);
        float[] mean = [.. Enumerable.Range(0, Width).Select(i => Enumerable.Range(0, 4).Average(row => Table[(row * Width) + i]))];
        Near.Equal(mean, got, spelling switch { "quantized" or "bfloat16" => 5e-3, "float16" => 1e-3, _ => 1e-6 });
    }

    [Theory]
    [InlineData(576, 1024, true, new long[] { -1, 577, 16, 64 }, new[] { 1 })]
    [InlineData(576, 1024, true, new long[] { 577, 1024 }, new[] { 0 })]
    [InlineData(576, 1024, true, new long[] { 16, 577, 577 }, new[] { 1, 2 })]
    [InlineData(576, 1024, true, new long[] { 1, 16, -1, 64 }, new int[0])]
    [InlineData(576, 1024, false, new long[] { -1, 1024, 576 }, new[] { 2 })]
    [InlineData(576, 96, true, new long[] { -1, 577, 3, 3, 32 }, new[] { 1 })]
    [InlineData(64, 768, true, new long[] { -1, 65, 12, 64 }, new[] { 1 })] // A head is 64 wide.
    [InlineData(64, 768, true, new long[] { 12, -1, 64 }, new int[0])]
    [InlineData(16, 1152, true, new long[] { -1, 16, 16, 72 }, null)] // 16 heads, or 16 tokens?
    [InlineData(1024, 1024, false, new long[] { -1, 1024, 1024 }, null)]
    [InlineData(1024, 1024, true, new long[] { -1, 1024, 1024 }, null)]
    public void TokenPlaces_Shape_AreWhereTokensAre(int count, int width, bool isBehind, long[] sizes, int[]? places) =>
        Assert.Equal(places, DownsamplingWriter.TokenPlaces(sizes, count, width, isBehind));

    [Fact]
    public void Write_ShapeWithTheNumberTwice_SaysSo()
    {
        ConstantFolder constants = new(OnnxGraphReader.Read(Small("plain", [-1, 4, 4, 2])));
        Assert.Null(DownsamplingWriter.Write(constants, Grid, out string problem));
        Assert.Equal("a Reshape to [-1, 4, 4, 2] does not tell which number is that of the tokens", problem);
    }

    [Fact]
    public void Write_TableOfAnotherGrid_IsNone()
    {
        ConstantFolder constants = new(OnnxGraphReader.Read(Small("plain")));
        Assert.Null(DownsamplingWriter.Write(constants, Grid + 1, out string problem));
        Assert.Equal("nothing of the shape [9 or 10, width] that is constant is added to its patches", problem);
    }

    /// <summary>Patches of a picture, positions, and a Reshape behind them.</summary>
    private static byte[] Small(string spelling, long[]? sizes = null)
    {
        var graph = new OnnxGraphBuilder("encoder");
        string pixels = graph.Input("pixel_values", Element.Float, "batch", "3", $"{Side}", $"{Side}");
        string patches = graph.Node(
            "Conv",
            [pixels, graph.Constant(Near.Random(Width * 3 * 4 * 4, 1), Width, 3, 4, 4)],
            ("strides", (long[])[4, 4]),
            ("kernel_shape", (long[])[4, 4]));
        string rows = graph.Node("Transpose", [
            graph.Node("Reshape", [patches, graph.Constant([-1L, Width, Grid * Grid], 3)])], ("perm", (long[])[0, 2, 1]));
        string x = spelling == "first"
            ? graph.Node("Add", [Positions(graph, spelling), rows])
            : graph.Node("Add", [rows, Positions(graph, spelling)]);

        // Sizes that are put together of several constants, and of computed ones.
        string shape = sizes is not null
            ? graph.Constant(sizes, sizes.Length)
            : graph.Node(
                "Concat", [graph.Dimensions(x, 0, 1), graph.Constant([4L], 1), graph.Constant([(long)Width], 1)], ("axis", 0));
        graph.Node("Reshape", "", [x, shape], "visual_tokens");
        graph.Output("visual_tokens", Element.Float, "batch", "4", $"{Width}");
        return graph.Build();
    }

    private static string Positions(OnnxGraphBuilder graph, string spelling)
    {
        switch (spelling)
        {
            case "batch":
                return graph.Constant(Table, 1, 4, Width);
            case "constant":
                byte[] raw = System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Table).ToArray();
                return graph.Node("Constant", [], ("value", (Element.Float, raw, (long[])[4, Width])));
            case "lookup":
                return graph.Node("Gather", [graph.Constant(Table, 4, Width), graph.Constant([0L, 1, 2, 3], 1, 4)]);
            case "float16":
                return graph.Node("Cast", [graph.Halves(Table, 4, Width)], ("to", OnnxTensor.Float));
            case "bfloat16":
                string narrow = graph.Node("Cast", [graph.Constant(Table, 4, Width)], ("to", OnnxTensor.BFloat16));
                return graph.Node("Cast", [narrow], ("to", OnnxTensor.Float));
            case "quantized":
                byte[] levels = [.. Table.Select(value => (byte)MathF.Round((value * 127) + 128))];
                string table = graph.Constant(Element.UInt8, levels, 4, Width);
                string looked = graph.Node("Gather", [table, graph.Constant([0L, 1, 2, 3], 1, 4)]);
                return graph.Node("DequantizeLinear", [
                    looked, graph.ScalarWithoutShape(1 / 127f), graph.Constant(Element.UInt8, [128], [])]);
            default:
                return graph.Constant(Table, 4, Width);
        }
    }

    private static (byte[] Model, string Folder) Encoder(string name, string file)
    {
        string root = name == "shapes-vlm" ? TestPaths.Model : FamilyCase.ModelFolder(name);
        string path = Path.Combine(root, "onnx", file);
        if (name == "shapes-vlm")
        {
            return (File.ReadAllBytes(path), Path.GetDirectoryName(path)!);
        }

        SplitVisionEncoder split = VisionEncoderSplitter.Split(path);
        return (split.Encoder, split.Folder);
    }

    private static ConstantFolder Constants(byte[] model, string folder) =>
        new(new GraphOrder(OnnxGraphReader.Read(model)), new ExternalDataFolder(folder));

    private static (float[] Values, long[] Shape) Run(GraphSession session, float[] pixels, int side, PositionTable? table, int grid)
    {
        var inputs = new List<(string Name, OrtValue Value)> { ("pixel_values", GraphRun.Tensor(pixels, 1, 3, side, side)) };
        if (table is not null)
        {
            float[] positions = table.Resize(grid);
            long[] shape = [.. table.Shape[..^2], positions.Length / table.Width, table.Width];
            inputs.Add((DownsamplingWriter.Positions, GraphRun.Tensor(positions, shape)));
            inputs.Add((DownsamplingWriter.Tokens, GraphRun.Tensor<long>([grid * grid], 1)));
        }

        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            inputs, [new OutputPlace(session.Outputs.Keys.Single(), OnHost: true)], CancellationToken.None);
        float[] values = new float[outputs[0].GetTensorTypeAndShape().ElementCount];
        FloatTensors.Read(outputs[0], 0, values);
        return (values, outputs[0].GetTensorTypeAndShape().Shape);
    }
}
