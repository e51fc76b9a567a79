namespace ZooPrune.Onnx.Tests;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TinyModel _files = new();

    [Fact]
    public void Load_GoodFolder_GivesFullPaths()
    {
        using VisionLanguageModel model = _files.Load();

        Assert.Equal(_files.Root, model.Files.Root);
        Assert.Equal(_files.Path("onnx/vision_encoder.onnx"), model.Files.VisionEncoder);
        Assert.Equal(_files.Path("onnx/projector.onnx"), model.Files.Projector);
        Assert.Equal(_files.Path("onnx/embed_tokens.onnx"), model.Files.EmbedTokens);
        Assert.Equal(_files.Path("onnx/decoder_model_merged.onnx"), model.Files.Decoder);
    }

    [Fact]
    public void Load_MissingFolder_SaysWhich()
    {
        var exception = Assert.Throws<ZooPruneException>(() => VisionLanguageModel.Load(_files.Path("nowhere")));
        Assert.Equal(
            $"Model folder '{_files.Path("nowhere")}': there is no such folder. Expected a folder with config.json, tokenizer.json and onnx/*.onnx; check the path.",
            exception.Message);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("onnx/vision_encoder.onnx")]
    [InlineData("onnx/embed_tokens.onnx")]
    [InlineData("onnx/decoder_model_merged.onnx")]
    public void Load_MissingFile_SaysWhich(string file)
    {
        _files.Delete(file);

        AssertMessage(
            $"Model folder '{_files.Root}': the file {file} is missing. Expected config.json, preprocessor_config.json (or processor_config.json), tokenizer.json and onnx/ with vision_encoder, embed_tokens and decoder_model_merged.onnx; download, export or copy what is missing.");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("preprocessor_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("generation_config.json")]
    public void Load_CorruptJson_SaysWhich(string file)
    {
        _files.Write(file, "{ \"half\": ");

        AssertStart($"File '{_files.Path(file)}': it cannot be read as JSON (");
    }

    [Theory]
    [InlineData("onnx/vision_encoder.onnx")]
    [InlineData("onnx/projector.onnx")]
    [InlineData("onnx/embed_tokens.onnx")]
    [InlineData("onnx/decoder_model_merged.onnx")]
    public void Load_CorruptGraph_SaysWhich(string file)
    {
        byte[] whole = File.ReadAllBytes(_files.Path(file));
        _files.Write(file, whole[..(whole.Length / 2)]);

        AssertStart($"Graph '{_files.Path(file)}': ONNX Runtime cannot load it (");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Load_NoPath_IsAnArgumentError(string? path) => Assert.ThrowsAny<ArgumentException>(() => VisionLanguageModel.Load(path!));

    public void Dispose() => _files.Dispose();

    private void AssertMessage(string message) => Assert.Equal(message, Assert.Throws<ZooPruneException>(() => _files.Load()).Message);

    private void AssertStart(string start) => Assert.StartsWith(start, Assert.Throws<ZooPruneException>(() => _files.Load()).Message);
}
