using Google.Protobuf;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Splitting;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>Vision encoders that are broken or made to do harm: an error that says what is wrong, and never anything else.</summary>
public sealed class HostileGraphTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Split_EmptyFile_IsAnError() => AssertError([], "the file is empty");

    [Fact]
    public void Split_NoGraph_IsAnError() => AssertError([0x08, 0x08], "there is no graph in the file");

    [Fact]
    public void Split_Circle_IsAnError()
    {
        var graph = new OnnxGraphBuilder("encoder");
        graph.Input("pixel_values", Element.Float, "batch", "3");
        graph.Node("Add", "", ["pixel_values", "b"], "a");
        graph.Node("Relu", "", ["a"], "b");
        graph.Node("MatMul", "", ["b", graph.Constant(new float[9], 3, 3)], "image_features");
        graph.Output("image_features", Element.Float, "batch", "3");

        AssertError(graph.Build(), "3 of its 3 nodes wait for each other in a circle");
    }

    [Fact]
    public void Split_OutputOfTwoNodes_IsAnError()
    {
        var graph = new OnnxGraphBuilder("encoder");
        graph.Input("pixel_values", Element.Float, "batch", "3");
        graph.Node("Relu", "", ["pixel_values"], "image_features");
        graph.Node("Abs", "", ["pixel_values"], "image_features");
        graph.Output("image_features", Element.Float, "batch", "3");

        AssertError(graph.Build(), "'image_features' is the output of two nodes");
    }

    [Fact]
    public void Split_ConstantShorterThanItsShape_IsAnError()
    {
        var graph = new OnnxGraphBuilder("encoder");
        graph.Input("pixel_values", Element.Float, "batch", "3");
        graph.Node("MatMul", "", ["pixel_values", graph.Constant(new float[9], 3, 4)], "image_features");
        graph.Output("image_features", Element.Float, "batch", "4");

        AssertError(graph.Build(), "constant 'c0' has 36 bytes for the shape [3, 4], which needs 48");
    }

    [Fact]
    public void Split_WeightsLargerThanMemory_IsAnErrorBeforeTheyAreRead()
    {
        // A file that claims 8 GB and has no block on the disk, named by more constants than memory could hold.
        string data = Path.Combine(_folder.Root, "data");
        using (FileStream file = File.Create(data))
        {
            file.SetLength(8L << 30);
        }

        var graph = new GraphProto();
        for (int i = 0; i < 2000; i++)
        {
            graph.Initializer.Add(new TensorProto
            {
                Name = $"w{i}",
                Dims = { 1 << 30 },
                DataType = OnnxTensor.Float,
                DataLocation = DataLocation.External,
                ExternalData = { new StringStringEntryProto { Key = "location", Value = "data" } },
            });
        }

        string path = _folder.Write("vision_encoder.onnx", FileOf(graph));
        string message = Assert.Throws<ZooPruneException>(() => VisionEncoderSplitter.Split(path)).Message;

        Assert.Contains("its weights take 8589.9 GB and there is memory for", message);
    }

    [Theory]
    [InlineData(1L << 33, 1L)]
    [InlineData(-1L, 4L)]
    public void Split_ImpossibleShape_IsAnError(long rows, long columns)
    {
        TensorProto tensor = Tensor(Element.Float, new byte[16], [rows, columns], "w");

        AssertError(FileOf(new GraphProto { Initializer = { tensor } }), $"constant 'w' has the shape [{rows}, {columns}]");
    }

    [Fact]
    public void Split_DeepSubgraphs_IsAnError()
    {
        var graph = new GraphProto();
        for (int depth = 0; depth < 500; depth++)
        {
            var body = new AttributeProto { Name = "body", G = graph };
            graph = new GraphProto { Node = { new NodeProto { OpType = "Loop", Attribute = { body } } } };
        }

        AssertError(FileOf(graph), "its subgraphs are nested more than 16 deep");
    }

    [Theory]
    [InlineData("llava", "vision_encoder_quantized")]
    [InlineData("llava", "vision_encoder_q4")]
    [InlineData("llava-next", "vision_encoder")]
    public void Split_Mutations_GiveAGraphOrAnError(string model, string name)
    {
        byte[] file = File.ReadAllBytes(TestPaths.Data("Families", model, "onnx", $"{name}.onnx"));
        var random = new Random(17);
        int splits = 0;
        for (int attempt = 0; attempt < 150; attempt++)
        {
            byte[] broken = attempt % 5 == 0 ? file[..random.Next(file.Length)] : [.. file];

            // Most bytes are weights; the structure is near the start and between them, so mutations come in bursts.
            int start = random.Next(broken.Length);
            for (int i = 0; i < 40 && attempt % 5 != 0; i++)
            {
                broken[(start + random.Next(4000)) % broken.Length] = (byte)random.Next(256);
            }

            string path = _folder.Write("vision_encoder.onnx", broken);
            try
            {
                VisionEncoderSplitter.Split(path);
                splits++;
            }
            catch (ZooPruneException)
            {
            }
        }

        Assert.InRange(splits, 1, 149);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] FileOf(GraphProto graph) => new ModelProto { Graph = graph }.ToByteArray();

    private void AssertError(byte[] file, string what)
    {
        string path = _folder.Write("vision_encoder.onnx", file);
        Assert.Equal(
            $"Graph '{path}': it cannot be cut before its projector ({what}). "
            + "Expected a complete ONNX file with its data files beside it; export or download it again.",
            Assert.Throws<ZooPruneException>(() => VisionEncoderSplitter.Split(path)).Message);
    }
}
