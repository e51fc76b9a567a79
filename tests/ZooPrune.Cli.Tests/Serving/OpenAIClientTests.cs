using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using ZooPrune.Onnx;
using static ZooPrune.Cli.Tests.RunningServer;
using ChatFinishReason = OpenAI.Chat.ChatFinishReason;

namespace ZooPrune.Cli.Tests;

/// <summary>The server through clients that no one here wrote.</summary>
[Collection(ServedModelCollection.Name)]
public sealed class OpenAIClientTests(ServedModel served) : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await StartAsync(served.Model);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task OpenAI_Picture_IsAnsweredWithUsage()
    {
        ClientResult<ChatCompletion> result = await Client().CompleteChatAsync([About(TestModel.Picture)], new() { Temperature = 0 });

        VisionAnswer expected = served.Model.Answer(TestModel.Picture, Question);
        ChatCompletion completion = result.Value;
        Assert.Equal(expected.Text, Assert.Single(completion.Content).Text);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal(ChatMessageRole.Assistant, completion.Role);
        Assert.Equal("shapes-vlm", completion.Model);
        Assert.Equal(expected.PromptTokenCount, completion.Usage.InputTokenCount);
        Assert.Equal(expected.TokenIds.Count, completion.Usage.OutputTokenCount);
        Assert.InRange(completion.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public void OpenAI_Synchronous_IsAnswered() =>
        Assert.Equal(
            served.Model.Answer(TestModel.Picture, Question).Text,
            Client().CompleteChat(About(TestModel.Picture)).Value.Content[0].Text);

    [Fact]
    public async Task OpenAI_Streaming_GivesTheSameText()
    {
        string text = "";
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        int count = 0;
        await foreach (StreamingChatCompletionUpdate update in Client().CompleteChatStreamingAsync([About(TestModel.Picture)]))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reason ??= update.FinishReason;
            usage ??= update.Usage;
            count++;
        }

        VisionAnswer expected = served.Model.Answer(TestModel.Picture, Question);
        Assert.Equal(expected.Text, text);
        Assert.Equal(ChatFinishReason.Stop, reason);
        Assert.Equal(expected.PromptTokenCount, usage!.InputTokenCount);
        Assert.True(count > 3, $"{count} updates");
    }

    [Fact]
    public async Task OpenAI_ConversationAndOptions_AreHeeded()
    {
#pragma warning disable OPENAI001 // The seed is for evaluation, the package says.
        ChatCompletion completion = await Client().CompleteChatAsync(
            [
                new SystemChatMessage("answer ."),
                About(TestModel.Picture),
                new AssistantChatMessage("top left"),
                new UserChatMessage("Which shape does the yellow object have?"),
            ],
            new() { MaxOutputTokenCount = 1, Temperature = 0.5f, TopP = 0.9f, Seed = 7, StopSequences = { "zebra" }, EndUserId = "me" });
#pragma warning restore OPENAI001

        VisionAnswer expected = served.Model.Answer(
            [
                new ChatTurn("system", "answer ."),
                new("user", Question, [served.Model.Prune(served.Model.Prepare(TestModel.Picture))]),
                new("assistant", "top left"),
                new("user", "Which shape does the yellow object have?"),
            ],
            new GenerationOptions { MaxNewTokens = 1, Temperature = 0.5f, TopP = 0.9f, Seed = 7, StopSequences = ["zebra"] });
        Assert.Equal(expected.Text, completion.Content[0].Text);
        Assert.Equal(ChatFinishReason.Length, completion.FinishReason);
    }

    [Fact]
    public async Task OpenAI_Cancelled_FreesTheSlot()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Queue = 0 });
        using IDisposable slot = await server.Server.Queue.EnterAsync(default);
        ChatClient client = Client(server);
        slot.Dispose();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync(
                [About(TestModel.Picture)], null, stop.Token))
            {
                await stop.CancelAsync();
            }
        });

        // The one slot is free again: with a queue of none the next would be turned away.
        await Until(() => server.Server.Queue.Running == 0);
        Assert.NotEmpty((await client.CompleteChatAsync(About(TestModel.Picture))).Value.Content[0].Text);
    }

    [Fact]
    public async Task OpenAI_WrongKeyOrModel_IsWhatItExpects()
    {
        using var folder = new TestFolder();
        ApiKeys keys = ApiKeys.Read(folder.Write("keys", "# ours\n\nfirst\r\nsecond\n"));
        await using RunningServer server = await StartAsync(served.Model, new() { Keys = keys });

        Assert.NotEmpty((await Client(server, "second").CompleteChatAsync(About(TestModel.Picture))).Value.Content[0].Text);
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(server, "third").CompleteChatAsync(About(TestModel.Picture)));
        Assert.Equal(401, error.Status);
        Assert.Contains("invalid_api_key", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(server, "first", "gpt-5").CompleteChatAsync(About(TestModel.Picture)));
        Assert.Equal(404, error.Status);
    }

    [Fact]
    public async Task OpenAI_Models_AreListed()
    {
        var models = new OpenAIClient(new ApiKeyCredential("none"), new() { Endpoint = _server.Api }).GetOpenAIModelClient();

        Assert.Equal("shapes-vlm", Assert.Single((await models.GetModelsAsync()).Value).Id);
        Assert.Equal("zooprune", (await models.GetModelAsync("shapes-vlm")).Value.OwnedBy);
    }

    [Fact]
    public async Task OpenAI_Extension_ChangesTheBudgetAndSaysWhatWasKept()
    {
        BinaryContent content = BinaryContent.Create(BinaryData.FromString(Request("""
            "zooprune": {"keep": "11%", "method": "divprune"}
            """)));

        ClientResult result = await Client().CompleteChatAsync(content, new RequestOptions());

        using var json = JsonDocument.Parse(result.GetRawResponse().Content);
        JsonElement extension = json.RootElement.GetProperty("zooprune");
        Assert.Equal((576, 63), (extension.GetProperty("visual_tokens").GetInt32(), extension.GetProperty("kept_tokens").GetInt32()));
        Assert.Equal(
            served.Model.Answer(
                TestModel.Picture, Question, new() { Keep = KeepBudget.Ratio(0.11), Selection = SelectionMethod.DivPrune }).Text,
            json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task ExtensionsAI_Pictures_AreAnsweredWholeAndStreamed()
    {
        using IChatClient client = Client().AsIChatClient();
        var message = new Microsoft.Extensions.AI.ChatMessage(
            ChatRole.User,
            [new TextContent(Question), new DataContent(await File.ReadAllBytesAsync(TestModel.Picture), "image/png")]);

        ChatResponse whole = await client.GetResponseAsync([message], new() { Temperature = 0, MaxOutputTokens = 20 });
        ChatResponse streamed = await client.GetStreamingResponseAsync([message]).ToChatResponseAsync();

        string expected = served.Model.Answer(TestModel.Picture, Question).Text;
        Assert.Equal((expected, expected), (whole.Text, streamed.Text));
        Assert.Equal(whole.Usage!.TotalTokenCount, streamed.Usage!.TotalTokenCount);
        Assert.Equal(Microsoft.Extensions.AI.ChatFinishReason.Stop, streamed.FinishReason);
    }

    [Fact]
    public async Task ExtensionsAI_ToolsOrJson_AreRefusedByName()
    {
        using IChatClient client = Client().AsIChatClient();
        var form = new ChatOptions { ResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat.Json };
        var tools = new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "weather")] };

        Assert.Contains(
            "tools: it is ", (await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync("?", tools))).Message);
        Assert.Contains(
            "response_format: it is ", (await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync("?", form))).Message);
    }

    private static UserChatMessage About(string path) => new(
        ChatMessageContentPart.CreateTextPart(Question),
        ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(File.ReadAllBytes(path)), "image/png"));

    private ChatClient Client() => Client(_server);

    private static ChatClient Client(RunningServer server, string key = "none", string model = "shapes-vlm") =>
        new(model, new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = server.Api, RetryPolicy = new ClientRetryPolicy(0) });

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
