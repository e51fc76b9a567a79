using System.Text.Json;
using Microsoft.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI.Tests;

public sealed class ChatSettingsTests
{
    private static readonly GenerationOptions ModelDefaults = new() { Temperature = 0.7f, TopK = 20, TopP = 0.8f, MaxNewTokens = 512 };

    [Fact]
    public void Read_EveryGenerationOption_IsMapped()
    {
        ChatSettings settings = Read(new ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 40,
            MaxOutputTokens = 7,
            Seed = 3,
            StopSequences = ["\n", "."],
            Instructions = "be brief",
            ModelId = "model",
            FrequencyPenalty = 0,
            PresencePenalty = 0,
            ResponseFormat = ChatResponseFormat.Text,
            ToolMode = ChatToolMode.Auto,
            AllowMultipleToolCalls = true,
            AllowBackgroundResponses = true,
            AdditionalProperties = new() { [ZooPruneKeys.RepetitionPenalty] = 1.1, ["somebody's"] = 1 },
        });

        Assert.Equal(
            new GenerationOptions
            {
                Temperature = 0.5f,
                TopP = 0.9f,
                TopK = 40,
                MaxNewTokens = 7,
                Seed = 3,
                StopSequences = ["\n", "."],
                RepetitionPenalty = 1.1f,
            },
            settings.Generation);
        Assert.Equal("be brief", settings.Instructions);
        Assert.Null(settings.Pruning);
    }

    [Fact]
    public void Read_NothingSaid_IsTheClientsOwn()
    {
        var defaults = new VisionLanguageChatOptions
        {
            Generation = new() { Temperature = 0.3f, StopSequences = ["."] },
            Pruning = new() { Keep = KeepBudget.Tokens(64) },
        };

        Assert.Equal(new ChatSettings(defaults.Generation, defaults.Pruning, null), Read(null, defaults));
        Assert.Equal(new ChatSettings(defaults.Generation, defaults.Pruning, null), Read(new ChatOptions(), defaults));
        Assert.Equal(defaults.Generation with { Temperature = 0 }, Read(new ChatOptions { Temperature = 0 }, defaults).Generation);
        Assert.Empty(Read(new ChatOptions { StopSequences = [] }, defaults).Generation.StopSequences);
    }

    [Fact]
    public void Read_ModelDefaults_HoldWhereTheRequestSaysNothing()
    {
        var defaults = new VisionLanguageChatOptions { Generation = new() { UseModelDefaults = true } };

        Assert.Equal(ModelDefaults, Read(new ChatOptions(), defaults).Generation);
        Assert.Equal(
            ModelDefaults with { Temperature = 0, MaxNewTokens = 32 },
            Read(new ChatOptions { Temperature = 0, MaxOutputTokens = 32 }, defaults).Generation);
    }

    [Fact]
    public void Read_RawRepresentation_IsTheBase()
    {
        var options = new ChatOptions
        {
            RawRepresentationFactory = _ => new GenerationOptions { RepetitionPenalty = 2, TopK = 5 },
            TopK = 6,
        };

        Assert.Equal(new GenerationOptions { RepetitionPenalty = 2, TopK = 6 }, Read(options).Generation);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, -5)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1L << 32, 1)]
    [InlineData(long.MinValue, int.MinValue)]
    public void Read_Seed_KeepsWhatFits(long seed, int expected) =>
        Assert.Equal(expected, Read(new ChatOptions { Seed = seed }).Generation.Seed);

    public static TheoryData<object, string> Budgets => new()
    {
        { "64", "64" }, { "11%", "11%" }, { 64, "64" }, { 64L, "64" }, { 0.25, "25%" }, { KeepBudget.Ratio(0.5), "50%" },
        { JsonSerializer.SerializeToElement("11%"), "11%" }, { JsonSerializer.SerializeToElement(64), "64" },
    };

    [Theory]
    [MemberData(nameof(Budgets))]
    public void Read_Keep_TakesTextsAndNumbers(object value, string expected)
    {
        var options = new ChatOptions { AdditionalProperties = new() { [ZooPruneKeys.Method] = "divprune", [ZooPruneKeys.Keep] = value } };

        Assert.Equal(
            new PruningOptions { Keep = KeepBudget.Parse(expected), Selection = SelectionMethod.DivPrune }, Read(options).Pruning);
        options.AdditionalProperties[ZooPruneKeys.Method] = SelectionMethod.Norm;
        Assert.Equal(SelectionMethod.Norm, Read(options, new() { Pruning = new() { Keep = KeepBudget.Tokens(9) } }).Pruning!.Selection);
        options.AdditionalProperties = new() { [ZooPruneKeys.Keep] = null };
        Assert.Null(Read(options).Pruning);
    }

    public static TheoryData<string, object> WrongProperties => new()
    {
        { ZooPruneKeys.Keep, "many" }, { ZooPruneKeys.Keep, 0 }, { ZooPruneKeys.Keep, true }, { ZooPruneKeys.Keep, default(KeepBudget) },
        { ZooPruneKeys.Keep, JsonSerializer.SerializeToElement("101%") }, { ZooPruneKeys.Keep, 2.5 }, { ZooPruneKeys.Keep, long.MaxValue },
        { ZooPruneKeys.Method, "1" }, { ZooPruneKeys.Method, "best" }, { ZooPruneKeys.RepetitionPenalty, "high" },
        { ZooPruneKeys.Method, "divprune" }, { "zooprune.kept", 1 },
        { ZooPruneKeys.RepetitionPenalty, JsonSerializer.SerializeToElement("x") },
    };

    [Theory]
    [MemberData(nameof(WrongProperties))]
    public void Read_WrongProperty_IsNamed(string key, object value)
    {
        var options = new ChatOptions { AdditionalProperties = new() { [key] = value } };

        Assert.Contains(key, Assert.ThrowsAny<ArgumentException>(() => Read(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WrongKeep_SaysWhatItGotAndNeeds()
    {
        var options = new ChatOptions { AdditionalProperties = new() { [ZooPruneKeys.Keep] = "many" } };

        Assert.Equal(
            "ChatOptions.AdditionalProperties: 'zooprune.keep' is 'many'. Expected a count such as 64 or a percentage such as 11%; "
            + "correct it or leave it out. (Parameter 'AdditionalProperties')",
            Assert.Throws<ArgumentException>(() => Read(options)).Message);
    }

    public static TheoryData<string, ChatOptions> Refused => new()
    {
        { "ConversationId", new() { ConversationId = "1" } },
        { "FrequencyPenalty", new() { FrequencyPenalty = 0.5f } },
        { "PresencePenalty", new() { PresencePenalty = -1 } },
        { "ResponseFormat", new() { ResponseFormat = ChatResponseFormat.Json } },
        { "Reasoning.Effort", new() { Reasoning = new() { Effort = ReasoningEffort.High } } },
        { "Tools", new() { Tools = [AIFunctionFactory.Create(() => 1, "weather")] } },
        { "Tools", new() { Tools = [AIFunctionFactory.Create(() => 1, "weather")], ToolMode = ChatToolMode.RequireAny } },
        { "ToolMode", new() { ToolMode = ChatToolMode.RequireAny } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Read_WhatTheModelHasNot_IsRefusedByName(string name, ChatOptions options) =>
        Assert.StartsWith(
            $"ChatOptions.{name}: it is ", Assert.Throws<NotSupportedException>(() => Read(options)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_ToolsThatMayNotBeCalled_AreNoMatter() =>
        Assert.Equal(
            new GenerationOptions(),
            Read(new() { Tools = [AIFunctionFactory.Create(() => 1, "weather")], ToolMode = ChatToolMode.None }).Generation);

    [Fact]
    public void Read_OutOfRange_IsNamed()
    {
        Assert.Contains("'other'", Assert.Throws<ArgumentException>(() => Read(new() { ModelId = "other" })).Message);
        (string, ChatOptions)[] wrong =
        [
            ("Temperature", new() { Temperature = -1 }), ("TopP", new() { TopP = 0 }), ("TopK", new() { TopK = -1 }),
            ("MaxNewTokens", new() { MaxOutputTokens = 0 }), ("StopSequences", new() { StopSequences = [""] }),
        ];
        Assert.All(wrong, one => Assert.Contains(one.Item1, Assert.ThrowsAny<ArgumentException>(() => Read(one.Item2)).Message));
    }

    /// <summary>Every property of ChatOptions is one of those above: a new one must be decided about.</summary>
    [Fact]
    public void ChatOptions_Properties_AreThoseThatWereDecidedAbout() => Assert.Equal(
        "AdditionalProperties AllowBackgroundResponses AllowMultipleToolCalls ContinuationToken ConversationId FrequencyPenalty "
        + "Instructions MaxOutputTokens ModelId PresencePenalty RawRepresentationFactory Reasoning ResponseFormat Seed StopSequences "
        + "Temperature ToolMode Tools TopK TopP",
        string.Join(' ', typeof(ChatOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal)));

    private static ChatSettings Read(ChatOptions? options, VisionLanguageChatOptions? defaults = null) =>
        ChatSettings.Read(options, defaults ?? new(), "model", ModelDefaults, null!);
}
