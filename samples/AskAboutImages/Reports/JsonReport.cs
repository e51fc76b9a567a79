using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZooPrune.Samples;

/// <summary>Everything that was found, for machines to read.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The report as JSON text, with a final newline.</summary>
    public static string Write(RunSettings settings, IReadOnlyList<QuestionResult> results, Summary full, Summary pruned) =>
        JsonSerializer.Serialize(
            new Document(
                [.. results.Select(Row)],
                new Pair<double?>(full.Accuracy, pruned.Accuracy),
                new Pair<StageMilliseconds?>(full.Mean, pruned.Mean),
                results.Count,
                results.Count(result => result.Error is not null),
                settings.ModelFolder,
                settings.ImageFolder,
                settings.QuestionSource,
                settings.Method,
                settings.Keep,
                settings.Encoder,
                settings.Positions,
                settings.Notes),
            Options) + "\n";

    private static Answer Row(QuestionResult result) => new(
        result.Question.Image,
        result.Question.Text,
        result.Pruned.Text,
        result.Full.Text,
        result.Question.Expected,
        result.Question.Kind,
        result.Pruned.Kept,
        result.Pruned.Total,
        result.Pruned.KeptIndices,
        result.Pruned.Milliseconds,
        result.Full.Milliseconds,
        result.Error);

    private sealed record Document(
        IReadOnlyList<Answer> Answers,
        Pair<double?> Accuracy,
        Pair<StageMilliseconds?> MeanMilliseconds,
        int Questions,
        int Errors,
        string Model,
        string Images,
        string QuestionsFile,
        string Method,
        string Keep,
        string Encoder,
        string Positions,
        IReadOnlyList<string> Notes);

    /// <summary>One question: <c>answer</c>, <c>kept</c> and <c>milliseconds</c> are those of the pruned run.</summary>
    private sealed record Answer(
        string Image,
        string Question,
        [property: JsonPropertyName("answer")] string Pruned,
        [property: JsonPropertyName("answerFull")] string Full,
        string? Expected,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kind,
        int Kept,
        int Total,
        [property: JsonConverter(typeof(OneLineNumbers))] IReadOnlyList<int> KeptIndices,
        StageMilliseconds Milliseconds,
        StageMilliseconds MillisecondsFull,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

    private sealed record Pair<T>(T Full, T Pruned);

    /// <summary>Whole numbers in one line, where the rest of the file has a line a value.</summary>
    private sealed class OneLineNumbers : JsonConverter<IReadOnlyList<int>>
    {
        public override IReadOnlyList<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<int[]>(ref reader) ?? [];

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options) =>
            writer.WriteRawValue($"[{string.Join(", ", value)}]");
    }
}
