using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>A vision-language model as an <see cref="IChatClient"/>: text and images in, an answer out, whole or piece by piece.</summary>
/// <remarks>
/// <para>Any number of threads may use one client, and one client serves any number of conversations. It keeps no conversation: pass
/// all messages each time. Images are kept: an image of an earlier turn, or of another conversation, is not encoded again while
/// it is among the last <see cref="VisionLanguageChatOptions.ImageCacheBytes"/>. Image bytes are known by their SHA-256, files by path,
/// length and time. What is fetched is fetched each time.</para>
/// <para>Messages and options are read and not changed. The prompt has the images of a turn before its text, whatever their order in the
/// message. Every ChatOption is mapped or refused by its name; without a temperature answers are greedy. What belongs to ZooPrune
/// alone is under <see cref="ZooPruneKeys"/>.</para>
/// <para>The model is the caller's and outlives the client.</para>
/// </remarks>
public sealed class VisionLanguageChatClient : IChatClient
{
    /// <summary>The provider's name in <see cref="ChatClientMetadata"/>.</summary>
    public const string ProviderName = "zooprune";

    private readonly VisionLanguageModel _model;
    private readonly VisionLanguageChatOptions _options;
    private readonly ChatClientMetadata _metadata;
    private volatile bool _isDisposed;

