using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Models;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Tests;

/// <summary>Data/golden_prefill.json: what PyTorch computes with the model's weights, stage by stage.</summary>
[Collection(SharedModelCollection.Name)]
public sealed class GoldenPrefillTests(SharedModel shared)
{
    // ONNX Runtime and PyTorch add up in different orders; the issue asks for logits within 1e-3.
    private const double Tolerance = 1e-3;

    private static readonly JsonElement Cases =
        JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("golden_prefill.json"))).RootElement.GetProperty("cases");

    private readonly VisionLanguageModel _model = shared.Model;

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.GetArrayLength())];

    [Fact]
    public void Cases_AreTenOrMore() => Assert.InRange(Cases.GetArrayLength(), 10, 100);

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Prompt_IsThatOfTheTraining(int number)
    {
        string question = Cases[number].GetProperty("question").GetString()!;
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(TestPaths.Model, "tokenizer.json"));

        string prompt = _model.FormatPrompt(question);

        Assert.Equal(Cases[number].GetProperty("prompt").GetString(), prompt);
        Assert.Equal(Ids(Cases[number], "input_ids"), tokenizer.Encode(prompt));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Stages_AgreeWithPyTorch(int number)
    {
        PreparedImage image = Image(number);
        float[] visualTokens = _model.EncodeToArray(image);
        TokenSelection all = _model.Prune(visualTokens, null);

        AssertSamples(Cases[number].GetProperty("pixel_values"), image.PixelValues.Span, 1e-5);
        AssertSamples(Cases[number].GetProperty("visual_tokens"), visualTokens, Tolerance);
        AssertSamples(Cases[number].GetProperty("projected_tokens"), all.KeptTokens, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Prefill_AllTokens_AgreesWithPyTorch(int number)
    {
        JsonElement expected = Cases[number];
        string question = expected.GetProperty("question").GetString()!;

        VisionAnswer answer = _model.Answer(Image(number), question, maxNewTokens: 8);

        Near.Equal(Singles(expected, "logits"), _model.NextTokenLogits(Image(number), question), Tolerance);
        Assert.Equal(Ids(expected, "token_ids"), answer.TokenIds);
        Assert.Equal(expected.GetProperty("answer").GetString(), answer.Text);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Prefill_KeptTokens_AgreesWithPyTorchInBothPositionModes(int number)
    {
        JsonElement pruned = Cases[number].GetProperty("pruned");
        string question = Cases[number].GetProperty("question").GetString()!;
        int[] kept = Ids(pruned, "kept_indices");
        TokenSelection all = _model.Prune(_model.EncodeToArray(Image(number)), null);
        float[] keptTokens = [.. kept.SelectMany(index => all.KeptTokens.Slice(index * _model.EmbeddingWidth, _model.EmbeddingWidth).ToArray())];
        var image = new PrunedImage(keptTokens, kept, ImageLayout.Plain(576));
        ChatTurn[] asked = [new ChatTurn(ChatTurn.User, question, [image])];
        using LoadedModel parts = LoadedModel.Load(TestPaths.Model, new VisionLanguageModelOptions());

        foreach ((string name, PositionMode mode) in ((string, PositionMode)[])[("original", PositionMode.KeepOriginal), ("compact", PositionMode.Compact)])
        {
            var engine = new AnswerEngine(parts, mode, new EngineTelemetry("", NullLogger.Instance));
            JsonElement expected = pruned.GetProperty(name);

            Near.Equal(Singles(expected, "logits"), engine.NextTokenLogits(engine.CreateRequest(asked, new GenerationOptions()), default), Tolerance);
            Assert.Equal(Ids(expected, "token_ids"), engine.Answer([engine.CreateRequest(asked, new GenerationOptions { MaxNewTokens = 8 })])[0].TokenIds);
        }
    }

    private static int[] Ids(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static float[] Singles(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    private static void AssertSamples(JsonElement expected, ReadOnlySpan<float> got, double tolerance)
    {
        int[] indices = Ids(expected, "indices");
        float[] values = Singles(expected, "values");
        double sum = 0;
        foreach (float value in got)
        {
            sum += value;
        }

        Assert.Equal(Ids(expected, "shape").Aggregate(1, (product, size) => product * size), got.Length);
        for (int i = 0; i < indices.Length; i++)
        {
            Assert.InRange(got[indices[i]], values[i] - tolerance, values[i] + tolerance);
        }

        // A sum of n values may be off by what n values are off, in the mean.
        double allowed = got.Length * tolerance / 10;
        double expectedSum = expected.GetProperty("sum").GetDouble();
        Assert.InRange(sum, expectedSum - allowed, expectedSum + allowed);
    }

    private PreparedImage Image(int number) =>
        _model.Prepare(Path.Combine(TestPaths.HeldOut, Cases[number].GetProperty("image").GetString()!));
}
