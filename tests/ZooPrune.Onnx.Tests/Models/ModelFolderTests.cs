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
            $"Model folder '{_files.Path("nowhere")}': there is no such folder. Expected a folder with config.json, tokenizer.json and "
            + $"onnx/*.onnx; check the path.",
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
            $"Model folder '{_files.Root}': the file {file} is missing. Expected config.json, preprocessor_config.json (or "
            + $"processor_config.json), tokenizer.json and onnx/ with vision_encoder, embed_tokens and decoder_model_merged.onnx; "
            + $"download, export or copy what is missing.");
    }

    [Fact]
    public void Load_SeveralFilesMissing_NamesAllOfThem()
    {
        _files.Delete("preprocessor_config.json");
        _files.Delete("tokenizer.json");
        _files.Delete("onnx/embed_tokens.onnx");

        AssertStart($"Model folder '{_files.Root}': the files preprocessor_config.json, tokenizer.json, onnx/embed_tokens.onnx are "
            + $"missing. Expected ");
    }

    [Fact]
    public void Load_GraphsInTheRoot_Loads()
    {
        foreach (string file in Directory.GetFiles(_files.Path("onnx")))
        {
            File.Move(file, _files.Path(Path.GetFileName(file)));
        }

        Directory.Delete(_files.Path("onnx"));
        using VisionLanguageModel model = _files.Load();

        Assert.Equal(_files.Path("vision_encoder.onnx"), model.Files.VisionEncoder);
        Assert.Equal(_files.Path("projector.onnx"), model.Files.Projector);
    }

    [Fact]
    public void Load_NoGenerationConfig_TakesTheEndFromConfig()
    {
        _files.Delete("generation_config.json");
        _files.Replace("config.json", "\"vocab_size\": 11,", "\"vocab_size\": 11, \"eos_token_id\": 2,");

        using VisionLanguageModel model = _files.Load();

        Assert.Null(model.Files.Generation);
    }

    [Theory]
    [InlineData(ModelPrecision.Auto, "vision_encoder", "decoder_model_merged")]
    [InlineData(ModelPrecision.Float32, "vision_encoder", "decoder_model_merged")]
    [InlineData(ModelPrecision.Float16, "vision_encoder", "decoder_model_merged_fp16")]
    [InlineData(ModelPrecision.Q8, "vision_encoder_quantized", "decoder_model_merged_fp16")]
    [InlineData(ModelPrecision.Q4, "vision_encoder_bnb4", "decoder_model_merged_fp16")]
    [InlineData(ModelPrecision.Q4F16, "vision_encoder_bnb4", "decoder_model_merged_q4f16")]
    public void Open_Precision_TakesItOrTheNextMoreAccurate(ModelPrecision precision, string encoder, string decoder)
    {
        Add("vision_encoder_quantized", "vision_encoder_uint8", "vision_encoder_bnb4", "decoder_model_merged_fp16", "decoder_model_merged_q4f16");

        ModelFolder files = ModelFolder.Open(_files.Root, precision);

        Assert.Equal(_files.Path($"onnx/{encoder}.onnx"), files.VisionEncoder);
        Assert.Equal(_files.Path($"onnx/{decoder}.onnx"), files.Decoder);
        Assert.Equal(_files.Path("onnx/embed_tokens.onnx"), files.EmbedTokens);
    }

    [Fact]
    public void Open_OnlyLessAccurate_IsTakenByAuto()
    {
        _files.Delete("onnx/vision_encoder.onnx");
        Add("vision_encoder_q4f16", "vision_encoder_q4");

        Assert.Equal(_files.Path("onnx/vision_encoder_q4.onnx"), ModelFolder.Open(_files.Root).VisionEncoder);
    }

    [Fact]
    public void Load_PrecisionThatIsNowhere_SaysWhatIsThere()
    {
        Add("vision_encoder_q4", "decoder_model_merged_q4");

        var exception = Assert.Throws<ZooPruneException>(() => _files.Load(new() { Precision = ModelPrecision.Q8 }));
        Assert.Equal(
            $"Model folder '{_files.Root}': VisionLanguageModelOptions.Precision is Q8, and there is vision_encoder in Float32 and Q4, "
            + $"embed_tokens in Float32, decoder_model_merged in Float32 and Q4. Each graph needs a file of that precision or a more "
            + $"accurate one, and one of them the precision itself; choose another or leave it at Auto.",
            exception.Message);
    }

    [Fact]
    public void Load_OnlyLessAccurateThanAskedFor_IsAnError()
    {
        _files.Delete("onnx/decoder_model_merged.onnx");
        Add("decoder_model_merged_q4");

        Assert.Contains(
            "decoder_model_merged in Q4. Each graph needs",
            Assert.Throws<ZooPruneException>(() => _files.Load(new() { Precision = ModelPrecision.Float32 })).Message);
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

    private void Add(params ReadOnlySpan<string> graphs)
    {
        foreach (string graph in graphs)
        {
            _files.Write($"onnx/{graph}.onnx", "not read");
        }
    }

    private void AssertMessage(string message) => Assert.Equal(message, Assert.Throws<ZooPruneException>(() => _files.Load()).Message);

    private void AssertStart(string start) => Assert.StartsWith(start, Assert.Throws<ZooPruneException>(() => _files.Load()).Message);
}
