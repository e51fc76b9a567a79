using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>What a request's ChatOptions ask for. Each of them is mapped, or refused by its name.</summary>
/// <param name="Generation">How to generate.</param>
/// <param name="Pruning">What to keep of each image; null for all.</param>
/// <param name="Instructions">What goes before the system's messages; null for nothing.</param>
internal sealed record ChatSettings(GenerationOptions Generation, PruningOptions? Pruning, string? Instructions)
{
    /// <summary>Reads what a request asks for.</summary>
    /// <param name="options">The request's; null for none.</param>
    /// <param name="defaults">Where it says nothing.</param>
    /// <param name="modelId">The only model that may be asked for.</param>
    /// <param name="modelDefaults">How the model's own configuration wants answers generated.</param>
    /// <param name="client">Who the request's RawRepresentationFactory is asked by.</param>
    /// <exception cref="NotSupportedException">An option is one that the model does not have.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static ChatSettings Read(
        ChatOptions? options,
        VisionLanguageChatOptions defaults,
        string modelId,
        GenerationOptions modelDefaults,
        IChatClient client)
    {
        if (options is null)
        {
            return new ChatSettings(defaults.Generation, defaults.Pruning, null);
        }

        Refuse(options);
        if (options.ModelId is { } asked && asked != modelId)
        {
            throw Throw.Model(asked, modelId);
        }

        var generation = options.RawRepresentationFactory?.Invoke(client) as GenerationOptions ?? defaults.Generation;
        generation = Resolve(generation, modelDefaults);
        generation = generation with
        {
            MaxNewTokens = options.MaxOutputTokens ?? generation.MaxNewTokens,
            Temperature = options.Temperature ?? generation.Temperature,
            TopP = options.TopP ?? generation.TopP,
            TopK = options.TopK ?? generation.TopK,
            Seed = options.Seed is long seed ? Fold(seed) : generation.Seed,
            StopSequences = options.StopSequences is { } stops ? [.. stops] : generation.StopSequences,
        };
        PruningOptions? pruning = defaults.Pruning;
        foreach ((string key, object? value) in options.AdditionalProperties ?? [])
        {
            // What others' keys mean is others' business; one that looks like ours is a mistake.
            if (value is not null && key.StartsWith("zooprune.", StringComparison.Ordinal))
            {
                (generation, pruning) = key switch
                {
                    ZooPruneKeys.Keep => (generation, WithKeep(pruning, ReadKeep(value))),
                    ZooPruneKeys.RepetitionPenalty => (generation with { RepetitionPenalty = ReadNumber(key, value) }, pruning),
                    ZooPruneKeys.Method => (generation, pruning), // After the budget, in whatever order they come.
                    _ => throw Throw.UnknownKey(key),
                };
            }
        }

        if (options.AdditionalProperties?.TryGetValue(ZooPruneKeys.Method, out object? method) == true && method is not null)
        {
            pruning = (pruning ?? throw Throw.MethodWithoutKeep()) with { Selection = ReadMethod(method), CustomSelection = null };
        }

        generation.Validate();
        return new ChatSettings(generation, pruning, string.IsNullOrWhiteSpace(options.Instructions) ? null : options.Instructions);
    }

    private static void Refuse(ChatOptions options)
    {
        if (options.ConversationId is { } conversation)
        {
            throw Throw.Refused(
                nameof(options.ConversationId),
                $"'{conversation}'",
                "No conversation is kept here; pass all its messages and leave it out.");
        }

        if (options.FrequencyPenalty is not (null or 0))
        {
            throw Throw.Refused(
                nameof(options.FrequencyPenalty),
                Invariant(options.FrequencyPenalty),
                $"There is no such penalty here; leave it out, or use AdditionalProperties[\"{ZooPruneKeys.RepetitionPenalty}\"].");
        }

        if (options.PresencePenalty is not (null or 0))
        {
            throw Throw.Refused(
                nameof(options.PresencePenalty),
                Invariant(options.PresencePenalty),
                $"There is no such penalty here; leave it out, or use AdditionalProperties[\"{ZooPruneKeys.RepetitionPenalty}\"].");
        }

        if (options.Reasoning is { Effort: not (null or ReasoningEffort.None) } reasoning)
        {
            throw Throw.Refused(
                $"{nameof(options.Reasoning)}.{nameof(reasoning.Effort)}",
                reasoning.Effort.ToString()!,
                "The model has no such switch; leave it out.");
        }

        if (options.ResponseFormat is not (null or ChatResponseFormatText))
        {
            throw Throw.Refused(
                nameof(options.ResponseFormat),
                options.ResponseFormat is ChatResponseFormatJson ? "json" : options.ResponseFormat.GetType().Name,
                "Only text can be promised; leave it out and ask for the form in words.");
        }

        // A mode of none says that the tools are not to be called, which can be promised.
        if (options.Tools is { Count: > 0 } tools && options.ToolMode is not NoneChatToolMode)
        {
            throw Throw.Refused(
                nameof(options.Tools),
                $"'{string.Join("', '", tools.Select(tool => tool.Name))}'",
                "Tools are not supported: the model is given none; leave them out.");
        }

        if (options.ToolMode is RequiredChatToolMode)
        {
            throw Throw.Refused(nameof(options.ToolMode), "required", "Tools are not supported; leave it out.");
        }

        if (options.ContinuationToken is not null)
        {
            throw Throw.Refused(
                nameof(options.ContinuationToken), "set", "Answers are not continued in the background; leave it out and ask again.");
        }
    }

    /// <summary>The model's own defaults written out: a request that says 0 means 0, and not what generation_config.json has.</summary>
    private static GenerationOptions Resolve(GenerationOptions generation, GenerationOptions modelDefaults)
    {
        var untouched = new GenerationOptions();
        return !generation.UseModelDefaults ? generation : generation with
        {
            UseModelDefaults = false,
            MaxNewTokens = Pick(generation.MaxNewTokens, untouched.MaxNewTokens, modelDefaults.MaxNewTokens),
            Temperature = Pick(generation.Temperature, untouched.Temperature, modelDefaults.Temperature),
            TopK = Pick(generation.TopK, untouched.TopK, modelDefaults.TopK),
            TopP = Pick(generation.TopP, untouched.TopP, modelDefaults.TopP),
            RepetitionPenalty = Pick(generation.RepetitionPenalty, untouched.RepetitionPenalty, modelDefaults.RepetitionPenalty),
        };

        static T Pick<T>(T value, T untouched, T model) => Equals(value, untouched) ? model : value;
    }

    private static PruningOptions WithKeep(PruningOptions? pruning, KeepBudget keep) =>
        pruning is null ? new PruningOptions { Keep = keep } : pruning with { Keep = keep };

    private static KeepBudget ReadKeep(object value)
    {
        try
        {
            return value switch
            {
                KeepBudget { TokenCount: null, TokenRatio: null } => throw new ArgumentException("not set"),
                KeepBudget keep => keep,
                string text => KeepBudget.Parse(text),
                JsonElement json when json.Deserialize<KeepBudget>() is var keep && keep != default => keep,
                int or long or short or byte => KeepBudget.Tokens(Convert.ToInt32(value, CultureInfo.InvariantCulture)),
                double or float or decimal => KeepBudget.Ratio(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
                _ => throw new ArgumentException("no budget"),
            };
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or OverflowException)
        {
            throw Throw.WrongValue(ZooPruneKeys.Keep, value, "a count such as 64 or a percentage such as 11%", exception);
        }
    }

    private static SelectionMethod ReadMethod(object value)
    {
        string text = value is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString()! : value.ToString() ?? "";
        foreach (SelectionMethod method in Enum.GetValues<SelectionMethod>())
        {
            if (string.Equals(text, method.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return method;
            }
        }

        throw Throw.WrongValue(ZooPruneKeys.Method, value, string.Join(", ", Enum.GetNames<SelectionMethod>()));
    }

    private static float ReadNumber(string key, object value)
    {
        try
        {
            return value is JsonElement json ? json.GetSingle() : Convert.ToSingle(value, CultureInfo.InvariantCulture);
        }
        catch (Exception exception)
            when (exception is FormatException or InvalidCastException or InvalidOperationException or OverflowException)
        {
            throw Throw.WrongValue(key, value, "a number", exception);
        }
    }

    /// <summary>A seed that fits is what it was; of a larger one the halves are joined.</summary>
    private static int Fold(long seed) => seed is >= int.MinValue and <= int.MaxValue ? (int)seed : unchecked((int)(seed ^ (seed >> 32)));

    private static string Invariant(float? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "null";
}