    /// <summary>Makes a client of a model.</summary>
    /// <param name="model">The model; not disposed by the client.</param>
    /// <param name="options">What holds where requests say nothing; null for the defaults. Not to be changed afterwards.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is wrong, or is not for this model.</exception>
    public VisionLanguageChatClient(VisionLanguageModel model, VisionLanguageChatOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? new VisionLanguageChatOptions();
        _options.Validate();
        model.CheckPruning(_options.Pruning);
        Images = new PrunedImageCache<ImageKey>(_options.ImageCacheBytes);
        SharedImages = _options.SharedImages is { } shared ? new SharedImageCache(model, shared) : null;
        ModelId = _options.ModelId ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Files.Root)));
        _metadata = new ChatClientMetadata(ProviderName, providerUri: null, ModelId);
    }

    /// <summary>What the model is called: <see cref="VisionLanguageChatOptions.ModelId"/> or the name of its folder.</summary>
    public string ModelId { get; }

    /// <summary>Answers.</summary>
    /// <param name="messages">The whole conversation; the last message is the user's.</param>
    /// <param name="options">What this request asks for; null for the client's own.</param>
    /// <param name="cancellationToken">Ends the answer after the step at hand.</param>
    /// <returns>The answer; the <see cref="VisionAnswer"/> is its RawRepresentation.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    /// <exception cref="ArgumentException">The messages cannot be answered, or a value is out of range.</exception>
    /// <exception cref="NotSupportedException">An option or a content is one that the model does not have.</exception>
    /// <exception cref="ObjectDisposedException">The client or the model was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    /// <exception cref="ZooPruneException">An image cannot be used, the prompt is too long, or a graph failed.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        (IReadOnlyList<ChatTurn> turns, GenerationOptions generation) =
            await ReadAsync(messages, options, cancellationToken).ConfigureAwait(false);
        VisionAnswer answer = await Task.Run(() => _model.Answer(turns, generation, onText: null, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        string id = NewId();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text) { MessageId = id, RawRepresentation = answer })
        {
            ResponseId = id,
            ModelId = ModelId,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = ReasonOf(answer),
            Usage = UsageOf(answer),
            RawRepresentation = answer,
            AdditionalProperties = PropertiesOf(answer),
        };
    }

    /// <summary>Answers piece by piece. The last update has the reason of the end, the usage, and the <see cref="VisionAnswer"/> as its
    /// RawRepresentation.</summary>
    /// <returns>Pieces of the text, in whole characters. To stop reading ends the answer.</returns>
    /// <inheritdoc cref="GetResponseAsync" path="/param"/>
    /// <inheritdoc cref="GetResponseAsync" path="/exception"/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    /// <summary>What a conversation would cost, without answering: input tokens, and visual tokens before and after pruning.</summary>
    /// <remarks>Images are encoded, and kept as those of any request, so that the answer that follows does not encode them
    /// again.</remarks>
    /// <returns>The input's part of what the answer's usage will be.</returns>
    /// <inheritdoc cref="GetResponseAsync" path="/param"/>
    /// <inheritdoc cref="GetResponseAsync" path="/exception"/>
    public async Task<UsageDetails> GetTokenCountAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        (IReadOnlyList<ChatTurn> turns, GenerationOptions generation) =
            await ReadAsync(messages, options, cancellationToken).ConfigureAwait(false);
        AnswerRequest request = _model.CreateRequest(turns, generation);
        return UsageOf(request.PromptTokenCount, null, request.VisualTokenCount, request.KeptTokenCount);
    }

    /// <summary>The client itself, its <see cref="ChatClientMetadata"/>, or the <see cref="VisionLanguageModel"/>.</summary>
    /// <param name="serviceType">What is wanted.</param>
    /// <param name="serviceKey">Anything but null finds nothing.</param>
    /// <returns>Null for any other type.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="serviceType"/> is null.</exception>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(VisionLanguageModel) ? _model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Forgets the images. The model stays.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Images.Clear();
        SharedImages?.Dispose();
    }

    /// <summary>Images that were pruned.</summary>
    internal PrunedImageCache<ImageKey> Images { get; }

    /// <summary>Those of other processes; null where none are shared.</summary>
    internal SharedImageCache? SharedImages { get; }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        (IReadOnlyList<ChatTurn> turns, GenerationOptions generation) =
            await ReadAsync(messages, options, cancellation).ConfigureAwait(false);
        string id = NewId();
        DateTimeOffset created = DateTimeOffset.UtcNow;
        VisionAnswer? answer = null;
        await foreach (string piece in _model.AnswerAsync(turns, generation, whole => answer = whole, cancellation).ConfigureAwait(false))
        {
            yield return Update([new TextContent(piece)]);
            cancellation.ThrowIfCancellationRequested(); // Also where the model has finished before its reader.
        }

        ChatResponseUpdate last = Update([new UsageContent(UsageOf(answer!))]);
        last.FinishReason = ReasonOf(answer!);
        last.RawRepresentation = answer;
        last.AdditionalProperties = PropertiesOf(answer!);
        yield return last;

        ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents)
        {
            ResponseId = id,
            MessageId = id,
            ModelId = ModelId,
            CreatedAt = created,
        };
    }

    /// <summary>Reads a request: all that can be refused without an image is refused before the first one is opened.</summary>
    private async Task<(IReadOnlyList<ChatTurn> Turns, GenerationOptions Generation)> ReadAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellation.ThrowIfCancellationRequested();
        ChatSettings settings = ChatSettings.Read(options, _options, ModelId, _model.ModelDefaults, this);
        _model.CheckPruning(settings.Pruning);
        Conversation conversation = Conversation.Read(messages, settings.Instructions, _options);
        var images = new List<PrunedImage>();
        foreach (ImageSource source in conversation.Images)
        {
            images.Add(await Task.Run(
                () => source.PruneAsync(_model, settings.Pruning, Images, SharedImages, _options, cancellation),
                cancellation).ConfigureAwait(false));
        }

        return (conversation.ToTurns(images), settings.Generation);
    }

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():N}";

    private static ChatFinishReason ReasonOf(VisionAnswer answer) =>
        answer.FinishReason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails UsageOf(VisionAnswer answer) =>
        UsageOf(answer.PromptTokenCount, answer.TokenIds.Count, answer.VisualTokenCount, answer.KeptTokenCount);

    private static UsageDetails UsageOf(int input, int? output, int visual, int kept) => new()
    {
        InputTokenCount = input,
        OutputTokenCount = output,
        TotalTokenCount = input + output,
        AdditionalCounts = new() { [ZooPruneKeys.VisualTokens] = visual, [ZooPruneKeys.KeptTokens] = kept },
    };

    private static AdditionalPropertiesDictionary? PropertiesOf(VisionAnswer answer) =>
        answer.Note is null ? null : new() { [ZooPruneKeys.Note] = answer.Note };
}
