using System.Diagnostics;

namespace ZooPrune.Onnx;

/// <summary>From kept visual tokens and a question to an answer: prompt, prefix, prefill, decode. Thread-safe.</summary>
internal sealed class Answerer(ModelParts parts, PositionMode positions)
{
    private readonly TextGenerator _generator = new(parts.Embedder, parts.Decoder);

    private int Width => parts.Decoder.Width;

    /// <summary>Reads prompt and image in one pass and answers.</summary>
    public VisionAnswer Answer(
        ReadOnlySpan<float> keptTokens, int[] keptIndices, int visualTokenCount, string question, int maxNewTokens)
    {
        long start = Stopwatch.GetTimestamp();
        Prompt prompt = parts.Prompts.Build(question);
        Prefix prefix = BuildPrefix(prompt, keptTokens, keptIndices, visualTokenCount);
        using KvCache empty = parts.Decoder.CreateCache();
        return Continue(prefix, empty, prompt, keptIndices, visualTokenCount, maxNewTokens, start);
    }

    /// <summary>Reads the text before the image, and the image.</summary>
    public ImageContext Read(ReadOnlySpan<float> keptTokens, int[] keptIndices, int visualTokenCount)
    {
        long start = Stopwatch.GetTimestamp();
        int[] before = parts.Prompts.TextBeforeImage();
        Prefix prefix = PrefixBuilder.Image(
            parts.Embedder.Embed(before), keptTokens, keptIndices, visualTokenCount, positions, Width);
        CheckLength(prefix);
        using KvCache empty = parts.Decoder.CreateCache();
        (_, KvCache cache) = parts.Decoder.Run(prefix.Embeddings, prefix.Positions, empty);
        return new ImageContext(cache, before, keptIndices, visualTokenCount, prefix.NextPosition, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Answers a question about an image that was read before.</summary>
    public VisionAnswer Answer(ImageContext image, string question, int maxNewTokens)
    {
        long start = Stopwatch.GetTimestamp();
        Prompt prompt = parts.Prompts.Build(question);
        if (!prompt.Before.AsSpan().SequenceEqual(image.TextBefore))
        {
            throw Throw.ImageContextForeign(image.TextBefore.Length, prompt.Before.Length);
        }

        Prefix prefix = PrefixBuilder.Text(parts.Embedder.Embed(prompt.After), image.NextPosition, Width);
        return Continue(prefix, image.Cache, prompt, (int[])image.KeptIndices, image.VisualTokenCount, maxNewTokens, start);
    }

    /// <summary>Logits of the first token of an answer.</summary>
    public float[] NextTokenLogits(ReadOnlySpan<float> keptTokens, int[] keptIndices, int visualTokenCount, string question)
    {
        Prefix prefix = BuildPrefix(parts.Prompts.Build(question), keptTokens, keptIndices, visualTokenCount);
        CheckLength(prefix);
        using KvCache empty = parts.Decoder.CreateCache();
        return _generator.NextTokenLogits(prefix, empty);
    }

    private Prefix BuildPrefix(Prompt prompt, ReadOnlySpan<float> keptTokens, int[] keptIndices, int visualTokenCount)
    {
        Prefix image = PrefixBuilder.Image(
            parts.Embedder.Embed(prompt.Before), keptTokens, keptIndices, visualTokenCount, positions, Width);
        return image.Then(PrefixBuilder.Text(parts.Embedder.Embed(prompt.After), image.NextPosition, Width));
    }

    private VisionAnswer Continue(
        Prefix prefix, KvCache past, Prompt prompt, int[] keptIndices, int visualTokenCount, int maxNewTokens, long start)
    {
        CheckLength(prefix);
        var sampling = new SamplingOptions(maxNewTokens, parts.Configuration.EndTokenIds);
        GeneratedTokens generated = _generator.Generate(prefix, past, sampling, start);
        return new VisionAnswer(
            parts.Tokenizer.Decode([.. generated.Ids.Where(id => !sampling.EndTokenIds.Contains(id))]),
            generated.Ids,
            visualTokenCount,
            keptIndices,
            new StageTimings(default, default, default, generated.Prefill, generated.Decode),
            NoteUnknownWords(prompt.UnknownWords));
    }

    private void CheckLength(Prefix prefix)
    {
        if (parts.Configuration.MaxPositions is int limit && prefix.NextPosition > limit)
        {
            throw Throw.PromptTooLong(prefix.NextPosition, limit);
        }
    }

    private static string? NoteUnknownWords(IReadOnlyList<string> words) =>
        words.Count == 0 ? null : $"not in the vocabulary: {string.Join(", ", words.Select(word => $"'{word}'"))}";
}
