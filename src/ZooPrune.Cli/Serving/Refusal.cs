using System.Globalization;
using Microsoft.AspNetCore.Http;
using ZooPrune.Serving;

namespace ZooPrune.Cli;

/// <summary>A request that is not answered, and why, in the shape of OpenAI's errors.</summary>
internal sealed class Refusal : Exception
{
    private const string Invalid = "invalid_request_error";
    private const string Failure = "server_error";

    private readonly string? _parameter;
    private int? _retryAfterSeconds;

    private Refusal(int status, string type, string message, string? code = null, string? parameter = null, Exception? inner = null)
        : base(message, inner) => (Status, Type, Code, _parameter) = (status, type, code, parameter);

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The kind of error.</summary>
    public string Type { get; }

    /// <summary>What a program can tell errors apart by.</summary>
    public string? Code { get; }

    public static Refusal NotJson(string reason) => new(
        400, Invalid, $"Request: its body is no JSON ({reason}). Expected an object with model and messages; correct it.", "invalid_json");

    public static Refusal Wrong(string parameter, string got, string needed) => new(
        400, Invalid, $"{parameter}: it is {Shorten(got)}. Expected {needed}; correct it or leave it out.", "invalid_value", parameter);

    public static Refusal Missing(string parameter, string needed) => new(
        400, Invalid, $"{parameter}: it is missing. Expected {needed}; add it.", "missing_required_parameter", parameter);

    public static Refusal Unknown(string parameter) => new(
        400,
        Invalid,
        $"{Shorten(parameter)}: this server knows no such parameter. Expected those of chat completions; leave it out.",
        "unknown_parameter",
        parameter);

    public static Refusal Unsupported(string parameter, string got, string advice) => new(
        400, Invalid, $"{parameter}: it is {Shorten(got)}, which this server does not have. {advice}", "unsupported_parameter", parameter);

    public static Refusal UnknownModel(string got, string known) => new(
        404, Invalid, $"model: '{Shorten(got)}' is not here. This server has '{known}' alone; ask for that.", "model_not_found", "model");

    /// <summary>What the model or the client said about the request.</summary>
    public static Refusal Unusable(Exception cause) => new(400, Invalid, cause.Message, "invalid_value", "messages", cause);

    public static Refusal NoKey() => new(
        401,
        Invalid,
        "Authorization: the key is missing or wrong. Expected Bearer and one of this server's keys; send one.",
        "invalid_api_key");

    public static Refusal NotFound(string method, string path) => new(
        404,
        Invalid,
        $"'{Shorten($"{method} {path}")}': there is no such address here. "
        + "Expected POST /v1/chat/completions or GET /v1/models; correct it.",
        "unknown_url");

    public static Refusal WrongMethod(string method, string path) => new(
        405,
        Invalid,
        $"'{Shorten($"{method} {path}")}': the address takes another method. "
        + "Expected POST /v1/chat/completions or GET /v1/models; correct it.",
        "method_not_supported");

    public static Refusal WrongType(string? type) => new(
        415, Invalid, $"Content-Type: it is '{Shorten(type ?? "")}'. Expected application/json; set it.", "unsupported_content_type");

    public static Refusal TooLong(int limit) => new(
        413,
        Invalid,
        Text($"Request: its body is too long. At most {limit:N0} bytes are taken; send smaller pictures or fewer."),
        "request_too_large");

    public static Refusal DidNotArrive(int status) => new(
        status,
        Invalid,
        "Request: its body stopped coming, came too slowly or does not follow HTTP. Expected a complete body; "
        + "send it again.",
        "incomplete_request");

    public static Refusal Busy(int queue) => new(
        429,
        "rate_limit_error",
        Text($"Server: it is busy and {queue:N0} requests wait already. Expected room in the queue; try again in a moment."),
        "queue_full")
    {
        _retryAfterSeconds = 1,
    };

    public static Refusal TooManyBytes() => new(
        429,
        "rate_limit_error",
        "Server: the requests on their way hold as many bytes as they may. Expected room for another; "
        + "try again in a moment.",
        "too_many_bytes")
    {
        _retryAfterSeconds = 1,
    };

    public static Refusal TooManyConnections(int limit) => new(
        429,
        "rate_limit_error",
        Text($"Server: this address has over {limit:N0} connections. Expected at most so many; close some and try again."),
        "too_many_connections")
    {
        _retryAfterSeconds = 5,
    };

    public static Refusal Stopping() => new(
        503, Failure, "Server: it is being stopped. Expected one that runs; try again later.", "stopping")
    {
        _retryAfterSeconds = 10,
    };

    public static Refusal TimedOut(TimeSpan limit) => new(
        504,
        Failure,
        Text(
            $"Server: there was no whole answer within {limit.TotalSeconds:0.#} seconds.",
            $"Expected a shorter queue or a shorter answer; lower max_tokens or try again."),
        "timeout");

    public static Refusal Failed(Exception cause) => new(
        500,
        Failure,
        $"Server: the answer failed ({cause.GetType().Name}). Nothing of the kind is expected; see the server's log.",
        "failed",
        inner: cause);

    /// <summary>Answers with it, where no answer has begun.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        if (_retryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        byte[] json = ToJson();
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
        await RefusedBody.ReadRestAsync(context);
    }

    /// <summary>{"error": {...}}, in UTF-8.</summary>
    public byte[] ToJson() => ChatJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", Message);
        json.WriteString("type", Type);
        json.WriteString("param", _parameter);
        json.WriteString("code", Code);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>The parts of a message, in every culture the same, with a blank between them.</summary>
    private static string Text(params FormattableString[] message) => string.Join(' ', message.Select(FormattableString.Invariant));

    private static string Shorten(string text) => Consoles.Harmless(text.Length <= 80 ? text : $"{text[..80]}...");
}
