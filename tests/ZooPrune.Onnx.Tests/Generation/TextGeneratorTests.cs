using System.Diagnostics;

namespace ZooPrune.Onnx.Tests;

public sealed class TextGeneratorTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly TokenEmbedder _embedder;
    private readonly Decoder _decoder;

    public TextGeneratorTests()
    {
        _embedder = TokenEmbedder.Open(_files.Path("onnx/embed_tokens.onnx"));
        _decoder = Decoder.Open(_files.Path("onnx/decoder_model_merged.onnx"), threads: 1);
    }

    [Fact]
    public void Generate_WithCache_IsWhatPrefillsWithoutCacheGive()
    {
        int[] prompt = [1, 5, 8, 9];
        var ids = new List<int>(prompt);
        for (int step = 0; step < 6; step++)
        {
            using KvCache empty = _decoder.CreateCache();
            (float[] logits, KvCache cache) = _decoder.Run(_embedder.Embed([.. ids]), Positions(ids.Count), empty);
            cache.Dispose();
            ids.Add(SamplingOptions.Choose(logits));
        }

        GeneratedTokens generated = Generate(prompt, new SamplingOptions(6, []));

        Assert.Equal(ids.Skip(prompt.Length), generated.Ids);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Generate_MostTokens_StopsThere(int most) => Assert.Equal(most, Generate([1, 5], new SamplingOptions(most, [])).Ids.Count);

    [Fact]
    public void Generate_EndToken_StopsAfterIt()
    {
        IReadOnlyList<int> free = Generate([1, 5, 8], new SamplingOptions(8, [])).Ids;
        int end = free[3];
        int first = free.ToList().IndexOf(end);

        Assert.Equal(free.Take(first + 1), Generate([1, 5, 8], new SamplingOptions(8, [end])).Ids);
    }

    [Fact]
    public void Run_InTwoParts_IsWhatOnePartGives()
    {
        float[] embeddings = Near.Random(6 * TinyModel.Width, 8);
        using KvCache empty = _decoder.CreateCache();
        (float[] expected, KvCache whole) = _decoder.Run(embeddings, Positions(6), empty);
        (_, KvCache firstPart) = _decoder.Run(embeddings.AsSpan(0, 4 * TinyModel.Width), Positions(4), empty);
        (float[] got, KvCache both) = _decoder.Run(embeddings.AsSpan(4 * TinyModel.Width), [4, 5], firstPart);

        Near.Equal(expected, got, 1e-5);
        Assert.Equal((6, 4, 6), (whole.Length, firstPart.Length, both.Length));
        whole.Dispose();
        firstPart.Dispose();
        both.Dispose();
    }

    public void Dispose()
    {
        _embedder.Dispose();
        _decoder.Dispose();
        _files.Dispose();
    }

    private static long[] Positions(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    private GeneratedTokens Generate(int[] prompt, SamplingOptions sampling)
    {
        using KvCache empty = _decoder.CreateCache();
        var prefix = new Prefix(_embedder.Embed(prompt), Positions(prompt.Length), prompt.Length);
        return new TextGenerator(_embedder, _decoder).Generate(prefix, empty, sampling, Stopwatch.GetTimestamp());
    }
}
