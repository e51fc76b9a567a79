using Google.Protobuf;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Tests;

/// <summary>Moves the constants of a graph into a file beside it, as exporters do where they are over 2 GB.</summary>
internal static class ExternalGraph
{
    public const string DataFile = "vision_encoder.onnx_data";

    /// <summary>The graph without its constants, and the file that holds them.</summary>
    /// <param name="file">A graph of <see cref="OnnxGraphBuilder"/>.</param>
    /// <param name="least">Constants of fewer bytes stay inside.</param>
    /// <param name="location">Where the graph says that they are.</param>
    /// <param name="shift">Added to the offset of the last one.</param>
    public static (byte[] Graph, byte[] Data) Of(byte[] file, int least = 64, string location = DataFile, long shift = 0)
    {
        using var data = new MemoryStream();
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => tensor.RawData.Length >= least))
        {
            Add("location", location);
            Add("offset", $"{data.Position + shift}");
            Add("length", $"{tensor.RawData.Length}");
            tensor.DataLocation = DataLocation.External;
            tensor.RawData.WriteTo(data);
            tensor.ClearRawData();

            void Add(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return (model.ToByteArray(), data.ToArray());
    }
}
