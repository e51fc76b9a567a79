using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Tests;

/// <summary>Graphs that do not fit together.</summary>
public sealed class LoadedModelTests : IDisposable
{
    private readonly TinyModel _files = new();

    [Fact]
    public void Load_EncoderAndProjectorWidths_MustAgree()
    {
        _files.WriteEncoder(width: 9);

        AssertGraph("projector.onnx", "its input is 6 wide. It must fit onnx/vision_encoder.onnx, whose visual tokens are 9 wide; take all files from one export.");
    }

    [Fact]
    public void Load_ProjectorAndEmbeddingWidths_MustAgree()
    {
        _files.WriteProjector(outputWidth: 8);

        AssertGraph("projector.onnx", "its output is 8 wide. It must fit onnx/embed_tokens.onnx, whose embeddings are 5 wide; take all files from one export.");
    }

    [Fact]
    public void Load_DecoderAndEmbeddingWidths_MustAgree()
    {
        _files.WriteDecoder(width: 7);

        AssertGraph("decoder_model_merged.onnx", "'inputs_embeds' is 7 wide. It must fit onnx/embed_tokens.onnx, whose embeddings are 5 wide; take all files from one export.");
    }

    [Theory]
    [InlineData("num_hidden_layers", 3, "its cache has 1 layers. It must fit config.json, whose num_hidden_layers is 3")]
    [InlineData("num_key_value_heads", 2, "its cache has 1 heads. It must fit config.json, whose num_key_value_heads is 2")]
    public void Load_CacheAndConfiguration_MustAgree(string key, int value, string problem)
    {
        _files.Replace("config.json", "\"vocab_size\": 11", $"\"vocab_size\": 11, \"{key}\": {value}");

        AssertGraph("decoder_model_merged.onnx", $"{problem}; take all files from one export.");
    }

    [Fact]
    public void Load_LogitsAndVocabulary_MustAgree()
    {
        _files.WriteDecoder(vocabulary: 13);

        AssertGraph("decoder_model_merged.onnx", "it gives 13 logits a token. It must fit config.json, whose vocab_size is 11; take all files from one export.");
    }

    [Fact]
    public void Load_TooFewEmbeddings_IsAnError()
    {
        _files.WriteEmbedding(vocabulary: 10);

        AssertGraph("embed_tokens.onnx", "it has no embedding for the id 10. It must fit onnx/decoder_model_merged.onnx, which gives 11 logits a token; take all files from one export.");
    }

    [Fact]
    public void Load_TokenizerBeyondTheVocabulary_IsAnError()
    {
        _files.Replace("tokenizer.json", "\"say\": 7", "\"say\": 70");

        AssertGraph("decoder_model_merged.onnx", "it knows 11 tokens. It must fit tokenizer.json, which gives the id 70 for a prompt; take all files from one export.");
    }

    [Fact]
    public void Load_PreprocessingOfAnotherSize_IsAnError()
    {
        _files.Replace("preprocessor_config.json", "\"crop_size\": 8", "\"crop_size\": 16");

        AssertGraph("vision_encoder.onnx", "it takes images of 8 x 8 pixels. It must fit preprocessor_config.json, which makes them 16 x 16; take all files from one export.");
    }

    [Fact]
    public void Load_EncoderInputWithAnotherName_IsAnError()
    {
        _files.WriteEncoder(input: "pixels");

        AssertGraph("vision_encoder.onnx", "its inputs are 'pixels'. It needs the input 'pixel_values'; export it with the names that the documentation lists.");
    }

    [Fact]
    public void Load_DecoderInputWithAnotherName_IsAnError()
    {
        _files.WriteDecoder(mask: "mask");

        AssertGraph("decoder_model_merged.onnx", "its inputs are 'inputs_embeds', 'mask', 'position_ids', 'past_key_values.0.key', 'past_key_values.0.value'. It needs the input 'attention_mask'; export it with the names that the documentation lists.");
    }

    [Fact]
    public void Load_DecoderWithHalfACache_IsAnError()
    {
        _files.WriteDecoder(past: "past_value");

        AssertGraph("decoder_model_merged.onnx", "its inputs are 'inputs_embeds', 'attention_mask', 'position_ids', 'past_key_values.0.key', 'past_value'. It needs inputs_embeds, attention_mask, position_ids and past_key_values.N.key and .value for every layer N; export it with its cache (decoder_model_merged).");
    }

    [Fact]
    public void Load_GraphOfAnotherKind_IsAnError()
    {
        File.Copy(_files.Path("onnx/decoder_model_merged.onnx"), _files.Path("onnx/vision_encoder.onnx"), overwrite: true);

        AssertGraph("vision_encoder.onnx", "its inputs are 'inputs_embeds', 'attention_mask', 'position_ids', 'past_key_values.0.key', 'past_key_values.0.value'. It needs the input 'pixel_values'; export it with the names that the documentation lists.");
    }

    [Fact]
    public void Load_EmbeddingGraphOfAnotherType_IsAnError()
    {
        var graph = new OnnxGraphBuilder("embedding");
        string input = graph.Input("input_ids", OnnxGraphBuilder.Element.Float, "batch", "length");
        graph.Node("Unsqueeze", "", [input, graph.Constant([2L], 1)], "inputs_embeds");
        graph.Output("inputs_embeds", OnnxGraphBuilder.Element.Float, "batch", "length", "1");
        _files.Write("onnx/embed_tokens.onnx", graph.Build());

        AssertGraph("embed_tokens.onnx", "'input_ids' is Float. It must be Int64; export the graph with that type.");
    }

    [Fact]
    public void Load_AfterAnError_TheFolderCanBeLoadedOnceMended()
    {
        _files.WriteProjector(outputWidth: 8);
        Assert.Throws<ZooPruneException>(() => _files.Load());
        _files.WriteProjector();

        using VisionLanguageModel model = _files.Load();
        Assert.Equal(TinyModel.Width, model.EmbeddingWidth);
    }

    public void Dispose() => _files.Dispose();

    private void AssertGraph(string file, string problem) => Assert.Equal(
        $"Graph '{_files.Path($"onnx/{file}")}': {problem}", Assert.Throws<ZooPruneException>(() => _files.Load()).Message);
}
