using System.Diagnostics;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Engine;

/// <summary>The steps of every answer: prompt, prefill, decode. All that asks a model about kept tokens goes through here. Thread-safe.</summary>
internal sealed class AnswerEngine(LoadedModel model, PositionMode positions, EngineTelemetry telemetry)
{
    private readonly TextGenerator _generator = new(model.Embedder, model.Decoder, model.EndTokenIds);
    private readonly Prefiller _prefiller = new(model.Decoder);
    private readonly InputEmbeds _embeds = new(
        model.Decoder.Width, model.Configuration.Family.PositionAxes, positions, model.NewlineEmbedding);

    /// <summary>Whether images can be read before their questions: not where the prompt has the question first.</summary>
    public bool CanCachePrefix => model.Prompts.HasImageFirst;

    /// <summary>The prompt of a question about images that are yet to be read.</summary>
    /// <exception cref="ArgumentException">The question is empty.</exception>
    /// <exception cref="ZooPruneException">The template refuses it.</exception>
    public Prompt Render(string question, int imageCount) => model.Prompts.Build(question, imageCount);

    /// <summary>Whether a prompt with images that are yet to be read will fit.</summary>
    /// <exception cref="ZooPruneException">It will not, whatever is kept.</exception>
    public void CheckFits(Prompt prompt, IReadOnlyList<ImageLayout> images, PruningOptions? pruning)
    {
        (ImageLayout Layout, int Rows)[] rows =
        [
            .. images.Select(layout => (
                layout, (pruning?.Keep.Resolve(layout.CandidateCount) ?? layout.CandidateCount) + layout.NewlineCount)),
        ];
        CheckFits(prompt.Segments.Sum(ids => (long)ids.Length) + rows.Sum(image => _embeds.Positions(image.Layout, image.Rows)), rows);
    }

    /// <summary>What is to be read for a conversation.</summary>
    /// <exception cref="ArgumentException">The conversation cannot be answered, an image is of another model, or an option is
    /// wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the template refuses it.</exception>
    public AnswerRequest CreateRequest(IReadOnlyList<ChatTurn> conversation, GenerationOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        Check(conversation);
        PrunedImage[] images = [.. conversation.SelectMany(turn => turn.Images)];
        Prompt prompt = model.Prompts.Build([.. conversation.Select(turn => new PromptTurn(turn.Role, turn.Text, turn.Images.Count))]);
        return CreateRequest(prompt, string.Concat(conversation.Select(turn => turn.Text)), images, options, start);
    }

    /// <summary>What is to be read for a prompt that is rendered already.</summary>
    /// <param name="prompt">From <see cref="Render"/>.</param>
    /// <param name="text">What everybody says, one after the other.</param>
    /// <param name="images">In the order of the prompt.</param>
    /// <param name="options">How the answer is generated.</param>
    /// <param name="start">When this began.</param>
    /// <exception cref="ArgumentException">An image is of another model, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long.</exception>
    public AnswerRequest CreateRequest(
        Prompt prompt, string text, IReadOnlyList<PrunedImage> images, GenerationOptions options, long start)
    {
        KeptTokenCheck.Images(images, model.Decoder.Width, model.Fingerprint);
        return NewRequest(BuildInput(prompt, images), null, prompt, text, images, options, start);
    }

    /// <summary>What is to be read for a question about an image that was read before.</summary>
    /// <exception cref="ArgumentException">The question is empty, the image was read by another model, or an option is wrong.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long.</exception>
    public AnswerRequest CreateRequest(PrefixCache image, string question, GenerationOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        Prompt prompt = model.Prompts.Build(question);
        if (!prompt.Before.AsSpan().SequenceEqual(image.TextBefore))
        {
            throw Throw.PrefixCacheForeign(image.TextBefore.Length, prompt.Before.Length);
        }

        DecoderInput input = _embeds.Text(model.Embedder.Embed(prompt.After), image.NextPosition);
        return NewRequest(input, image, prompt, question, [image.Image], options, start);
    }

