using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>How zooprune.json is written and read: every value, nothing unknown, nothing twice.</summary>
internal static class SavedJson
{
    private static readonly HashSet<Type> Savable =
    [
        typeof(string), typeof(bool), typeof(int), typeof(long), typeof(float), typeof(double),
        typeof(KeepBudget), typeof(GenerationOptions), typeof(VisionLanguageModel),
    ];

    /// <summary>For what is not about a stage.</summary>
    public static JsonSerializerOptions Plain { get; } = New([]);

    /// <summary>For the options of stages.</summary>
    /// <param name="models">The models; writing adds those that are new.</param>
    public static JsonSerializerOptions WithModels(IList<VisionLanguageModel> models) => New([new ModelConverter(models)]);

    /// <summary>Whether a value of an option's type can be written.</summary>
    public static bool CanSave(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum || Savable.Contains(plain);
    }

    /// <summary>An option of a type that has no place in the file can only be saved while it is null: half an object would be
    /// worse.</summary>
    /// <exception cref="NotSupportedException">It is not null.</exception>
    public static void RequireSavable(VisionStageOptions options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties())
        {
            if (!property.IsDefined(typeof(JsonIgnoreAttribute)) && !CanSave(property.PropertyType) && property.GetValue(options) is not null)
            {
                throw Throw.OptionCannotBeSaved(options.GetType().Name, property.Name, property.PropertyType.Name);
            }
        }
    }

    private static JsonSerializerOptions New(IEnumerable<JsonConverter> converters)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = 16,
            WriteIndented = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutUnknownTypes } },
        };
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new KeepBudgetConverter());
        options.Converters.Add(new DeviceConverter());
        foreach (JsonConverter converter in converters)
        {
            options.Converters.Add(converter);
        }

        return options;
    }

    /// <summary>They are null, or saving was refused.</summary>
    private static void LeaveOutUnknownTypes(JsonTypeInfo type)
    {
        if (type.Type == typeof(VisionLanguageModelOptions))
        {
            // Whoever loads the file says where to log.
            type.Properties.Remove(type.Properties.Single(property => property.PropertyType == typeof(ILoggerFactory)));
        }

        if (!typeof(VisionStageOptions).IsAssignableFrom(type.Type))
        {
            return;
        }

        // The name that it has had since files of version 1.
        foreach (JsonPropertyInfo property in type.Properties.Where(property => property.PropertyType == typeof(GenerationOptions)))
        {
            property.Name = "sampling";
        }

        foreach (JsonPropertyInfo property in type.Properties.Where(property => !CanSave(property.PropertyType)))
        {
            property.ShouldSerialize = (_, _) => false;
            property.Set = null;
        }
    }

    /// <summary>{ "tokens": 64 } or { "ratio": 0.111 }: exact, which the text of a budget is not.</summary>
    private sealed class KeepBudgetConverter : JsonConverter<KeepBudget>
    {
        private sealed record Saved(int? Tokens, double? Ratio);

        public override KeepBudget Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Saved saved = JsonSerializer.Deserialize<Saved>(ref reader, options) ?? throw new JsonException();
            return saved switch
            {
                { Tokens: { } count, Ratio: null } => KeepBudget.Tokens(count),
                { Tokens: null, Ratio: { } ratio } => KeepBudget.Ratio(ratio),
                _ => throw new JsonException("A budget is either tokens or a ratio."),
            };
        }

        public override void Write(Utf8JsonWriter writer, KeepBudget value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Saved(value.TokenCount, value.TokenRatio), options);
    }

    /// <summary>A device's provider with its options.</summary>
    private sealed class DeviceConverter : JsonConverter<Device>
    {
        private sealed record Saved(string Name, Dictionary<string, string> Options, bool AllowFallback);

        public override Device Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Saved saved = JsonSerializer.Deserialize<Saved>(ref reader, options) ?? throw new JsonException();
            return string.IsNullOrWhiteSpace(saved.Name) || saved.Options.Values.Any(value => value is null)
                ? throw new JsonException("A device has a name, and its options have values.")
                : Device.Provider(saved.Name, saved.Options) with { AllowFallback = saved.AllowFallback };
        }

        public override void Write(Utf8JsonWriter writer, Device value, JsonSerializerOptions options) => JsonSerializer.Serialize(
            writer, new Saved(value.Name, new Dictionary<string, string>(value.ProviderOptions), value.AllowFallback), options);
    }

    /// <summary>A model is written as its index.</summary>
    private sealed class ModelConverter(IList<VisionLanguageModel> models) : JsonConverter<VisionLanguageModel>
    {
        public override VisionLanguageModel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int index) && index >= 0 && index < models.Count
                ? models[index]
                : throw new JsonException("There is no such model in the file.");

        public override void Write(Utf8JsonWriter writer, VisionLanguageModel value, JsonSerializerOptions options)
        {
            int index = 0;
            while (index < models.Count && !IsSame(models[index], value))
            {
                index++;
            }

            if (index == models.Count)
            {
                models.Add(value);
            }

            writer.WriteNumberValue(index);
        }

        private static bool IsSame(VisionLanguageModel one, VisionLanguageModel other) =>
            ReferenceEquals(one, other) || (one.Files.Root == other.Files.Root && one.Options == other.Options);
    }
}
