using System.Diagnostics;
using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

public sealed class TextGeneratorTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly TokenEmbedder _embedder;
    private readonly Decoder _decoder;

    public TextGeneratorTests()
    {
        _embedder = TokenEmbedder.Open(_files.Path("onnx/embed_tokens.onnx"));
        _decoder = Decoder.Open(_files.Path("onnx/decoder_model_merged.onnx"), settings: 1);
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
            ids.Add(TokenSampler.Largest(logits));
        }

        GeneratedTokens generated = Generate(prompt, 6);

        Assert.Equal(ids.Skip(prompt.Length), generated.Ids);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Generate_MostTokens_StopsThere(int most) => Assert.Equal(most, Generate([1, 5], most).Ids.Count);

    [Fact]
    public void Generate_EndToken_StopsAfterIt()
    {
        IReadOnlyList<int> free = Generate([1, 5, 8], 8).Ids;
        int end = free[3];
        int first = free.ToList().IndexOf(end);

        Assert.Equal(free.Take(first + 1), Generate([1, 5, 8], 8, end).Ids);
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

    [Fact]
    public void Generate_SequencesOfManyLengths_GivesEachWhatItGetsAlone()
    {
        int[][] prompts = [[1, 5, 8, 9], [1, 7], [1, 5, 8, 9, 6, 6, 10], [1, 8], [3, 9, 8, 5], [1]];
        int[] most = [6, 1, 9, 4, 2, 7];
        GeneratedTokens[] alone = [.. prompts.Zip(most, (prompt, count) => Generate(prompt, count))];

        GeneratedTokens[] together = GenerateTogether([.. prompts.Zip(most, (prompt, count) => Request(prompt, count))]);

        Assert.True(_decoder.CanPad);
        Assert.Equal(alone.Select(answer => answer.Ids.ToArray()), together.Select(answer => answer.Ids.ToArray()));
        Assert.All(together, answer => Assert.Equal(together[0].Decode, answer.Decode));
    }

    [Fact]
    public void Generate_AfterCachesOfManyLengths_GivesEachWhatItGetsAlone()
    {
        using KvCache none = _decoder.CreateCache();
        using KvCache two = _decoder.Run(_embedder.Embed([5, 6]), Positions(2), none).Cache;
        using KvCache three = _decoder.Run(_embedder.Embed([7, 6, 9]), Positions(3), none).Cache;
        GenerationRequest[] requests = [After(two, [8]), After(three, [8, 9]), After(two, [10]), After(three, [5])];
        int[][] alone = [.. requests.Select(request => GenerateTogether([request])[0].Ids.ToArray())];

        GeneratedTokens[] together = GenerateTogether(requests);

        Assert.Equal(alone, together.Select(answer => answer.Ids.ToArray()));
        Assert.Equal((2, 3), (two.Length, three.Length));
    }

    [Fact]
    public void CanPad_GraphThatLooksAtWhatIsMasked_IsFalseAndAnswersStayTheSame()
    {
        using var files = new TinyModel();
        files.WriteDecoder(readsMask: false);
        using Decoder blind = Decoder.Open(files.Path("onnx/decoder_model_merged.onnx"), settings: 1);
        var generator = new TextGenerator(_embedder, blind, []);
        GenerationRequest[] requests = [Request([1, 5, 8, 9], 5), Request([1, 7], 6), Request([3, 8], 4)];

        GeneratedTokens[] together = generator.Generate(requests, Stopwatch.GetTimestamp());

        Assert.False(blind.CanPad);
        Assert.Equal(
            requests.Select(request => generator.Generate([request], Stopwatch.GetTimestamp())[0].Ids.ToArray()),
            together.Select(answer => answer.Ids.ToArray()));
    }

    [Fact]
    public void Generate_GraphOfBatchOne_RunsEachAlone()
    {
        using var files = new TinyModel();
        files.WriteDecoder(batch: "1");
        using Decoder single = Decoder.Open(files.Path("onnx/decoder_model_merged.onnx"), settings: 1);
        GenerationRequest[] requests = [Request([1, 5, 8, 9], 5), Request([1, 7, 8, 8], 6)];

        GeneratedTokens[] answers = new TextGenerator(_embedder, single, []).Generate(requests, Stopwatch.GetTimestamp());

        Assert.False(single.CanBatch);
        Assert.Equal(GenerateTogether(requests).Select(answer => answer.Ids.ToArray()), answers.Select(answer => answer.Ids.ToArray()));
    }

    [Fact]
    public void Stack_RowsOfDifferentLengths_PadsTheShorterOnesAtTheStart()
    {
        using KvCache none = _decoder.CreateCache();
        using KvCache two = _decoder.Run(Near.Random(2 * TinyModel.Width, 3), Positions(2), none).Cache;
        using KvCache three = _decoder.Run(Near.Random(3 * TinyModel.Width, 4), Positions(3), none).Cache;

        using KvCache stacked = KvCache.Stack([new(two, 0), new(three, 0), new(two, 0)]);
        using KvCache again = KvCache.Stack([new(stacked, 2)]);

        Assert.Equal((3, 3), (stacked.Rows, stacked.Length));
        Assert.Equal([1, 0, 1], stacked.Padding);
        float[] shorter = Values(two);
        Assert.Equal([.. new float[TinyModel.Width], .. shorter, .. Values(three), .. new float[TinyModel.Width], .. shorter], Values(stacked));
        Assert.Equal((2, 0), (again.Length, again.Padding[0]));
        Assert.Equal(shorter, Values(again));
    }

    public void Dispose()
    {
        _embedder.Dispose();
        _decoder.Dispose();
        _files.Dispose();
    }

    private static long[] Positions(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    private static float[] Values(KvCache cache) => cache.Values[0].GetTensorDataAsSpan<float>().ToArray();

    private GeneratedTokens Generate(int[] prompt, int most, params int[] ends) => GenerateTogether([Request(prompt, most)], ends)[0];

    private GeneratedTokens[] GenerateTogether(GenerationRequest[] requests, params int[] ends) =>
        new TextGenerator(_embedder, _decoder, ends).Generate(requests, Stopwatch.GetTimestamp());

    private GenerationRequest Request(int[] prompt, int most) => new(
        new DecoderInput(_embedder.Embed(prompt), Positions(prompt.Length), prompt.Length, prompt.Length), Past: null, new TokenSampler(new GenerationOptions(), ""), most);

    private GenerationRequest After(KvCache past, int[] text) => new(
        new InputEmbeds(TinyModel.Width, axes: 1, PositionMode.Compact, newlineEmbedding: []).Text(_embedder.Embed(text), past.Length), past, new TokenSampler(new GenerationOptions(), ""), 6);
}
