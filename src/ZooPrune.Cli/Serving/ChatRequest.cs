using System.Text.Json;
using Microsoft.Extensions.AI;
using ZooPrune.Extensions.AI;

namespace ZooPrune.Cli;

/// <summary>A request for a chat completion, read from OpenAI's JSON. What the model does not have is refused by its name; what is null,
/// empty or its own default is as if it were not there.</summary>
/// <param name="Messages">The conversation.</param>
/// <param name="Options">What else was asked for.</param>
/// <param name="IsStream">Whether the answer is to come in pieces.</param>
/// <param name="WithUsage">Whether the pieces end with what the answer took.</param>
internal sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options, bool IsStream, bool WithUsage)
{
    /// <summary>Reads a request.</summary>
    /// <param name="json">The body.</param>
    /// <param name="modelId">The one model that may be asked for.</param>
    /// <param name="limits">How much may be asked for.</param>
    /// <exception cref="Refusal">It cannot be understood, or asks for what is not there.</exception>
    public static ChatRequest Read(JsonElement json, string modelId, ServerOptions limits)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Refusal.NotJson("it is no object");
        }

        var options = new ChatOptions();
        IReadOnlyList<ChatMessage>? messages = null;
        string? model = null;
        bool isStream = false;
        bool withUsage = false;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            (string name, JsonElement value) = (property.Name, property.Value);
            if (IsNothing(value))
            {
                continue;
            }

            switch (name)
            {
                case "model":
                    model = Text(name, value);
                    break;
                case "messages":
                    messages = ReadMessages(value, limits);
                    break;
                case "stream":
                    isStream = Flag(name, value);
                    break;
                case "stream_options":
                    withUsage = ReadStreamOptions(value);
                    break;
                case "max_tokens" or "max_completion_tokens":
                    options.MaxOutputTokens = (int)Number(name, value, 1, int.MaxValue, isWhole: true);
                    break;
                case "temperature":
                    options.Temperature = (float)Number(name, value, 0, 2);
                    break;
                case "top_p":
                    options.TopP = (float)Number(name, value, float.Epsilon, 1);
                    break;
                case "seed":
                    options.Seed = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long seed)
                        ? seed : throw Refusal.Wrong(name, value.ToString(), "a whole number");
                    break;
                case "stop":
                    options.StopSequences = ReadStops(value);
                    break;
                case "zooprune":
                    ReadExtension(value, options);
                    break;
                case "user" or "metadata" or "safety_identifier" or "prompt_cache_key":
                    break; // Who asks changes no answer.
                case "parallel_tool_calls":
                    Flag(name, value);
                    break;
                default:
                    CheckDefault(name, value);
                    break;
            }
        }

        model = model ?? throw Refusal.Missing("model", $"'{modelId}'");
        return model != modelId ? throw Refusal.UnknownModel(model, modelId)
            : withUsage && !isStream ? throw Refusal.Unsupported("stream_options", "there without stream", "Leave it out.")
            : new ChatRequest(messages ?? throw Refusal.Missing("messages", "the conversation"), options, isStream, withUsage);
    }

    /// <summary>Parameters of OpenAI's that may say only what is done anyway.</summary>
    private static void CheckDefault(string name, JsonElement value)
    {
        (string[] defaults, string advice) = name switch
        {
            "n" => (["1"], "Expected 1: ask several times, with other seeds."),
            "frequency_penalty" or "presence_penalty" =>
                (["0", "0.0"], "Expected 0: leave it out, or use zooprune.repetition_penalty."),
            "logprobs" or "store" => (["False"], "Expected false: leave it out."),
            "top_logprobs" => (["0"], "Expected 0: leave it out."),
            "response_format" => ([], "Expected {\"type\": \"text\"}: leave it out, and ask for the form in words."),
            "tool_choice" or "function_call" => (["none", "auto"], "Tools are not supported: leave it out."),
            "tools" or "functions" => ([], "Tools are not supported: leave them out."),
            "logit_bias" => ([], "Leave it out."),
            "service_tier" => (["auto", "default"], "Leave it out."),
            "reasoning_effort" => (["none"], "Leave it out."),
            "modalities" => ([], "Expected [\"text\"]: leave it out."),
            "audio" or "prediction" or "web_search_options" or "verbosity" => (Array.Empty<string>(), "Leave it out."),
            _ => throw Refusal.Unknown(name),
        };
        bool isDefault = name switch
        {
            "response_format" => value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty("type", out JsonElement type) && type.ValueEquals("text"),
            "modalities" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(one => one.ValueEquals("text")),
            _ => defaults.Contains(value.ToString()),
        };
        if (!isDefault)
        {
            throw Refusal.Unsupported(name, value.ToString(), advice);
        }
    }

    private static bool ReadStreamOptions(JsonElement value)
    {
        bool withUsage = false;
        foreach (JsonProperty property in Properties("stream_options", value))
        {
            withUsage = property.Name == "include_usage" ? Flag("stream_options.include_usage", property.Value)
                : property.Name == "include_obfuscation" && !Flag("stream_options.include_obfuscation", property.Value) ? withUsage
                : throw Refusal.Unknown($"stream_options.{property.Name}");
        }

        return withUsage;
    }

    private static List<string> ReadStops(JsonElement value)
    {
        string[] stops = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(stop => Text("stop", stop))]
            : [Text("stop", value)];
        return stops.Length > 4 || Array.Exists(stops, stop => stop.Length is 0 or > 1000)
            ? throw Refusal.Wrong("stop", $"{stops.Length} texts", "at most 4 texts of 1 to 1000 characters")
            : [.. stops];
    }

    private static void ReadExtension(JsonElement value, ChatOptions options)
    {
        options.AdditionalProperties = [];
        foreach (JsonProperty property in Properties("zooprune", value))
        {
            string name = $"zooprune.{property.Name}";
            switch (property.Name)
            {
                case "keep" when !IsNothing(property.Value):
                    options.AdditionalProperties[ZooPruneKeys.Keep] =
                        KeepBudget.TryParse(property.Value.ToString(), null, out KeepBudget keep) ? keep
                        : throw Refusal.Wrong(name, property.Value.ToString(), "a count such as 64 or a percentage such as \"11%\"");
                    break;
                case "method" when !IsNothing(property.Value):
                    options.AdditionalProperties[ZooPruneKeys.Method] = ReadMethod(name, property.Value);
                    break;
                case "repetition_penalty" when !IsNothing(property.Value):
                    options.AdditionalProperties[ZooPruneKeys.RepetitionPenalty] = Number(name, property.Value, 0.01, 100);
                    break;
                case "top_k" when !IsNothing(property.Value):
                    options.TopK = (int)Number(name, property.Value, 0, int.MaxValue, isWhole: true);
                    break;
                case "keep" or "method" or "repetition_penalty" or "top_k":
                    break;
                default:
                    throw Refusal.Unknown(name);
            }
        }
    }

    private static SelectionMethod ReadMethod(string name, JsonElement value)
    {
        try
        {
            return Names.Methods.Parse(name, Text(name, value));
        }
        catch (UsageException)
        {
            throw Refusal.Wrong(name, value.ToString(), $"one of {Names.Methods}");
        }
    }

    private static List<ChatMessage> ReadMessages(JsonElement value, ServerOptions limits)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Refusal.Wrong("messages", value.ValueKind.ToString(), "an array");
        }

        if (value.GetArrayLength() > limits.MaxMessages)
        {
            throw Refusal.Wrong("messages", $"of {value.GetArrayLength()} messages", $"at most {limits.MaxMessages}");
        }

        var messages = new List<ChatMessage>();
        foreach (JsonElement message in value.EnumerateArray())
        {
            messages.Add(ReadMessage($"messages[{messages.Count}]", message, limits));
        }

        return messages;
    }

    private static ChatMessage ReadMessage(string at, JsonElement json, ServerOptions limits)
    {
        ChatRole? role = null;
        List<AIContent> contents = [];
        foreach (JsonProperty property in Properties(at, json))
        {
            string name = $"{at}.{property.Name}";
            if (IsNothing(property.Value))
            {
                continue;
            }

            switch (property.Name)
            {
                case "role":
                    role = Text(name, property.Value) switch
                    {
                        "system" or "developer" => ChatRole.System,
                        "user" => ChatRole.User,
                        "assistant" => ChatRole.Assistant,
                        var other => throw Refusal.Unsupported(name, $"'{other}'", "Expected system, user or assistant."),
                    };
                    break;
                case "content":
                    contents = ReadContents(name, property.Value, limits);
                    break;
                default:
                    throw Refusal.Unsupported(name, "there", "Leave it out.");
            }
        }

        return new ChatMessage(role ?? throw Refusal.Missing($"{at}.role", "system, user or assistant"), contents);
    }

    private static List<AIContent> ReadContents(string at, JsonElement json, ServerOptions limits)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            return [new TextContent(json.GetString())];
        }

        if (json.ValueKind != JsonValueKind.Array)
        {
            throw Refusal.Wrong(at, json.ValueKind.ToString(), "a text or an array of parts");
        }

        var contents = new List<AIContent>();
        foreach (JsonElement part in json.EnumerateArray())
        {
            string name = $"{at}[{contents.Count}]";
            string type = part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out JsonElement given)
                ? Text($"{name}.type", given) : throw Refusal.Missing($"{name}.type", "text or image_url");
            contents.Add(type switch
            {
                "text" => new TextContent(part.TryGetProperty("text", out JsonElement text)
                    ? Text($"{name}.text", text) : throw Refusal.Missing($"{name}.text", "a text")),
                "image_url" => part.TryGetProperty("image_url", out JsonElement image)
                    ? ReadImage($"{name}.image_url", image, limits) : throw Refusal.Missing($"{name}.image_url", "an object with url"),
                _ => throw Refusal.Unsupported($"{name}.type", $"'{type}'", "Expected text or image_url."),
            });
        }

        return contents;
    }

    private static AIContent ReadImage(string at, JsonElement json, ServerOptions limits)
    {
        string? url = null;
        foreach (JsonProperty property in Properties(at, json))
        {
            string name = $"{at}.{property.Name}";
            switch (property.Name)
            {
                case "url":
                    url = Text(name, property.Value);
                    break;
                case "detail" when IsNothing(property.Value) || property.Value.ValueEquals("auto"):
                    break;
                case "detail":
                    throw Refusal.Unsupported(name, property.Value.ToString(), "Expected auto; zooprune.keep says how much is read.");
                default:
                    throw Refusal.Unknown(name);
            }
        }

        try
        {
            return url is null ? throw Refusal.Missing($"{at}.url", "a data URI")
                : url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? new DataContent(url)
                : limits.AllowFetch && url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
                    ? new UriContent(new Uri(url), "image/*")
                : throw Refusal.Unsupported(
                    $"{at}.url",
                    $"'{url}'",
                    limits.AllowFetch
                        ? "Send a data URI, data:image/png;base64,..., or an https address."
                        : "Send a data URI, data:image/png;base64,...; only a server started with --allow-fetch fetches pictures.");
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw Refusal.Wrong($"{at}.url", url!, "a data URI, data:image/png;base64,... with whole base64");
        }
    }

    /// <summary>Clients write out what they have no value for.</summary>
    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static IEnumerable<JsonProperty> Properties(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Refusal.Wrong(name, value.ToString(), "an object");

    private static string Text(string name, JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refusal.Wrong(name, value.ToString(), "a text");
        }
        catch (InvalidOperationException)
        {
            throw Refusal.Wrong(name, "half a character", "whole Unicode");
        }
    }

    private static bool Flag(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refusal.Wrong(name, value.ToString(), "true or false"),
    };

    private static double Number(string name, JsonElement value, double least, double most, bool isWhole = false) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most
            && (!isWhole || double.IsInteger(number))
            ? number
            : throw Refusal.Wrong(
                name,
                value.ToString(),
                FormattableString.Invariant(
                    $"a {(isWhole ? "whole " : "")}number {(least == float.Epsilon ? "above 0 and" : $"from {least}")} to {most}"));
}
