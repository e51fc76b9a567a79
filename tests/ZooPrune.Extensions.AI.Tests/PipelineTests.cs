using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static ZooPrune.Extensions.AI.Tests.SharedModel;

namespace ZooPrune.Extensions.AI.Tests;

/// <summary>The client under the middleware of Microsoft.Extensions.AI.</summary>
[Collection(SharedModelCollection.Name)]
public sealed class PipelineTests(SharedModel shared)
{
    [Fact]
    public async Task Pipeline_AllMiddleware_AnswersOnceAndFromTheCacheThen()
    {
        const string Source = "pipeline-test";
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var inner = new VisionLanguageChatClient(shared.Model);
        using IChatClient client = new ChatClientBuilder(inner)
            .UseDistributedCache(NewCache())
            .UseFunctionInvocation()
            .UseOpenTelemetry(sourceName: Source)
            .UseLogging(LoggerFactory.Create(_ => { }))
            .Build();
        var options = new ChatOptions { AdditionalProperties = new() { [ZooPruneKeys.Keep] = KeepBudget.Tokens(64) } };

        ChatResponse first = await client.GetResponseAsync([Ask(Question, Picture)], options);
        ChatResponse second = await client.GetResponseAsync([Ask(Question, Picture)], options);
        ChatResponse streamed = await client.GetStreamingResponseAsync([Ask(Question, Picture)], options).ToChatResponseAsync();

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Text, streamed.Text);
        Assert.Equal(64, second.Usage!.AdditionalCounts![ZooPruneKeys.KeptTokens]);
        Assert.Equal(first.ResponseId, second.ResponseId);
        Assert.Equal(1, inner.Images.MissCount);
        Assert.NotEmpty(activities);
        Assert.Equal("zooprune", activities[0].GetTagItem("gen_ai.provider.name"));
        Assert.Equal("shapes-vlm", activities[0].GetTagItem("gen_ai.response.model"));
        Assert.Equal((int)first.Usage!.InputTokenCount!, Convert.ToInt32(activities[0].GetTagItem("gen_ai.usage.input_tokens")));
        Assert.Same(shared.Model, client.GetService<Onnx.VisionLanguageModel>());
    }

    [Fact]
    public async Task Pipeline_OtherBudget_IsNotTheCachedAnswer()
    {
        using var inner = new VisionLanguageChatClient(shared.Model);
        using IChatClient client = new ChatClientBuilder(inner).UseDistributedCache(NewCache()).Build();

        foreach (int keep in (int[])[64, 32, 64])
        {
            var options = new ChatOptions { AdditionalProperties = new() { [ZooPruneKeys.Keep] = KeepBudget.Tokens(keep) } };
            ChatResponse response = await client.GetResponseAsync([Ask(Question, Picture)], options);
            Assert.Equal(keep, response.Usage!.AdditionalCounts![ZooPruneKeys.KeptTokens]);
        }

        Assert.Equal(2, inner.Images.MissCount);
    }

    [Fact]
    public async Task Pipeline_FunctionInvocationWithTools_IsRefusedByName()
    {
        using IChatClient client = new ChatClientBuilder(new VisionLanguageChatClient(shared.Model)).UseFunctionInvocation().Build();

        NotSupportedException error = await Assert.ThrowsAsync<NotSupportedException>(
            () => client.GetResponseAsync([Ask(Question, Picture)], new() { Tools = [AIFunctionFactory.Create(() => 1, "weather")] }));

        Assert.Equal(
            "ChatOptions.Tools: it is 'weather'. Tools are not supported: the model is given none; leave them out.", error.Message);
    }

    [Fact]
    public async Task Pipeline_StructuredOutput_IsRefusedByName()
    {
        using IChatClient client = new VisionLanguageChatClient(shared.Model);

        NotSupportedException error = await Assert.ThrowsAsync<NotSupportedException>(
            () => client.GetResponseAsync<int>([Ask(Question, Picture)]));

        Assert.StartsWith("ChatOptions.ResponseFormat: it is json.", error.Message, StringComparison.Ordinal);
    }

    private static MemoryDistributedCache NewCache() => new(Options.Create(new MemoryDistributedCacheOptions()));
}
