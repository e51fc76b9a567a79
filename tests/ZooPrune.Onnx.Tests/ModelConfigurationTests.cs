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
    [InlineData("config.json", "\"llava\"", "\"blip\"", "'model_type' is blip, which is not supported. Supported are llava, llava_next, qwen2_vl, qwen2_5_vl; use a model with one of these.")]
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
