using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using ZooPrune.Serving;

namespace ZooPrune.Samples;

/// <summary>A request that is not answered, and why: the server's counterpart of <see cref="Throw"/>. Becomes problem details (RFC 9457)
/// that are meant to be shown to the user.</summary>
internal sealed class Refusal : Exception
{
    private readonly string _title;
    private int? _retryAfterSeconds;

    private Refusal(int status, string title, string detail)
        : base(detail)
    {
        Status = status;
        _title = title;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>Answers with it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            // Part of an answer is out: nothing that follows would be understood.
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = Status;
        if (_retryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var problem = new ProblemDetails { Status = Status, Title = _title, Detail = Message };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(problem, JsonSerializerOptions.Web);
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json);
        await RefusedBody.ReadRestAsync(context);
    }

    public static Refusal ImageTooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge, "The picture is too large",
        $"The file has more than {Size(limit)}. Files up to {Size(limit)} are taken; make the picture smaller or save it as JPEG.");

    public static Refusal NotAnImage(string? name) => new(
        StatusCodes.Status415UnsupportedMediaType, "This is not a picture",
        $"{(string.IsNullOrWhiteSpace(name) ? "The file" : $"'{name}'")} is no PNG, JPEG, WebP, GIF or BMP file. "
        + "Expected one of these by content, whatever the name says; convert the file or choose another.");

    public static Refusal FormatNotTaken(string? name, string format) => new(
        StatusCodes.Status415UnsupportedMediaType, $"{format} pictures are not taken",
        $"{(string.IsNullOrWhiteSpace(name) ? "The file" : $"'{name}'")} is {format}. "
        + "Expected PNG, JPEG, WebP, GIF (its first frame) or BMP; save it as one of these.");

    public static Refusal BrokenImage(string reason) => new(
        StatusCodes.Status400BadRequest, "The picture cannot be read", reason);

    public static Refusal NoImage() => new(
        StatusCodes.Status400BadRequest, "There is no picture",
        "The request has neither 'image' nor 'sample'. Expected exactly one of them; choose a picture.");

    public static Refusal UnknownSample() => new(
        StatusCodes.Status400BadRequest, "There is no such picture",
        "The 'sample' of the request is not among the pictures offered. Expected a name from /api/description; choose one of those.");

    public static Refusal NoQuestion() => new(
        StatusCodes.Status400BadRequest, "There is no question",
        "The 'question' of the request is empty. Expected a question about the picture; type one.");

    public static Refusal QuestionTooLong(int limit) => new(
        StatusCodes.Status400BadRequest, "The question is too long",
        $"The question has more than {limit} characters. Expected at most {limit}; shorten it.");

    public static Refusal BadKeep(int count) => new(
        StatusCodes.Status400BadRequest, "The budget is out of range",
        "The 'keep' of the request is not a number of visual tokens of this model. "
        + $"Expected a whole number from 1 to {count}; correct it.");

    public static Refusal NoForm(string? reason = null) => new(
        StatusCodes.Status400BadRequest, "The request cannot be read",
        $"The body is not a complete form{(reason is null ? "" : $" ({reason})")}. "
        + "Expected multipart/form-data with 'image' or 'sample', 'question' and 'keep'; send it again.");

    public static Refusal TransferFailed(int status) => new(
        status, "The request did not arrive",
        "The body stopped coming, came too slowly or does not follow HTTP. Expected a complete form; send it again.");

    public static Refusal Busy(int queue) => new(
        StatusCodes.Status503ServiceUnavailable, "Too many questions at once",
        $"All workers are busy and {queue} questions wait already. Expected room in the queue; try again in a moment.")
    {
        _retryAfterSeconds = 1,
    };

    public static Refusal TooManyBytes() => new(
        StatusCodes.Status503ServiceUnavailable, "Too many pictures at once",
        "The pictures on their way hold as many bytes as they may. Expected room for another; try again in a moment.")
    {
        _retryAfterSeconds = 1,
    };

    public static Refusal TooManyConnections(int limit) => new(
        StatusCodes.Status429TooManyRequests, "Too many connections",
        $"Your address has over {limit} connections. Expected at most so many; close some and try again.")
    {
        _retryAfterSeconds = 5,
    };

    public static Refusal TimedOut(TimeSpan timeout) => new(
        StatusCodes.Status504GatewayTimeout, "This took too long",
        string.Create(CultureInfo.InvariantCulture, $"There was no answer within {timeout.TotalSeconds:0.#} seconds. ")
        + "Expected a shorter queue or a faster connection; try again.");

    public static Refusal ForeignOrigin() => new(
        StatusCodes.Status403Forbidden, "The question comes from another site",
        "The browser says that a page of another site sent this. Expected a question from this page; open it and ask there.");

    /// <summary>What the image decoder says about a file, without the file's name before it; null for other messages.</summary>
    public static string? PictureReason(string error)
    {
        const string End = "': ";
        int end = error.IndexOf(End, StringComparison.Ordinal);
        return error.StartsWith("Image '", StringComparison.Ordinal) && end > 0
            ? char.ToUpperInvariant(error[end + End.Length]) + error[(end + End.Length + 1)..]
            : null;
    }

    private static string Size(int bytes) => bytes >= 1024 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024.0):0.#} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB");
}
