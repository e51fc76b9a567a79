using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

/// <summary>Graphs whose constants are in another file.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Split_ExternalConstants_LeavesThemWhereTheyAre()
    {
        byte[] file = EncoderGraphs.Build(EncoderGraphs.Mlp);
        (byte[] graph, byte[] data) = ExternalGraph.Of(file);
        string path = Write(graph, data);

        SplitVisionEncoder split = SplitCheck.SameFeatures(path, 1e-5, EncoderGraphs.Input());

        Assert.Equal(EncoderGraphs.Weights.Second.Weight, Assert.IsType<ProjectorPart.Mlp>(split.Projector).Weights.Second.Weight);
        Assert.Equal(_folder.Root, split.Folder);
        OnnxGraph encoder = OnnxGraphReader.Read(split.Encoder);
        Assert.Equal(2, encoder.Constants.Values.Count(constant => constant.External is { Location: ExternalGraph.DataFile }));
        Assert.InRange(split.Encoder.Length, 1, 2000);
    }

    [Fact]
    public void Split_LinkedFiles_Loads()
    {
        // The hub's cache has links in the model's folder and the files elsewhere, under other names.
        (byte[] graph, byte[] data) = ExternalGraph.Of(EncoderGraphs.Build(EncoderGraphs.Mlp));
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Root, "snapshot")).FullName, "vision_encoder.onnx");
        File.CreateSymbolicLink(path, _folder.Write("blobs/aa", graph));
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "snapshot", ExternalGraph.DataFile), _folder.Write("blobs/bb", data));

        GraphRun.File(path, EncoderGraphs.Input());
        SplitVisionEncoder split = VisionEncoderSplitter.Split(path);

        Assert.Equal(EncoderGraphs.Tokens * EncoderGraphs.Width * 2, GraphRun.Encoder(split, EncoderGraphs.Input()).Values.Length);
    }

    [Theory]
    [InlineData("../data")]
    [InlineData("a/../../data")]
    [InlineData("..\\data")]
    [InlineData("/data")]
    [InlineData("C:data")]
    [InlineData("da\0ta")]
    [InlineData("da\u001bta")]
    public void Split_LocationOutsideTheFolder_IsAnErrorBeforeAnythingIsOpened(string location)
    {
        (byte[] graph, byte[] data) = ExternalGraph.Of(EncoderGraphs.Build(EncoderGraphs.Mlp), location: location);
        string path = Write(graph, data);

        string shown = string.Concat(location.Select(character => char.IsControl(character) ? '\uFFFD' : character));
        AssertError(path, $"constant 'c2' is in the file '{shown}', which is not in the graph's folder");
    }

    [Fact]
    public void Split_MissingDataFile_SaysWhich()
    {
        string path = Write(ExternalGraph.Of(EncoderGraphs.Build(EncoderGraphs.Mlp)).Graph, null);

        AssertError(path, "constant 'c2' is in the file 'vision_encoder.onnx_data', which is missing");
    }

    [Fact]
    public void Split_DataPastTheEnd_SaysWhere()
    {
        (byte[] graph, byte[] data) = ExternalGraph.Of(EncoderGraphs.Build(EncoderGraphs.Mlp));
        string path = Write(graph, data[..^1]);

        AssertError(
            path,
            $"constant 'c15' is 80 bytes from byte {data.Length - 80:N0} of 'vision_encoder.onnx_data', which has {data.Length - 1:N0}");
    }

    [Theory]
    [InlineData(long.MaxValue - 100_000)]
    [InlineData(1L << 40)]
    public void Split_OffsetPastTheEnd_IsAnError(long shift)
    {
        (byte[] graph, byte[] data) = ExternalGraph.Of(EncoderGraphs.Build(EncoderGraphs.Mlp), shift: shift);

        Assert.Contains("which has", Assert.Throws<ZooPruneException>(() => VisionEncoderSplitter.Split(Write(graph, data))).Message);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertError(string path, string what) => Assert.Equal(
        $"Graph '{path}': it cannot be cut before its projector ({what}). "
        + "Expected a complete ONNX file with its data files beside it; export or download it again.",
        Assert.Throws<ZooPruneException>(() => VisionEncoderSplitter.Split(path)).Message);

    private string Write(byte[] graph, byte[]? data)
    {
        if (data is not null)
        {
            _folder.Write(ExternalGraph.DataFile, data);
        }

        return _folder.Write("vision_encoder.onnx", graph);
    }
}
