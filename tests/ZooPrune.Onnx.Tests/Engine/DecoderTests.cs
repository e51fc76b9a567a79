using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

/// <summary>Decoders of other exporters: with inputs of their own, without position_ids, with open sizes.</summary>
public sealed class DecoderTests : IDisposable
{
    private readonly TinyModel _files = new();

    private string Path => _files.Path("onnx/decoder_model_merged.onnx");

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Answer_OptionalInputs_IsTheSame(bool keepsLastLogits, bool asksForCache)
    {
        (int[] Ids, float[] Logits) expected = Ask();

        _files.WriteDecoder(keepsLastLogits: keepsLastLogits, asksForCache: asksForCache);

        (int[] ids, float[] logits) = Ask();
        Assert.Equal(expected.Ids, ids);
        Near.Equal(expected.Logits, logits, 1e-5);
    }

    [Fact]
    public void Run_UseCacheBranch_IsTrueOnceThereIsACache()
    {
        _files.WriteDecoder(asksForCache: true, hasPositions: false);
        using Decoder decoder = Decoder.Open(Path, settings: 1);
        using KvCache empty = decoder.CreateCache();
        float[] token = Near.Random(TinyModel.Width, 5);

        (float[] first, KvCache one) = decoder.Run(token, [0], empty);
        (float[] second, KvCache two) = decoder.Run(token, [1], one);
        one.Dispose();
        two.Dispose();

        // The mean of two equal tokens is that of one.
        Near.Equal([.. first.Select(logit => logit + 7)], second, 1e-4);
    }

    [Fact]
    public void Open_NoPositions_NumbersWithoutGapsOnly()
    {
        _files.WriteDecoder(hasPositions: false);

        using (VisionLanguageModel model = _files.Load(new VisionLanguageModelOptions { Positions = PositionMode.Compact }))
        {
            Assert.NotEmpty(model.Answer(TinyModel.Image(), "what", maxNewTokens: 2).TokenIds);
        }

        var exception = Assert.Throws<ZooPruneException>(() => _files.Load(new VisionLanguageModelOptions { Positions = PositionMode.KeepOriginal }));
        Assert.Equal(
            $"Graph '{Path}': it has no input position_ids, so that kept tokens can only be numbered without gaps. "
            + $"PositionMode.KeepOriginal needs that input; use PositionMode.Compact or export the decoder with position_ids.",
            exception.Message);
    }

    [Fact]
    public void Open_OpenSizes_AreThoseOfTheConfiguration()
    {
        _files.WriteDecoder(hasSizes: false);

        Assert.Throws<ZooPruneException>(() => _files.Load());

        _files.Replace("config.json", "\"vocab_size\": 11,", $"\"vocab_size\": 11, \"num_key_value_heads\": 1, \"head_dim\": "
            + $"{TinyModel.Width},");
        using VisionLanguageModel model = _files.Load();
        Assert.NotEmpty(model.Answer(TinyModel.Image(), "what", maxNewTokens: 2).TokenIds);
    }

    [Fact]
    public void Open_ThreeAxes_NeedsThreeInTheGraph()
    {
        var exception = Assert.Throws<ZooPruneException>(() => Decoder.Open(Path, settings: 1, axes: 3));

        Assert.Equal($"Graph '{Path}': 'position_ids' has the shape [?, ?]. It needs 3 dimensions; export the graph "
            + $"again.", exception.Message);
    }

    private (int[] Ids, float[] Logits) Ask()
    {
        using VisionLanguageModel model = _files.Load();
        return ([.. model.Answer(TinyModel.Image(), "what", maxNewTokens: 4).TokenIds], model.NextTokenLogits(TinyModel.Image(), "what"));
    }
}
