using Google.Protobuf;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

/// <summary>Graphs whose weights stay in the file that they were made out of.</summary>
public sealed class RewrittenGraphTests : IDisposable
{
    private static readonly byte[] Encoder = EncoderGraphs.Build(EncoderGraphs.Mlp);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llava", "vision_encoder")]
    [InlineData("llava", "vision_encoder_fp16")]
    [InlineData("llava", "vision_encoder_quantized")]
    [InlineData("llava", "vision_encoder_q4")]
    [InlineData("llava-next", "vision_encoder")]
    public void Split_InPlace_LoadsTheSameBytesOfTheOriginal(string model, string file)
    {
        string path = TestPaths.Data("Families", model, "onnx", $"{file}.onnx");
        OnnxGraph inside = OnnxGraphReader.Read(VisionEncoderSplitter.Split(path).Encoder);

        SplitVisionEncoder split = VisionEncoderSplitter.Split(path, inPlaceFrom: 0);

        OnnxGraph outside = OnnxGraphReader.Read(split.Encoder);
        var files = new ExternalDataFolder(split.Folder);
        Assert.Equal(inside.Constants.Keys, outside.Constants.Keys);
        Assert.All(outside.Constants.Values, tensor =>
            Assert.Equal(inside.Constants[tensor.Name].Raw.ToArray(), files.Read(tensor).ToArray()));
        Assert.All(outside.Constants.Values, tensor => Assert.Equal(tensor.ByteLength >= 1024, tensor.External?.Location == $"{file}.onnx"));
        using GraphSession session = GraphSession.OpenPart(path, split.Encoder, settings: 1, split.Folder);
        Assert.Equal([split.OutputName], session.Outputs.Keys);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Split_InPlace_NeedsNoAlignment(int shift)
    {
        // The name of a graph stands before its weights: it moves them byte by byte.
        ModelProto model = ModelProto.Parser.ParseFrom(Encoder);
        model.ProducerName = new string('p', 5 + shift);
        string path = _folder.Write("vision_encoder.onnx", model.ToByteArray());

        AssertSame(VisionEncoderSplitter.Split(path), VisionEncoderSplitter.Split(path, inPlaceFrom: 0), "vision_encoder.onnx", count: 2);
    }

    [Fact]
    public void Split_FewWeights_StayInTheGraph()
    {
        string path = _folder.Write("vision_encoder.onnx", Encoder);

        Assert.Equal(
            VisionEncoderSplitter.Split(path).Encoder, VisionEncoderSplitter.Split(path, RewrittenGraph.InPlaceFrom).Encoder);
    }

    [Fact]
    public void Split_ListedValues_StayInTheGraph()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Encoder);
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => tensor.DataType == OnnxTensor.Float))
        {
            tensor.FloatData.Add(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray());
            tensor.ClearRawData();
        }

        string path = _folder.Write("vision_encoder.onnx", model.ToByteArray());

        AssertSame(VisionEncoderSplitter.Split(path), VisionEncoderSplitter.Split(path, inPlaceFrom: 0), "vision_encoder.onnx", count: 0);
    }

    [UnixFact]
    public void Split_LinkedGraph_TakesWeightsFromWhereTheLinkLeads()
    {
        // The hub's cache has links in the model's folder and the files elsewhere, under other names.
        _folder.Write("blobs/aa", Encoder);
        string path = Link("vision_encoder.onnx", "aa");

        AssertSame(VisionEncoderSplitter.Split(path), VisionEncoderSplitter.Split(path, inPlaceFrom: 0), "aa", count: 2);
    }

    [UnixFact]
    public void Split_DataFileBesideTheGraph_TakesWeightsFromBoth() => CheckDataFile("blobs/dd", count: 1);

    [UnixFact]
    public void Split_DataFileElsewhere_KeepsTheOtherWeightsInTheGraph() => CheckDataFile("more/dd", count: 0);

    [UnixFact]
    public void Open_FileReplacedAfterLoading_GivesWhatWasLoaded()
    {
        string path = _folder.Write("vision_encoder.onnx", Encoder);
        SplitVisionEncoder split = VisionEncoderSplitter.Split(path, inPlaceFrom: 0);
        float[] expected = GraphRun.Encoder(split, EncoderGraphs.Input()).Values;
        using GraphSession session = GraphSession.OpenPart(path, split.Encoder, settings: 1, split.Folder);

        File.Move(_folder.Write("other", new byte[Encoder.Length]), path, overwrite: true);

        using var outputs = session.Run(["pixel_values"], [EncoderGraphs.Input()[0].Item2], [split.OutputName]);
        Assert.Equal(expected, outputs[0].GetTensorDataAsSpan<float>().ToArray());
    }

    private void CheckDataFile(string name, int count)
    {
        // Of the two that are large enough one is in a data file already.
        ModelProto model = ModelProto.Parser.ParseFrom(Encoder);
        TensorProto first = model.Graph.Initializer.First(tensor => tensor.RawData.Length >= 1024);
        byte[] values = first.RawData.ToByteArray();
        first.ClearRawData();
        ExternalDataFolder.Place(first, new ExternalData("data", 0, values.Length));
        _folder.Write("blobs/aa", model.ToByteArray());
        _folder.Write(name, values);
        string path = Link("vision_encoder.onnx", "aa");
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "snapshot", "data"), Path.Combine(_folder.Root, name));

        AssertSame(VisionEncoderSplitter.Split(path), VisionEncoderSplitter.Split(path, inPlaceFrom: 0), "aa", count);
    }

    private static void AssertSame(SplitVisionEncoder inside, SplitVisionEncoder outside, string location, int count)
    {
        OnnxGraph graph = OnnxGraphReader.Read(outside.Encoder);
        Assert.Equal(count, graph.Constants.Values.Count(tensor => tensor.External?.Location == location));
        Assert.Equal(
            GraphRun.Encoder(inside, EncoderGraphs.Input()).Values, GraphRun.Encoder(outside, EncoderGraphs.Input()).Values);
    }

    private string Link(string name, string blob)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Root, "snapshot")).FullName, name);
        File.CreateSymbolicLink(path, Path.Combine(_folder.Root, "blobs", blob));
        return path;
    }
}
