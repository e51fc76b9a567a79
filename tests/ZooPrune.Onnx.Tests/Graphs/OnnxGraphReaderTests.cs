using Google.Protobuf;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

public sealed class OnnxGraphReaderTests
{
    [Fact]
    public void Read_GraphOfTheBuilder_HasItsNodesAndConstants()
    {
        OnnxGraph graph = OnnxGraphReader.Read(ProjectorGraphs.Gelu(ProjectorGraphs.Weights(2, 3, 4)));

        Assert.Equal(["visual_tokens"], graph.Inputs.Select(input => input.Name));
        OnnxValue output = Assert.Single(graph.Outputs);
        Assert.Equal(("projected", OnnxTensor.Float, 4), (output.Name, output.ElementType, output.Width));
        Assert.Equal(["batch", "tokens", "4"], output.Dimensions!);
        Assert.Equal(["MatMul", "Add", "Gelu", "MatMul", "Add"], graph.Nodes.Select(node => node.Operator));
        Assert.Equal("none", graph.Nodes[2].Attributes["approximate"].Text);
        Assert.Equal([[2L, 3L], [3L], [3L, 4L], [4L]], graph.Constants.Values.Select(constant => constant.Dimensions));
    }

    [Fact]
    public void Read_ProjectorOfTorchExport_HasItsWeights()
    {
        OnnxGraph graph = OnnxGraphReader.Read(File.ReadAllBytes(Path.Combine(TestPaths.Model, "onnx", "projector.onnx")));

        Assert.Single(graph.Inputs);
        Assert.Single(graph.Outputs);
        Assert.Contains(graph.Constants.Values, constant => constant is { Dimensions: [96, 128], Raw.Length: 96 * 128 * sizeof(float) });
    }

    [Fact]
    public void Read_EveryPrefixOfAFile_IsAnErrorOrAGraph()
    {
        byte[] file = ProjectorGraphs.SpelledGelu(ProjectorGraphs.Weights(2, 3, 4));
        for (int length = 0; length < file.Length; length++)
        {
            ReadOrInvalid(file.AsMemory(0, length));
        }
    }

    [Fact]
    public void Read_FlippedBytes_IsAnErrorOrAGraph()
    {
        byte[] file = ProjectorGraphs.Gemm(ProjectorGraphs.Weights(2, 3, 4));
        var random = new Random(5);
        for (int attempt = 0; attempt < 3000; attempt++)
        {
            byte[] broken = [.. file];
            for (int flips = 0; flips <= attempt % 4; flips++)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            if (ReadOrInvalid(broken) is { } graph)
            {
                RecognizeOrInvalid(graph);
            }
        }
    }

    [Fact]
    public void Read_WrongShapeOfConstant_SaysWhichAndHow()
    {
        byte[] file = FileOf(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Float, new byte[20], [2, 3], "w"));

