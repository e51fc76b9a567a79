using System.Diagnostics;
using System.Text.Json;
using ZooPrune.Onnx;
using ZooPrune.Serving;

namespace ZooPrune.Samples;

/// <summary>Picture, question and budget -> both answers, whole or, for who accepts text/event-stream, as they come.</summary>
internal sealed partial class AnswerEndpoint(
    ServerOptions options,
    VisionLanguageModel model,
    EnginePool engines,
    AnswerQueue queue,
    BytesInFlight bytes,
    SamplePictures samples,
    ILogger<AnswerEndpoint> logger)
{
    /// <summary>Maps POST /api/answers.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/answers", (RequestDelegate)AnswerAsync);

    /// <summary>Answers once for nobody, if there is a picture: the first answer takes several times as long as the others.</summary>
    public void WarmUp()
    {
        if (samples.First is { } picture)
        {
            Answer(ShapesVqa.DefaultKeep, picture, CancellationToken.None);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // Set when the client goes away, and when the request takes too long.
        CancellationToken cancellation = context.RequestAborted;
        try
        {
            using BytesInFlight.Room room = bytes.NewRoom();
            AnswerForm form = await AnswerForm.ReadAsync(context.Request, options, model.VisualTokenCount, room, cancellation);
            var input = new ShapesVqa.ModelInput { Image = form.Image ?? samples.Read(form.Sample!), Question = form.Question };
            long arrived = Stopwatch.GetTimestamp();
            AnswerResponse answer;
            TimeSpan waited;
            bool isStreamed = AnswerStream.IsWanted(context.Request);
            using (await queue.EnterAsync(cancellation))
            {
                waited = Stopwatch.GetElapsedTime(arrived);
                answer = isStreamed
                    ? await new AnswerStream(model, context.Response).WriteAsync(form.Keep, input, cancellation)
                    : Answer(form.Keep, input, cancellation);
            }

            TimeSpan took = Stopwatch.GetElapsedTime(arrived) - waited;
            LogAnswer(form.Keep, answer.VisualTokenCount, waited.TotalMilliseconds, took.TotalMilliseconds);
            if (isStreamed)
            {
                return;
            }

            // Whole or not at all: an answer that is broken off would be followed by the reason, two replies to one request.
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(answer, JsonSerializerOptions.Web);
            cancellation.ThrowIfCancellationRequested();
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = json.Length;
            await context.Response.Body.WriteAsync(json);
        }
        catch (Refusal refusal)
        {
            LogRefusal(refusal.Status);
            await refusal.WriteAsync(context);
        }
    }

    /// <summary>Both runs on this thread. A run is not broken off: it takes some ten milliseconds.</summary>
    private AnswerResponse Answer(int keep, ShapesVqa.ModelInput input, CancellationToken cancellation)
    {
        ShapesVqa.ModelOutput unpruned = Predict(model.VisualTokenCount, input, cancellation);
        return AnswerResponse.Of(Predict(keep, input, cancellation), unpruned);
    }

    private ShapesVqa.ModelOutput Predict(int keep, ShapesVqa.ModelInput input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ShapesVqa.ModelOutput output = engines.Predict(keep, input);
        return output.Error.Length == 0 ? output
            : Refusal.PictureReason(output.Error) is { } reason ? throw Refusal.BrokenImage(reason)
            : throw new InvalidOperationException(output.Error);
    }

    [LoggerMessage(
        LogLevel.Information, "Answered with {Keep} of {Count} visual tokens and with all: waited {Waited:0} ms, took {Took:0} ms")]
    private partial void LogAnswer(int keep, int count, double waited, double took);

    [LoggerMessage(LogLevel.Information, "Refused with status {Status}")]
    private partial void LogRefusal(int status);
}

/// <summary>What the page gets: the same question with the budget and with all tokens.</summary>
/// <param name="Pruned">With the budget.</param>
/// <param name="Unpruned">With all visual tokens.</param>
/// <param name="KeptIndices">The tokens that were kept, ascending, numbered row by row over the central square of the picture.</param>
/// <param name="VisualTokenCount">N, before pruning.</param>
internal sealed record AnswerResponse(
    AnswerResponse.Run Pruned, AnswerResponse.Run Unpruned, IReadOnlyList<int> KeptIndices, int VisualTokenCount)
{
    public static AnswerResponse Of(ShapesVqa.ModelOutput pruned, ShapesVqa.ModelOutput unpruned) =>
        new(Run.Of(pruned), Run.Of(unpruned), pruned.KeptIndices, pruned.VisualTokenCount);

    /// <summary>One way through the pipeline.</summary>
    internal sealed record Run(string Answer, string Note, int KeptTokenCount, Times Milliseconds)
    {
        public static Run Of(ShapesVqa.ModelOutput output) => new(
            output.Answer,
            output.Note,
            output.KeptIndices.Length,
            new Times(
                output.PreprocessMilliseconds,
                output.EncodeMilliseconds,
                output.PruneMilliseconds,
                output.PrefillMilliseconds,
                output.DecodeMilliseconds));
    }

    /// <summary>Milliseconds of each stage.</summary>
    internal sealed record Times(float Preprocess, float Encode, float Prune, float Prefill, float Decode);
}
