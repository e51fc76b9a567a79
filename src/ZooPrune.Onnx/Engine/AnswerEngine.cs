using System.Diagnostics;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Engine;

/// <summary>From kept visual tokens and questions to answers: prompt, input, prefill, decode. Thread-safe.</summary>
internal sealed class AnswerEngine(LoadedModel model, PositionMode positions)
{
    private readonly TextGenerator _generator = new(model.Embedder, model.Decoder, model.EndTokenIds);
    private readonly Prefiller _prefiller = new(model.Decoder);
    private readonly InputEmbeds _embeds = new(
        model.Decoder.Width, model.Configuration.Family.PositionAxes, positions, model.NewlineEmbedding);

    /// <summary>Whether images can be read before their questions: not where the prompt has the question first.</summary>
    public bool CanCachePrefix => model.Prompts.HasImageFirst;

    /// <summary>What is to be read for a question: prompt and images.</summary>
    /// <param name="images">In the order in which the prompt has them; none for a question without an image.</param>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">Most tokens that are generated.</param>
    /// <param name="sampling">How they are chosen.</param>
    /// <exception cref="ArgumentException">The question is empty.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long.</exception>
    public AnswerRequest CreateRequest(IReadOnlyList<KeptImage> images, string question, int maxNewTokens, SamplingOptions sampling)
    {
        Prompt prompt = model.Prompts.Build(question, images.Count);
        ReadRows[] read = [.. images.Select(image => new ReadRows(image.Indices, image.Layout))];
        return NewRequest(Checked(BuildInput(prompt, images)), past: null, prompt, question, read, maxNewTokens, sampling);
    }

    /// <inheritdoc cref="CreateRequest(IReadOnlyList{KeptImage}, string, int, SamplingOptions)"/>
    public AnswerRequest CreateRequest(KeptImage image, string question, int maxNewTokens, SamplingOptions sampling) =>
        CreateRequest([image], question, maxNewTokens, sampling);

    /// <summary>What is to be read for a question about an image that was read before.</summary>
    /// <exception cref="ArgumentException">The question is empty, or the image was read by another model.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long.</exception>
    public AnswerRequest CreateRequest(PrefixCache image, string question, int maxNewTokens, SamplingOptions sampling)
    {
        Prompt prompt = model.Prompts.Build(question);
        if (!prompt.Before.AsSpan().SequenceEqual(image.TextBefore))
        {
            throw Throw.PrefixCacheForeign(image.TextBefore.Length, prompt.Before.Length);
        }

        DecoderInput input = Checked(_embeds.Text(model.Embedder.Embed(prompt.After), image.NextPosition));
        return NewRequest(input, image.Cache, prompt, question, [image.Rows], maxNewTokens, sampling);
    }

    /// <summary>Answers questions side by side; the answers come in their order and are those that each would get alone.</summary>
    /// <param name="requests">From CreateRequest; the images that they go on from are not disposed yet.</param>
    /// <param name="start">Time stamp from which the prefill counts.</param>
    /// <exception cref="ZooPruneException">The language model failed.</exception>
    public VisionAnswer[] Answer(IReadOnlyList<AnswerRequest> requests, long start)
    {
        GeneratedTokens[] generated = _generator.Generate([.. requests.Select(request => request.Generation)], start);
        return [.. requests.Zip(generated, ToAnswer)];
    }

    /// <summary>Reads, for each image, the text before it and the image itself.</summary>
    /// <exception cref="InvalidOperationException">The model's prompt has the question before the image.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public PrefixCache[] CachePrefixes(IReadOnlyList<KeptImage> images)
    {
        long start = Stopwatch.GetTimestamp();
        int[] before = model.Prompts.TextBeforeImage();
        DecoderInput text = _embeds.Text(model.Embedder.Embed(before), 0);
        DecoderInput[] inputs = [.. images.Select(image => Checked(text.Then(_embeds.Image(image, text.NextPosition))))];
        using PrefilledRows prefilled = _prefiller.Run([.. inputs.Select(input => (input, (KvCache?)null))]);
        KvCache[] caches = [.. prefilled.Rows.Select(row => KvCache.Stack([row.Cache]))];
        TimeSpan prefill = Stopwatch.GetElapsedTime(start) / images.Count;
        return [.. images.Index().Select(image => new PrefixCache(
            caches[image.Index], before, new ReadRows(image.Item.Indices, image.Item.Layout), inputs[image.Index].NextPosition, prefill))];
    }

    /// <summary>Answers one question and hands out the text as it comes; the pieces together are the answer's text.</summary>
    /// <param name="request">From CreateRequest.</param>
    /// <param name="start">Time stamp from which the prefill counts.</param>
    /// <param name="onText">Takes the next piece.</param>
    /// <param name="cancellation">Looked at after each token.</param>
    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    /// <exception cref="ZooPruneException">The language model failed.</exception>
    public VisionAnswer Answer(AnswerRequest request, long start, Action<string> onText, CancellationToken cancellation)
    {
        var stream = new TextStream(model.Tokenizer, model.EndTokenIds, onText, cancellation);
        VisionAnswer answer = Answer([request with { Generation = request.Generation with { OnToken = stream.Add } }], start)[0];
        stream.Finish();
        return answer;
    }

    /// <summary>Logits of the first token of an answer.</summary>
    public float[] NextTokenLogits(IReadOnlyList<KeptImage> images, string question) =>
        _generator.NextTokenLogits(Checked(BuildInput(model.Prompts.Build(question, images.Count), images)));

    private DecoderInput BuildInput(Prompt prompt, IReadOnlyList<KeptImage> images)
    {
        DecoderInput input = DecoderInput.Empty;
        foreach ((int i, int[] ids) in prompt.Segments.Index())
        {
            input = input.Then(_embeds.Text(model.Embedder.Embed(ids), input.NextPosition));
            if (i < images.Count)
            {
                input = input.Then(_embeds.Image(images[i], input.NextPosition));
            }
        }

        return input;
    }

    private DecoderInput Checked(DecoderInput input) =>
        model.Configuration.MaxPositions is int limit && input.NextPosition > limit
            ? throw Throw.PromptTooLong(input.NextPosition, limit)
            : input;

    private static AnswerRequest NewRequest(
        DecoderInput input,
        KvCache? past,
        Prompt prompt,
        string question,
        IReadOnlyList<ReadRows> images,
        int maxNewTokens,
        SamplingOptions sampling) =>
        new(
            new GenerationRequest(input, past, new TokenSampler(sampling, question), maxNewTokens),
            images,
            NoteUnknownWords(prompt.UnknownWords));

    private VisionAnswer ToAnswer(AnswerRequest request, GeneratedTokens generated) => new(
        model.Tokenizer.Decode([.. generated.Ids.Where(id => !model.EndTokenIds.Contains(id))]),
        generated.Ids,
        request.Images,
        new StageTimings(default, default, default, generated.Prefill, generated.Decode),
        request.Note);

    private static string? NoteUnknownWords(IReadOnlyList<string> words) =>
        words.Count == 0 ? null : $"not in the vocabulary: {string.Join(", ", words.Select(word => $"'{word}'"))}";
}