        var exception = Assert.Throws<InvalidDataException>(() => OnnxGraphReader.Read(file));
        Assert.Equal("constant 'w' has 20 bytes for the shape [2, 3], which needs 24", exception.Message);
    }

    [Fact]
    public void Read_HugeShape_DoesNotOverflow()
    {
        byte[] file = FileOf(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Float, [], [1L << 32, 1L << 32], "w"));

        var exception = Assert.Throws<InvalidDataException>(() => OnnxGraphReader.Read(file));
        Assert.Equal("constant 'w' has the shape [4294967296, 4294967296]", exception.Message);
    }

    [Fact]
    public void Read_NoGraph_SaysSo()
    {
        var exception = Assert.Throws<InvalidDataException>(() => OnnxGraphReader.Read(Array.Empty<byte>()));
        Assert.Equal("there is no graph in the file", exception.Message);
    }

    [Fact]
    public void Read_Subgraph_NamesWhatItTakesFromOutside()
    {
        var inner = new GraphProto
        {
            Node = { new NodeProto { OpType = "Add", Input = { "outside", "own" }, Output = { "sum" } } },
            Initializer = { OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Float, [], [0], "own") },
            Output = { new ValueInfoProto { Name = "sum" }, new ValueInfoProto { Name = "also outside" } },
        };
        var branch = new AttributeProto { Name = "then_branch", G = inner };
        var node = new NodeProto { OpType = "If", Output = { "out" }, Attribute = { branch } };

        OnnxGraph graph = OnnxGraphReader.Read(new ModelProto { Graph = new GraphProto { Node = { node } } }.ToByteArray());

        Assert.Equal(["outside", "also outside"], Assert.Single(graph.Nodes).Captured);
    }

    [Theory]
    [InlineData(11, 10, "000000000000F83F")]
    [InlineData(13, 11, "2A")]
    [InlineData(7, 7, "2A")]
    [InlineData(3, 5, "2A")]
    public void Read_ListedValues_AreRead(int elementType, int field, string packed)
    {
        var tensor = new TensorProto { Dims = { 1 }, DataType = elementType, Name = "w" };
        tensor.MergeFrom([(byte)((field << 3) | 2), (byte)(packed.Length / 2), .. Convert.FromHexString(packed)]);

        OnnxGraph graph = OnnxGraphReader.Read(FileOf(tensor));

        Assert.Equal(packed, Convert.ToHexString(graph.Constants["w"].Raw.Span[..(packed.Length / 2)]));
    }

    [Theory]
    [InlineData("80", "the file ends inside a number")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF01", "a number before byte 10 of a message has more than ten bytes")]
    [InlineData("3A05AA", "a value of 5 bytes starts at byte 2 of 3")]
    [InlineData("3AFFFFFFFF7FAA", "a value of 34,359,738,367 bytes starts at byte 6 of 7")]
    [InlineData("0D0102", "a value of 4 bytes starts at byte 1 of 3")]
    [InlineData("00", "field tag 0 at byte 1 of a message is not valid")]
    [InlineData("0B", "wire type 3 at byte 1 of a message is not valid")]
    [InlineData("3A003A00", "there are two graphs in the file")]
    [InlineData("3A020A05", "a value of 5 bytes starts at byte 2 of 2")]
    public void Read_MalformedMessage_SaysWhatIsWrong(string hex, string message)
    {
        var exception = Assert.Throws<InvalidDataException>(() => OnnxGraphReader.Read(Convert.FromHexString(hex)));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Read_NameThatIsNoText_IsAnError()
    {
        byte[] file = FileOf(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Float, [], [0], "name"));
        file[file.AsSpan().IndexOf("name"u8)] = 0xFF;

        Assert.StartsWith(
            "a message in the file is broken: ", Assert.Throws<InvalidDataException>(() => OnnxGraphReader.Read(file)).Message);
    }

    [Fact]
    public void Read_Constants_AreViewsOfTheFile()
    {
        byte[] file = ProjectorGraphs.Gelu(ProjectorGraphs.Weights(2, 3, 4));

        foreach (OnnxTensor constant in OnnxGraphReader.Read(file).Constants.Values)
        {
            Assert.True(file.AsSpan().Overlaps(constant.Raw.Span));
        }
    }

    [Fact]
    public void Read_ThenWrite_KeepsWhatIsNotDeclared()
    {
        // doc_string of a model, a graph, a node and a tensor; a training_info.
        byte[] file = new ModelProto
        {
            Graph = new GraphProto
            {
                Node = { With(new NodeProto { OpType = "Abs", Input = { "x" }, Output = { "y" } }, 6) },
                Initializer = { With(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Float, new byte[4], [1], "x"), 12) },
            },
        }.ToByteArray();
        file = [.. file, 0x32, 2, (byte)'h', (byte)'i', 0xA2, 1, 0];

        ModelProto model = OnnxModelReader.Read(file);

        Assert.Equal(ModelProto.Parser.ParseFrom(file), model);
        Assert.Equal(file.Length, model.ToByteArray().Length);

        static T With<T>(T message, int field)
            where T : IMessage
        {
            message.MergeFrom([(byte)((field << 3) | 2), 2, (byte)'h', (byte)'i']);
            return message;
        }
    }

    private static byte[] FileOf(TensorProto tensor) =>
        new ModelProto { Graph = new GraphProto { Initializer = { tensor } } }.ToByteArray();

    private static OnnxGraph? ReadOrInvalid(ReadOnlyMemory<byte> file)
    {
        try
        {
            return OnnxGraphReader.Read(file);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static void RecognizeOrInvalid(OnnxGraph graph)
    {
        try
        {
            ProjectorRecognizer.Recognize(new ConstantFolder(graph), out _);
        }
        catch (InvalidDataException)
        {
            // Two nodes with one output: a broken file that says so.
        }
    }
}
