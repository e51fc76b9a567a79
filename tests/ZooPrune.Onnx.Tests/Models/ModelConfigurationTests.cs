using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

public sealed class ModelConfigurationTests : IDisposable
{
    private readonly TinyModel _files = new();

    [Fact]
    public void Load_OwnSection_OverridesTheFamily()
    {
        _files.Replace("config.json", "\"zooprune\": {", "\"zooprune\": { \"positions\": \"original\",");

        ModelConfiguration configuration = Load();

        Assert.Equal(PositionMode.KeepOriginal, configuration.Positions);
        Assert.Equal("look : <image> {question} say", configuration.Prompt);
        Assert.Equal([2], configuration.EndTokenIds);
        Assert.Equal((4, 11, 40), (configuration.ImageTokenId, configuration.Decoder.VocabularySize, configuration.MaxPositions));
    }

    // What the hub's folders really say, which is less than what transformers writes today.
    [Theory]
    [InlineData("llava", """
        { "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_token_index": 32000, "model_type": "llava", "pad_token_id": 32001,
          "projector_hidden_act": "gelu", "text_config": { "_name_or_path": "lmsys/vicuna-7b-v1.5", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096,
          "model_type": "llama", "rms_norm_eps": 1e-05, "torch_dtype": "float16", "vocab_size": 32064 }, "tie_word_embeddings": false, "torch_dtype": "float16",
          "vision_config": { "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096, "model_type": "clip_vision_model", "num_attention_heads": 16,
          "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768, "vocab_size": 32000 }, "vision_feature_layer": -2, "vision_feature_select_strategy": "default", "vocab_size": 32064 }
        """, 32000, 4096)]
    [InlineData("llava_next", """
        { "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]], "image_token_index": 32000, "model_type": "llava_next",
          "text_config": { "model_type": "mistral", "intermediate_size": 14336, "max_position_embeddings": 32768, "num_key_value_heads": 8, "vocab_size": 32064 },
          "use_image_newline_parameter": true, "vision_config": { "image_size": 336, "model_type": "clip_vision_model", "patch_size": 14 }, "vocab_size": 32064 }
        """, 32000, 32768)]
    [InlineData("qwen2_5_vl", """
        { "attention_dropout": 0.0, "eos_token_id": 151645, "hidden_size": 3584, "image_token_id": 151655, "max_position_embeddings": 128000, "model_type": "qwen2_5_vl",
          "num_attention_heads": 28, "num_hidden_layers": 28, "num_key_value_heads": 4, "rope_scaling": { "type": "mrope", "mrope_section": [16, 24, 24] }, "video_token_id": 151656,
          "vision_config": { "depth": 32, "hidden_size": 1280, "in_chans": 3, "model_type": "qwen2_5_vl", "spatial_patch_size": 14, "tokens_per_second": 2 }, "vocab_size": 152064 }
        """, 151655, 128000)]
    public void Load_HubConfiguration_IsEnough(string family, string json, int imageToken, int positions)
    {
        _files.Write("config.json", json);

        ModelConfiguration configuration = Load();

        Assert.Equal((family, imageToken, positions), (configuration.ModelType, configuration.ImageTokenId, configuration.MaxPositions));
        Assert.Equal(family.StartsWith("qwen", StringComparison.Ordinal) ? 3 : 1, configuration.Family.PositionAxes);
    }

    [Fact]
    public void Load_TwoImageTokens_IsAnError()
    {
        _files.Replace("config.json", "\"image_token_index\": 4", "\"image_token_index\": 4, \"image_token_id\": 5");

        var exception = Assert.Throws<ZooPruneException>(Load);
        Assert.EndsWith("'image_token_id' is 5. Expected the same as image_token_index, which is 4; correct the value.", exception.Message);
    }

    [Theory]
    [InlineData("""{ "eos_token": "<eos>" }""")]
    [InlineData("""{ "eos_token": { "content": "<eos>", "special": true } }""")]
    public void Model_NoEndTokenInConfigurations_TakesTheTokenizers(string tokenizer)
    {
        _files.Delete("generation_config.json");
        _files.Write("tokenizer_config.json", tokenizer);

        using LoadedModel parts = LoadedModel.Load(_files.Root, new VisionLanguageModelOptions());

        Assert.Equal([2], parts.EndTokenIds);
    }

    [Fact]
    public void Model_NoEndTokenAnywhere_IsAnError()
    {
        _files.Delete("generation_config.json");

        var exception = Assert.Throws<ZooPruneException>(() => LoadedModel.Load(_files.Root, new VisionLanguageModelOptions()));
        Assert.EndsWith("config.json': the key 'eos_token_id' is missing. It is needed to run the model; copy the file again or add the "
            + "key.", exception.Message);
    }

    [Fact]
    public void Load_NoOwnSection_TakesTheFamilys()
    {
        _files.Write("config.json", """{ "model_type": "llava", "image_token_index": 4 }""");

        ModelConfiguration configuration = Load();

        Assert.Equal(PositionMode.Compact, configuration.Positions);
        Assert.Equal("USER: <image>\n{question} ASSISTANT:", configuration.Prompt);
        Assert.Null(configuration.Decoder.VocabularySize);
    }

    [Fact]
    public void Load_SeveralEndTokens_HasThemAll()
    {
        _files.Write("generation_config.json", """{ "eos_token_id": [2, 7] }""");

        Assert.Equal([2, 7], Load().EndTokenIds);
    }

    [Theory]
    [InlineData("config.json", "\"llava\"", "\"blip\"", "'model_type' is blip, which is not supported. Supported are llava, llava_next, qwen2_vl, qwen2_5_vl, llava_qwen2; use a model with one of these.")]
    [InlineData("config.json", "\"image_token_index\": 4,", "", "the key 'image_token_id' is missing. It is needed to run the model; copy the file again or add the key.")]
    [InlineData("config.json", "\"image_token_index\": 4", "\"image_token_index\": \"four\"", "'image_token_index' is \"four\". Expected a whole number from 0 to 2147483647; correct the value.")]
    [InlineData("config.json", "\"zooprune\": {", "\"zooprune\": { \"positions\": \"odd\",", "'zooprune.positions' is odd. Expected compact or original; correct the value.")]
    [InlineData("generation_config.json", "2", "\"two\"", "'eos_token_id' is \"two\". Expected a whole number from 0 to 2147483647; correct the value.")]
    public void Load_WrongValue_NamesFileKeyAndNeed(string file, string old, string by, string problem)
    {
        _files.Replace(file, old, by);

        Assert.Equal($"File '{_files.Path(file)}': {problem}", Assert.Throws<ZooPruneException>(Load).Message);
    }

    public void Dispose() => _files.Dispose();

    private ModelConfiguration Load() => ModelConfiguration.Load(ModelFolder.Open(_files.Root));
}
