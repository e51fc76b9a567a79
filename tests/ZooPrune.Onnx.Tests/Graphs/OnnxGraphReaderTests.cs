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
        ProtobufWriter tensor = new ProtobufWriter()
            .WriteInt64(1, 2).WriteInt64(1, 3).WriteInt64(2, 1).WriteString(8, "w").WriteBytes(9, new byte[20]);
        byte[] file = new ProtobufWriter().WriteMessage(7, new ProtobufWriter().WriteMessage(5, tensor)).ToArray();

        var exception = Assert.Throws<InvalidDataException>(() => OnnxGraphReader.Read(file));
        Assert.Equal("constant 'w' has 20 bytes for the shape [2, 3], which needs 24", exception.Message);
    }

    [Fact]
    public void Read_HugeShape_DoesNotOverflow()
    {
        ProtobufWriter tensor = new ProtobufWriter()
            .WriteInt64(1, 1L << 32).WriteInt64(1, 1L << 32).WriteInt64(2, 1).WriteString(8, "w").WriteBytes(9, []);
        byte[] file = new ProtobufWriter().WriteMessage(7, new ProtobufWriter().WriteMessage(5, tensor)).ToArray();

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
        ProtobufWriter inner = new ProtobufWriter()
            .WriteMessage(1, new ProtobufWriter().WriteString(1, "outside").WriteString(1, "own").WriteString(2, "sum").WriteString(4, "Add"))
            .WriteMessage(5, new ProtobufWriter().WriteInt64(2, 1).WriteInt64(1, 0).WriteString(8, "own"))
            .WriteMessage(12, new ProtobufWriter().WriteString(1, "sum"))
            .WriteMessage(12, new ProtobufWriter().WriteString(1, "also outside"));
        ProtobufWriter node = new ProtobufWriter().WriteString(2, "out").WriteString(4, "If")
            .WriteMessage(5, new ProtobufWriter().WriteString(1, "then_branch").WriteMessage(6, inner));

        OnnxGraph graph = OnnxGraphReader.Read(new ProtobufWriter().WriteMessage(7, new ProtobufWriter().WriteMessage(1, node)).ToArray());

        Assert.Equal(["outside", "also outside"], Assert.Single(graph.Nodes).Captured);
    }

    [Theory]
    [InlineData(11, 10, "000000000000F83F")]
    [InlineData(13, 11, "2A")]
    [InlineData(7, 7, "2A")]
    [InlineData(3, 5, "2A")]
    public void Read_ListedValues_AreRead(int elementType, int field, string packed)
    {
        ProtobufWriter tensor = new ProtobufWriter().WriteInt64(1, 1).WriteInt64(2, elementType).WriteString(8, "w").WriteBytes(field, Convert.FromHexString(packed));

        OnnxGraph graph = OnnxGraphReader.Read(new ProtobufWriter().WriteMessage(7, new ProtobufWriter().WriteMessage(5, tensor)).ToArray());

        Assert.Equal(packed, Convert.ToHexString(graph.Constants["w"].Raw.Span[..(packed.Length / 2)]));
    }

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
