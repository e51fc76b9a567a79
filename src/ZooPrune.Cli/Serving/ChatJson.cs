using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;
using ZooPrune.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>Chat completions as OpenAI's API writes them, and what ZooPrune adds under "zooprune".</summary>
/// <param name="modelId">What the model is called.</param>
/// <param name="id">Of the answer.</param>
/// <param name="created">When it began.</param>
internal sealed class ChatJson(string modelId, string id, DateTimeOffset created)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is written, in UTF-8.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A whole answer.</summary>
    public byte[] Whole(string text, ChatResponseUpdate last, UsageDetails usage) => Completion("chat.completion", json =>
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", text);
        json.WriteNull("refusal");
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", last.FinishReason?.Value);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, usage);
        WriteExtension(json, last, usage);
    });

    /// <summary>A piece of an answer: the next text, or why it ended.</summary>
    /// <param name="text">The next text; null at the end.</param>
    /// <param name="isFirst">Whether it is the first piece.</param>
    /// <param name="last">What was said at the end; null before.</param>
    /// <param name="usage">What it took; null before the end.</param>
    public byte[] Piece(string? text, bool isFirst = false, ChatResponseUpdate? last = null, UsageDetails? usage = null) =>
        Completion("chat.completion.chunk", json =>
        {
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            if (isFirst)
            {
                json.WriteString("role", "assistant");
            }

            if (text is not null)
            {
                json.WriteString("content", text);
            }

            json.WriteEndObject();
            json.WriteNull("logprobs");
            json.WriteString("finish_reason", last?.FinishReason?.Value);
            json.WriteEndObject();
            json.WriteEndArray();
            if (last is not null && usage is not null)
            {
                WriteExtension(json, last, usage);
            }
        });

    /// <summary>The piece after the end that says what the answer took.</summary>
    public byte[] UsagePiece(UsageDetails usage) => Completion("chat.completion.chunk", json =>
    {
        json.WriteStartArray("choices");
        json.WriteEndArray();
        WriteUsage(json, usage);
    });

    /// <summary>A list of the one model, or the model.</summary>
    public static byte[] Model(string modelId, DateTimeOffset created, bool isList) => Write(json =>
    {
        if (isList)
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
        }

        json.WriteStartObject();
        json.WriteString("id", modelId);
        json.WriteString("object", "model");
        json.WriteNumber("created", created.ToUnixTimeSeconds());
        json.WriteString("owned_by", "zooprune");
        json.WriteEndObject();
        if (isList)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    });

    private byte[] Completion(string type, Action<Utf8JsonWriter> write) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", type);
        json.WriteNumber("created", created.ToUnixTimeSeconds());
        json.WriteString("model", modelId);
        write(json);
        json.WriteEndObject();
    });

    private static void WriteUsage(Utf8JsonWriter json, UsageDetails usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.InputTokenCount ?? 0);
        json.WriteNumber("completion_tokens", usage.OutputTokenCount ?? 0);
        json.WriteNumber("total_tokens", usage.TotalTokenCount ?? 0);
        json.WriteEndObject();
    }

    private static void WriteExtension(Utf8JsonWriter json, ChatResponseUpdate last, UsageDetails usage)
    {
        json.WriteStartObject("zooprune");
        json.WriteNumber("visual_tokens", usage.AdditionalCounts![ZooPruneKeys.VisualTokens]);
        json.WriteNumber("kept_tokens", usage.AdditionalCounts[ZooPruneKeys.KeptTokens]);
        json.WriteString("note", last.AdditionalProperties?[ZooPruneKeys.Note] as string);
        if (last.RawRepresentation is VisionAnswer answer)
        {
            json.WriteNumber("prefill_ms", Math.Round(answer.Timings.Prefill.TotalMilliseconds, 1));
            json.WriteNumber("decode_ms", Math.Round(answer.Timings.Decode.TotalMilliseconds, 1));
        }

        json.WriteEndObject();
    }
}
