using System.Diagnostics;
using System.Text.Json;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>
/// Both answers as server-sent events: "text" whenever there is more of one, then "answer", which is what others get at once. A prediction
/// engine gives a row when it is whole, so this asks the model itself.
/// </summary>
internal sealed class AnswerStream(VisionLanguageModel model, HttpResponse response)
{
    private const string MediaType = "text/event-stream";

    /// <summary>Whether the client takes events.</summary>
    public static bool IsWanted(HttpRequest request) => request.Headers.Accept.ToString().Contains(MediaType, StringComparison.Ordinal);

    /// <summary>Reads the picture once, answers with the budget and then with all tokens.</summary>
    /// <exception cref="Refusal">The picture cannot be read; nothing has been written.</exception>
    public async Task<AnswerResponse> WriteAsync(int keep, ShapesVqa.ModelInput input, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        PreparedImage image = Prepare(input.Image);
        TimeSpan preprocess = Stopwatch.GetElapsedTime(start);
        EncodedImage encoded = model.Encode(image, cancellation);
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";

        PrunedImage few = model.Prune(encoded, new PruningOptions { Keep = KeepBudget.Tokens(keep) });
        AnswerResponse.Run pruned = await AnswerAsync("pruned", few, input.Question, preprocess, cancellation);
        AnswerResponse.Run unpruned = await AnswerAsync("unpruned", model.Prune(encoded), input.Question, preprocess, cancellation);
        var answer = new AnswerResponse(pruned, unpruned, few.KeptIndices, few.VisualTokenCount);
        await SendAsync("answer", answer, cancellation);
        return answer;
    }

    private PreparedImage Prepare(byte[] file)
    {
        try
        {
            return model.Prepare(file, "picture");
        }
        catch (ZooPruneException e) when (Refusal.PictureReason(e.Message) is { } reason)
        {
            throw Refusal.BrokenImage(reason);
        }
    }

    private async Task<AnswerResponse.Run> AnswerAsync(
        string run, PrunedImage image, string question, TimeSpan preprocess, CancellationToken cancellation)
    {
        VisionAnswer answer = null!;
        IAsyncEnumerable<string> pieces = model.AnswerAsync(
            [new ChatTurn(ChatTurn.User, question, [image])], new GenerationOptions(), whole => answer = whole, cancellation);
        await foreach (string text in pieces)
        {
            await SendAsync("text", new { run, text }, cancellation);
        }

        return new AnswerResponse.Run(
            answer.Text,
            answer.Note ?? "",
            image.KeptTokenCount,
            new AnswerResponse.Times(
                (float)preprocess.TotalMilliseconds,
                (float)image.Timings.Encode.TotalMilliseconds,
                (float)image.Timings.Prune.TotalMilliseconds,
                (float)answer.Timings.Prefill.TotalMilliseconds,
                (float)answer.Timings.Decode.TotalMilliseconds));
    }

    private async Task SendAsync<T>(string name, T data, CancellationToken cancellation)
    {
        await response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, JsonSerializerOptions.Web)}\n\n", cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