    /// <summary>Answers side by side; the answers come in the order of the requests and are those that each would get alone.</summary>
    /// <param name="requests">From CreateRequest; the prefixes that they go on from are not disposed yet.</param>
    /// <param name="onText">Takes the next piece of a request's text, on the calling thread; null for nobody.</param>
    /// <param name="cancellation">Looked at before anything is read and after each token.</param>
    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    /// <exception cref="ZooPruneException">The language model failed.</exception>
    public VisionAnswer[] Answer(
        IReadOnlyList<AnswerRequest> requests, Action<int, string>? onText = null, CancellationToken cancellation = default)
    {
        if (requests.Count == 0)
        {
            return [];
        }

        cancellation.ThrowIfCancellationRequested();
        using Activity? activity = telemetry.Start("answer", requests.Count);
        long start = Stopwatch.GetTimestamp();
        TextStream?[] streams = [.. requests.Select((request, i) => NewStream(request, i, onText))];
        GeneratedTokens[] generated = _generator.Generate(
            [.. requests.Zip(streams, (request, stream) => Generation(request, stream))], start, cancellation);
        foreach (TextStream? stream in streams)
        {
            stream?.Finish();
        }

        VisionAnswer[] answers = [.. requests.Index().Select(entry => ToAnswer(entry.Item, generated[entry.Index], streams[entry.Index]))];
        Array.ForEach(answers, telemetry.Answered);
        return answers;
    }

    /// <summary>Reads, for each image, the text before it and the image itself.</summary>
    /// <exception cref="InvalidOperationException">The model's prompt has the question before the image.</exception>
    /// <exception cref="ZooPruneException">The prompt is too long, or the language model failed.</exception>
    public PrefixCache[] CachePrefixes(IReadOnlyList<PrunedImage> images, CancellationToken cancellation)
    {
        KeptTokenCheck.Images(images, model.Decoder.Width, model.Fingerprint);
        if (images.Count == 0)
        {
            return [];
        }

        long start = Stopwatch.GetTimestamp();
        int[] before = model.Prompts.TextBeforeImage();
        DecoderInput text = _embeds.Text(model.Embedder.Embed(before), 0);
        DecoderInput[] inputs =
        [
            .. images.Select(image => CheckFits(DecoderInput.Join([text, _embeds.Image(image, text.NextPosition)]), [image])),
        ];
        using PrefilledRows prefilled = _prefiller.Run([.. inputs.Select(input => (input, (KvCache?)null))], cancellation);
        KvCache[] caches = [.. prefilled.Rows.Select(row => KvCache.Stack([row.Cache]))];
        TimeSpan prefill = Stopwatch.GetElapsedTime(start) / images.Count;
        return
        [
            .. images.Index().Select(image => new PrefixCache(
                caches[image.Index], before, image.Item, inputs[image.Index].NextPosition, prefill)),
        ];
    }

    /// <summary>Logits of the first token of an answer.</summary>
    public float[] NextTokenLogits(AnswerRequest request, CancellationToken cancellation) =>
        _generator.NextTokenLogits(request.Input, cancellation);

    /// <summary>A system's turn at most, then user and assistant in turn; the last is the user's.</summary>
    private static void Check(IReadOnlyList<ChatTurn> conversation)
    {
        if (conversation.Count == 0)
        {
            throw Throw.ConversationEmpty();
        }

        int first = conversation[0].Role == ChatTurn.System ? 1 : 0;
        for (int i = first; i < conversation.Count; i++)
        {
            string needed = (i - first) % 2 == 0 ? ChatTurn.User : ChatTurn.Assistant;
            if (conversation[i].Role != needed)
            {
                throw Throw.ConversationOrder(i, conversation[i].Role, $"the {needed}'s");
            }
        }

        if (conversation[^1].Role != ChatTurn.User)
        {
            throw Throw.ConversationOrder(conversation.Count - 1, conversation[^1].Role, "a user's turn after it");
        }
    }

    private DecoderInput BuildInput(Prompt prompt, IReadOnlyList<PrunedImage> images)
    {
        var parts = new List<DecoderInput>();
        long next = 0;
        foreach ((int i, int[] ids) in prompt.Segments.Index())
        {
            parts.Add(_embeds.Text(model.Embedder.Embed(ids), next));
            next = parts[^1].NextPosition;
            if (i < images.Count)
            {
                parts.Add(_embeds.Image(images[i], next));
                next = parts[^1].NextPosition;
            }
        }

        return DecoderInput.Join(parts);
    }

