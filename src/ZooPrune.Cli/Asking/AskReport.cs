using System.Text.Json.Serialization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"ask" for machines to read. What was not asked for is null; no key is ever left out.</summary>
/// <param name="Model">The folder as it was typed.</param>
/// <param name="Images">The pictures as they were typed.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Method">How the kept tokens were chosen; null = all were kept.</param>
/// <param name="Keep">The budget; null = all were kept.</param>
/// <param name="Positions">Positions that kept tokens got.</param>
/// <param name="Answer">What the model said.</param>
/// <param name="FinishReason">"stop", or "length" where the answer was cut off.</param>
/// <param name="TokenIds">The generated ids.</param>
/// <param name="Kept">Visual tokens that the language model read: K, and what stands between rows of a picture (LLaVA-NeXT).</param>
/// <param name="Total">What it would have read without pruning.</param>
/// <param name="KeptIndices">[K], ascending: tile * N + token where there are tiles.</param>
/// <param name="Milliseconds">Time of each stage and of all together.</param>
/// <param name="Note">What should be known about the answer; usually null.</param>
/// <param name="Full">The answer from all visual tokens; null without --compare.</param>
/// <param name="Overlay">The picture that was drawn; null = none.</param>
internal sealed record AskReport(
    string Model,
    IReadOnlyList<string> Images,
    string Question,
    string? Method,
    string? Keep,
    string Positions,
    string Answer,
    string FinishReason,
    [property: JsonConverter(typeof(OneLineNumbers))] IReadOnlyList<int> TokenIds,
    int Kept,
    int Total,
    [property: JsonConverter(typeof(OneLineNumbers))] IReadOnlyList<int> KeptIndices,
    IReadOnlyDictionary<string, double> Milliseconds,
    string? Note,
    FullAnswer? Full,
    string? Overlay)
{
    private const int Decimals = 3;

    public static AskReport Create(AskOptions options, VisionLanguageModel model, GivenAnswer answer, GivenAnswer? full) => new(
        options.Model,
        options.Images,
        options.Question,
        options.Pruning is { } pruning ? Names.Methods.NameOf(pruning.Selection) : null,
        options.Pruning?.Keep.ToString(),
        Names.Positions.NameOf(model.Positions),
        answer.Answer.Text,
        Reason(answer),
        answer.Answer.TokenIds,
        answer.Answer.KeptTokenCount,
        answer.Answer.VisualTokenCount,
        answer.Answer.KeptIndices,
        Times(answer),
        answer.Answer.Note,
        full is null ? null : new FullAnswer(full.Answer.Text, Reason(full), full.Answer.TokenIds, Times(full)),
        options.Overlay);

    private static string Reason(GivenAnswer answer) => answer.Answer.FinishReason == Onnx.FinishReason.Length ? "length" : "stop";

    private static Dictionary<string, double> Times(GivenAnswer answer) =>
        answer.Stages.ToDictionary(stage => stage.Name, stage => Math.Round(stage.Time.TotalMilliseconds, Decimals));
}

/// <summary>The answer from all visual tokens.</summary>
/// <param name="Answer">What the model said.</param>
/// <param name="FinishReason">"stop", or "length" where the answer was cut off.</param>
/// <param name="TokenIds">The generated ids.</param>
/// <param name="Milliseconds">Time of each stage and of all together.</param>
internal sealed record FullAnswer(
    string Answer,
    string FinishReason,
    [property: JsonConverter(typeof(OneLineNumbers))] IReadOnlyList<int> TokenIds,
    IReadOnlyDictionary<string, double> Milliseconds);
