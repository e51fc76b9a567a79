using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using ZooPrune.Extensions.AI;

namespace ZooPrune.Cli;

/// <summary>POST /v1/chat/completions. Thread-safe.</summary>
/// <param name="client">Answers.</param>
/// <param name="queue">Whose turn it is.</param>
/// <param name="options">The limits.</param>
/// <param name="log">What failed for no fault of a request's.</param>
internal sealed partial class ChatEndpoint(
    VisionLanguageChatClient client, AnswerQueue queue, ServerOptions options, ILogger<ChatEndpoint> log)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Answers one request; whatever happens there is one reply.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        using var limit = new CancellationTokenSource(options.Timeout);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        bool isEventStream = false;
        try
        {
            if (queue.IsDraining)
            {
                throw queue.Refuse(Refusal.Stopping());
            }

            CheckHead(context.Request);
            using AnswerQueue.BodyRoom room = queue.NewRoom();
            ChatRequest request = await ReadAsync(context.Request, room, over.Token);
            using IDisposable turn = await queue.EnterAsync(over.Token);

            // What is wrong with the request is known before anything is written, and can have its own status.
            try
            {
                await client.GetTokenCountAsync(request.Messages, request.Options, over.Token);
            }
            catch (Exception exception) when (exception is ZooPruneException or ArgumentException or NotSupportedException)
            {
                throw Refusal.Unusable(exception);
            }

            if (request.IsStream)
            {
                StartEvents(context.Response);
                isEventStream = true;
                await StreamAsync(context.Response, request, over.Token);
            }
            else
            {
                await WriteAsync(context.Response, request, over.Token);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more.
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await RefuseAsync(context, isEventStream, queue.Refuse(Refusal.TimedOut(options.Timeout)));
        }
        catch (Refusal refusal)
        {
            await RefuseAsync(context, isEventStream, refusal);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            Failed(log, exception);
            await RefuseAsync(context, isEventStream, Refusal.Failed(exception));
        }
    }

    /// <summary>What can be known before the body comes.</summary>
    private void CheckHead(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw Refusal.WrongType(request.ContentType);
        }

        if (request.ContentLength > options.MaxBodyBytes)
        {
            throw Refusal.TooLong(options.MaxBodyBytes);
        }
    }

    private async Task<ChatRequest> ReadAsync(HttpRequest request, AnswerQueue.BodyRoom room, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        try
        {
            byte[] piece = new byte[1 << 16];
            for (int length; (length = await request.Body.ReadAsync(piece, cancellation)) > 0;)
            {
                room.Take(length);
                body.Write(piece, 0, length);
                if (body.Length > options.MaxBodyBytes)
                {
                    throw Refusal.TooLong(options.MaxBodyBytes);
                }
            }

            using var json = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length), Strict);
            return ChatRequest.Read(json.RootElement, client.ModelId, options);
        }
        catch (BadHttpRequestException exception)
        {
            throw exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Refusal.TooLong(options.MaxBodyBytes) : Refusal.DidNotArrive(exception.StatusCode);
        }
        catch (JsonException exception)
        {
            throw Refusal.NotJson(exception.Message.TrimEnd('.'));
        }
        catch (InvalidOperationException)
        {
            throw Refusal.NotJson("half a character in a text");
        }
    }

    private async Task WriteAsync(HttpResponse response, ChatRequest request, CancellationToken cancellation)
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(request.Messages, request.Options, cancellation))
        {
            updates.Add(update);
        }

        ChatResponseUpdate last = updates[^1];
        byte[] json = NewJson(last).Whole(string.Concat(updates.Select(update => update.Text)), last, UsageOf(last));
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, cancellation);
    }

    private async Task StreamAsync(HttpResponse response, ChatRequest request, CancellationToken cancellation)
    {
        bool isFirst = true;
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(request.Messages, request.Options, cancellation))
        {
            ChatJson json = NewJson(update);
            if (isFirst)
            {
                await WriteEventAsync(response, json.Piece("", isFirst: true), cancellation);
                isFirst = false;
            }

            if (update.FinishReason is null)
            {
                await WriteEventAsync(response, json.Piece(update.Text), cancellation);
                continue;
            }

            await WriteEventAsync(response, json.Piece(null, last: update, usage: UsageOf(update)), cancellation);
            if (request.WithUsage)
            {
                await WriteEventAsync(response, json.UsagePiece(UsageOf(update)), cancellation);
            }
        }

        await WriteEventAsync(response, "[DONE]"u8.ToArray(), cancellation);
    }

    /// <summary>Says why there is no answer: as the reply, or in an answer that has begun as its end.</summary>
    private static async Task RefuseAsync(HttpContext context, bool isEventStream, Refusal refusal)
    {
        try
        {
            if (isEventStream)
            {
                await WriteEventAsync(context.Response, refusal.ToJson(), context.RequestAborted);
            }
            else if (!context.Response.HasStarted)
            {
                await refusal.WriteAsync(context);
            }
            else
            {
                context.Abort();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody is there any more.
        }
    }

    private static void StartEvents(HttpResponse response)
    {
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
    }

    private static async Task WriteEventAsync(HttpResponse response, byte[] json, CancellationToken cancellation)
    {
        response.BodyWriter.Write("data: "u8);
        response.BodyWriter.Write(json);
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancellation);
    }

    private ChatJson NewJson(ChatResponseUpdate update) =>
        new(client.ModelId, update.ResponseId ?? "", update.CreatedAt ?? DateTimeOffset.UtcNow);

    private static UsageDetails UsageOf(ChatResponseUpdate last) => last.Contents.OfType<UsageContent>().Single().Details;

    [LoggerMessage(LogLevel.Error, "An answer failed.")]
    private static partial void Failed(ILogger log, Exception exception);
}
