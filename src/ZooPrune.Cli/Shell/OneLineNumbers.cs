using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZooPrune.Cli;

/// <summary>Whole numbers in one line of JSON, where the rest has a line a value.</summary>
internal sealed class OneLineNumbers : JsonConverter<IReadOnlyList<int>>
{
    public override IReadOnlyList<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<int[]>(ref reader) ?? [];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options) =>
        writer.WriteRawValue($"[{string.Join(", ", value)}]");
}
