using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

public sealed class ModelWeightsTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private static readonly string[] Names = ["image_newline", "model.image_newline"];

    private readonly TestFolder _folder = new();

    [Fact]
    public void Find_NoCheckpoint_GivesNull() => Assert.Null(ModelWeights.Find(_folder.Root, Names));

    [Fact]
    public void Find_SingleFile_TakesTheFirstName()
    {
        _folder.Write("model.safetensors", SafetensorsBytes.File(
            """
            {"model.image_newline":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
             "image_newline":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
            """,
            SafetensorsBytes.Bytes(1, 2)));

        Assert.Equal([2f], Find(_folder.Root, Names));
        Assert.Equal([1f], Find(_folder.Root, [.. Names.Reverse()]));
        Assert.Null(ModelWeights.Find(_folder.Root, ["newline"]));
    }

    [Fact]
    public void Find_Shards_ReadsOnlyTheOneWithTheTensor()
    {
        WriteIndex("model-00002-of-00002.safetensors");
        _folder.Write("model-00001-of-00002.safetensors", "this shard is not opened");
        _folder.Write("model-00002-of-00002.safetensors", SafetensorsBytes.Vector("model.image_newline", 3, 4));

        Assert.Equal([3f, 4f], Find(_folder.Root, Names));
        Assert.Null(ModelWeights.Find(_folder.Root, ["newline"]));
    }

    [Fact]
    public void FilesOf_EachFormOfACheckpoint_AreThoseThatFindReads()
    {
        Assert.Empty(ModelWeights.FilesOf(_folder.Root, Names));
        WriteIndex("model-00002-of-00002.safetensors");
        _folder.Write("model-00002-of-00002.safetensors", SafetensorsBytes.Vector("model.image_newline", 3, 4));
        Assert.Equal([Index, "model-00002-of-00002.safetensors"], FileNames(Names));
        Assert.Equal([Index], FileNames(["newline"]));

        _folder.Write("model.safetensors", SafetensorsBytes.Vector("image_newline", 3, 4));
        Assert.Equal(["model.safetensors"], FileNames(Names));
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("sub/model.safetensors")]
    [InlineData(@"..\\model.safetensors")]
    [InlineData(@"C:\\model.safetensors")]
    [InlineData("model.safetensors:stream.safetensors")]
    [InlineData(@"model\u0000.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("model.bin")]
    public void Find_ShardWithAPath_IsRefused(string shard)
    {
        WriteIndex(shard);
        string path = Path.Combine(_folder.Root, Index);

        string message = Assert.Throws<ZooPruneException>(() => ModelWeights.Find(_folder.Root, Names)).Message;
        Assert.StartsWith($"File '{path}': it has the tensor 'model.image_newline' in '", message);
        Assert.EndsWith(
            "'. Expected the name of a .safetensors file in the same folder, without a path; correct it or take the model's own index.",
            message);
    }

    [Fact]
    public void Find_ShardMissing_SaysWhich()
    {
        WriteIndex("b.safetensors");

        AssertRefused(
            $"File '{Path.Combine(_folder.Root, Index)}': it has the tensor 'model.image_newline' in 'b.safetensors', "
            + "which is missing. The file must be in the same folder; copy or download it too.");
    }

    [Fact]
    public void Find_ShardOfAnotherCheckpoint_SaysWhatItLacks()
    {
        WriteIndex("b.safetensors");
        string path = _folder.Write("b.safetensors", SafetensorsBytes.Vector("other", 1));

        AssertRefused(
            $"Weights '{path}': the tensor 'model.image_newline' is missing, which {Index} has there. "
            + "Both must be of one checkpoint; copy or download them again.");
    }

    [Theory]
    [InlineData("""{ "weight_map": [] }""", "'weight_map' is []. Expected an object that names each tensor's file; correct the value.")]
    [InlineData("""{ "weight_map": { "image_newline": 1 } }""", "'weight_map.image_newline' is 1. Expected text; correct the value.")]
    [InlineData("{}", "the key 'weight_map' is missing. It is needed to run the model; copy the file again or add the key.")]
    public void Find_BrokenIndex_SaysWhere(string index, string message)
    {
        string path = _folder.Write(Index, index);

        AssertRefused($"File '{path}': {message}");
    }

    [UnixFact]
    public void Find_LinkOutOfTheFolder_IsRefused()
    {
        string target = _folder.Write("elsewhere/secret", SafetensorsBytes.Vector("image_newline", 1));
        string root = Directory.CreateDirectory(Path.Combine(_folder.Root, "model")).FullName;
        string path = Path.Combine(root, "model.safetensors");
        File.CreateSymbolicLink(path, Path.Combine("..", "elsewhere", "secret"));

        Assert.Equal(
            $"Weights '{path}': it is a link to '{target}'. "
            + "It must be a file in the model's folder, or in the hub's cache beside it; copy the file there.",
            Assert.Throws<ZooPruneException>(() => ModelWeights.Find(root, Names)).Message);
    }

    [UnixFact]
    public void Find_LinkIntoTheHubsCache_IsFollowed()
    {
        _folder.Write("models--a--b/blobs/0123", SafetensorsBytes.Vector("image_newline", 5));
        string root = Directory.CreateDirectory(Path.Combine(_folder.Root, "models--a--b", "snapshots", "4567")).FullName;
        File.CreateSymbolicLink(Path.Combine(root, "model.safetensors"), Path.Combine("..", "..", "blobs", "0123"));

        Assert.Equal([5f], Find(root + Path.DirectorySeparatorChar, Names));
    }

    [UnixFact]
    public void Find_LinkThatLeadsToItself_IsRefused()
    {
        WriteIndex("b.safetensors");
        string path = Path.Combine(_folder.Root, "b.safetensors");
        File.CreateSymbolicLink(path, path);

        Assert.ThrowsAny<ZooPruneException>(() => ModelWeights.Find(_folder.Root, Names));
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Find(string root, string[] names) => Assert.IsType<float[]>(ModelWeights.Find(root, names));

    private IEnumerable<string> FileNames(string[] names) =>
        ModelWeights.FilesOf(_folder.Root, names).Select(path => Path.GetRelativePath(_folder.Root, path));

    private void WriteIndex(string shard) => _folder.Write(
        Index,
        $$$"""
        { "metadata": { "total_size": 8 },
          "weight_map": { "lm_head.weight": "model-00001-of-00002.safetensors", "model.image_newline": "{{{shard}}}" } }
        """);

    private void AssertRefused(string message) =>
        Assert.Equal(message, Assert.Throws<ZooPruneException>(() => ModelWeights.Find(_folder.Root, Names)).Message);
}