    private AnswerRequest NewRequest(
        DecoderInput input,
        PrefixCache? prefix,
        Prompt prompt,
        string text,
        IReadOnlyList<PrunedImage> images,
        GenerationOptions options,
        long start)
    {
        options.Validate();
        options = options.Over(model.Configuration.Generation);
        CheckFits(input, images);
        if (model.Configuration.MaxPositions is int limit)
        {
            // The last token is chosen and not read.
            options = options with { MaxNewTokens = (int)Math.Min(options.MaxNewTokens, limit - input.NextPosition + 1) };
        }

        string?[] notes = [model.DeviceNote, .. images.Select(image => image.Note), NoteUnknownWords(prompt.UnknownWords)];
        string note = string.Join("; ", notes.OfType<string>().Distinct());
        return new AnswerRequest(
            input,
            prefix,
            prompt,
            text,
            [.. images.Select(image => new ReadRows(image))],
            options,
            note.Length == 0 ? null : note,
            Stopwatch.GetElapsedTime(start));
    }

    /// <exception cref="ZooPruneException">The model's context is too short for the input.</exception>
    private DecoderInput CheckFits(DecoderInput input, IReadOnlyList<PrunedImage> images)
    {
        CheckFits(input.NextPosition, [.. images.Select(image => (image.Layout, image.KeptTokenCount))]);
        return input;
    }

    private void CheckFits(long length, IReadOnlyList<(ImageLayout Layout, int Rows)> images)
    {
        if (model.Configuration.MaxPositions is int limit && length > limit)
        {
            throw Throw.PromptTooLong(length, limit, Remedy(length, limit, images));
        }
    }

    /// <summary>What would fit.</summary>
    private string Remedy(long length, int limit, IReadOnlyList<(ImageLayout Layout, int Rows)> images)
    {
        long visual = images.Sum(image => (long)(positions == PositionMode.KeepOriginal ? image.Layout.Span : image.Rows));
        long rows = images.Sum(image => (long)image.Rows);
        if (positions == PositionMode.KeepOriginal && length - visual + rows <= limit)
        {
            return "load the model with PositionMode.Compact (--positions compact), which gives pruned tokens no positions";
        }

        long left = limit - (length - visual) - images.Sum(image => (long)image.Layout.NewlineCount);
        long each = images.Count == 0 ? 0 : left / images.Count;
        string mode = positions == PositionMode.KeepOriginal ? " and load the model with PositionMode.Compact (--positions compact)" : "";
        return each > 0
            ? FormattableString.Invariant($"keep at most {each} tokens of each image (KeepBudget.Tokens({each}), --keep {each}){mode}, ")
                + "or ask a shorter question"
            : "ask a shorter question";
    }

    private TextStream? NewStream(AnswerRequest request, int index, Action<int, string>? onText) =>
        onText is null && request.Options.StopSequences.Count == 0
            ? null
            : new TextStream(
                model.Tokenizer,
                model.EndTokenIds,
                request.Options.StopSequences,
                onText is null ? null : text => onText(index, text));

    private static GenerationRequest Generation(AnswerRequest request, TextStream? stream) => new(
        request.Input,
        request.Prefix?.Cache,
        new TokenSampler(request.Options, request.Text, request.Prompt.Segments.SelectMany(ids => ids)),
        request.Options.MaxNewTokens,
        stream is null ? null : stream.Add);

    private VisionAnswer ToAnswer(AnswerRequest request, GeneratedTokens generated, TextStream? stream) => new(
        stream?.Text ?? model.Tokenizer.Decode([.. generated.Ids.Where(id => !model.EndTokenIds.Contains(id))]),
        generated.Ids,
        generated.Reason,
        request.PromptTokenCount,
        request.Images,
        new StageTimings { Prefill = request.Preparation + generated.Prefill, Decode = generated.Decode },
        request.Note);

    private static string? NoteUnknownWords(IReadOnlyList<string> words) =>
        words.Count == 0 ? null : $"not in the vocabulary: {string.Join(", ", words.Select(word => $"'{word}'"))}";
}
