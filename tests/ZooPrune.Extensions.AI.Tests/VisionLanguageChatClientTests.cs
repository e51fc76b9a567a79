using Microsoft.Extensions.AI;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Tests;
using static ZooPrune.Extensions.AI.Tests.SharedModel;

namespace ZooPrune.Extensions.AI.Tests;

[Collection(SharedModelCollection.Name)]
public sealed class VisionLanguageChatClientTests(SharedModel shared) : IDisposable
{
    private readonly VisionLanguageChatClient _client = new(shared.Model);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task GetResponse_ImageAndQuestion_IsTheModelsAnswerAndWhatItTook()
    {
        ChatResponse response = await _client.GetResponseAsync([Ask(Question, Picture)]);

        VisionAnswer expected = shared.Answer(Question, null, null, Picture);
        Assert.Equal(expected.Text, response.Text);
        Assert.NotEmpty(response.Text);
        Assert.Equal(ChatRole.Assistant, Assert.Single(response.Messages).Role);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("shapes-vlm", response.ModelId);
        Assert.NotNull(response.CreatedAt);
        Assert.Equal(response.ResponseId, response.Messages[0].MessageId);
        Assert.Equal(expected.PromptTokenCount, response.Usage!.InputTokenCount);
        Assert.Equal(expected.TokenIds.Count, response.Usage.OutputTokenCount);
        Assert.Equal(expected.PromptTokenCount + expected.TokenIds.Count, response.Usage.TotalTokenCount);
        Assert.Equal(576, response.Usage.AdditionalCounts![ZooPruneKeys.VisualTokens]);
        Assert.Equal(576, response.Usage.AdditionalCounts[ZooPruneKeys.KeptTokens]);
        Assert.Equal(expected.TokenIds, Assert.IsType<VisionAnswer>(response.RawRepresentation).TokenIds);
    }

    [Fact]
    public async Task GetResponse_PruningInTheOptions_KeepsThatMany()
    {
        var pruning = new PruningOptions { Keep = KeepBudget.Ratio(0.11) };
        using var client = new VisionLanguageChatClient(shared.Model, new() { Pruning = pruning, ModelId = "shapes" });

        ChatResponse response = await client.GetResponseAsync([Ask(Question, Picture)]);

        Assert.Equal(shared.Answer(Question, pruning, null, Picture).Text, response.Text);
        Assert.Equal(63, response.Usage!.AdditionalCounts![ZooPruneKeys.KeptTokens]);
        Assert.Equal("shapes", response.ModelId);
    }

    [Fact]
    public async Task GetResponse_EveryKindOfContent_IsTheSameImage()
    {
        byte[] bytes = await File.ReadAllBytesAsync(Picture);
        using var client = new VisionLanguageChatClient(
            shared.Model, new() { FetchImage = (address, _) => Task.FromResult<ReadOnlyMemory<byte>>(bytes) });
        AIContent[] kinds =
        [
            new DataContent(bytes, "image/png"),
            new DataContent($"data:image/png;base64,{Convert.ToBase64String(bytes)}"),
            new UriContent($"data:image/png;base64,{Convert.ToBase64String(bytes)}", "image/png"),
            new UriContent(new Uri(Picture), "image/png"),
            new UriContent("https://example.org/picture.png", "image/png"),
        ];
        string expected = shared.Answer(Question, null, null, Picture).Text;

        foreach (AIContent kind in kinds)
        {
            Assert.Equal(expected, (await client.GetResponseAsync([new(ChatRole.User, [kind, new TextContent(Question)])])).Text);
        }

        // The bytes once, in whatever wrapping, and the file once.
        Assert.Equal(2, client.Images.Count);
    }

    [Fact]
    public async Task GetResponse_SeveralTurns_NoImageIsEncodedAgain()
    {
        using var client = new VisionLanguageChatClient(shared.Compact);
        List<ChatMessage> messages = [Ask(Question, Picture)];
        (string, string)[] more =
        [
            ("Do you see a red circle?", Picture),
            ("Which shape does the yellow object have?", OtherPicture),
            ("How many circles do you see?", ""),
        ];
        ChatResponse response = await client.GetResponseAsync(messages, Keep("64"));
        Assert.Equal(1, client.Images.MissCount);
        foreach ((string question, string path) in more)
        {
            messages.AddRange(response.Messages);
            messages.Add(path.Length > 0 ? Ask(question, path) : new ChatMessage(ChatRole.User, question));
            response = await client.GetResponseAsync(messages, Keep("64"));
        }

        Assert.Equal(2, client.Images.MissCount);
        PrunedImage[] images = [.. new[] { Picture, Picture, OtherPicture }.Select(Prune)];
        VisionAnswer expected = shared.Compact.Answer(
        [
            new ChatTurn("user", Question, [images[0]]), new("assistant", messages[1].Text),
            new("user", more[0].Item1, [images[1]]), new("assistant", messages[3].Text),
            new("user", more[1].Item1, [images[2]]), new("assistant", messages[5].Text),
            new("user", more[2].Item1),
        ]);
        Assert.Equal(expected.Text, response.Text);
        Assert.Equal(expected.PromptTokenCount, response.Usage!.InputTokenCount);
        Assert.Equal(3 * 64, response.Usage.AdditionalCounts![ZooPruneKeys.KeptTokens]);

        PrunedImage Prune(string path) =>
            shared.Compact.Prune(shared.Compact.Prepare(path), new PruningOptions { Keep = KeepBudget.Tokens(64) });
    }

    [Fact]
    public async Task GetResponse_NoImage_IsAnswered() =>
        Assert.Equal(
            shared.Model.Answer([new ChatTurn("user", "Do you see a red circle?")]).Text,
            (await _client.GetResponseAsync("Do you see a red circle?")).Text);

    [Fact]
    public async Task GetResponse_MessagesOfOneRoleInARow_AreOneTurn()
    {
        ChatResponse response = await _client.GetResponseAsync(
        [
            new(ChatRole.System, "answer ."),
            new(ChatRole.User, [Data(Picture)]),
            new(ChatRole.Assistant, ""),
            new(ChatRole.User, [new TextContent("Do you see "), new TextContent("a red circle?")]),
        ], new() { Instructions = "look ." });

        VisionAnswer expected = shared.Model.Answer(
        [
            new ChatTurn("system", "look .\nanswer ."),
            new("user", "Do you see a red circle?", [shared.Model.Prune(shared.Model.Prepare(Picture))]),
        ]);
        Assert.Equal((expected.Text, expected.PromptTokenCount), (response.Text, response.Usage!.InputTokenCount));
    }

    [Fact]
    public async Task GetStreamingResponse_Pieces_AreTheWholeAnswer()
    {
        ChatResponse whole = await _client.GetResponseAsync([Ask(Question, Picture)], Keep("11%"));
        List<ChatResponseUpdate> updates = await _client.GetStreamingResponseAsync([Ask(Question, Picture)], Keep("11%")).ToListAsync();
        ChatResponse joined = updates.ToChatResponse();

        Assert.True(updates.Count > 2);
        Assert.All(updates.SkipLast(1), update => Assert.NotEmpty(update.Text));
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.Equal(whole.Text, joined.Text);
        Assert.Equal(whole.FinishReason, joined.FinishReason);
        Assert.Equal(whole.ModelId, joined.ModelId);
        Assert.Single(joined.Messages);
        Assert.Equal(whole.Usage!.TotalTokenCount, joined.Usage!.TotalTokenCount);
        Assert.Equal(63, joined.Usage.AdditionalCounts![ZooPruneKeys.KeptTokens]);
        Assert.IsType<VisionAnswer>(updates[^1].RawRepresentation);
    }

    [Fact]
    public async Task GetStreamingResponse_CancelledOrLeft_EndsTheAnswer()
    {
        using var stop = new CancellationTokenSource();
        var options = new ChatOptions { MaxOutputTokens = 300, Temperature = 100, StopSequences = [] };
        int count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync([Ask(Question, Picture)], options, stop.Token))
            {
                count++;
                await stop.CancelAsync();
            }
        });
        Assert.True(count > 0);
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync([Ask(Question, Picture)]))
        {
            break;
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _client.GetResponseAsync([Ask(Question, Picture)], cancellationToken: stop.Token));
    }

    [Fact]
    public async Task GetResponse_FewTokens_EndsByLength()
    {
        ChatResponse response = await _client.GetResponseAsync([Ask(Question, Picture)], new() { MaxOutputTokens = 1 });

        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(1, response.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task GetTokenCount_Conversation_IsTheUsageOfItsAnswer()
    {
        using var client = new VisionLanguageChatClient(shared.Compact);
        UsageDetails count = await client.GetTokenCountAsync([Ask(Question, Picture, OtherPicture)], Keep("64"));
        ChatResponse response = await client.GetResponseAsync([Ask(Question, Picture, OtherPicture)], Keep("64"));

        Assert.Equal(response.Usage!.InputTokenCount, count.InputTokenCount);
        Assert.Null(count.OutputTokenCount);
        Assert.Equal(response.Usage.AdditionalCounts, count.AdditionalCounts);
        Assert.Equal(2, client.Images.MissCount);
    }

    [Fact]
    public async Task GetResponse_ManyThreads_EachGetsItsOwnAnswer()
    {
        string[] questions = [Question, "Do you see a red circle?", "How many circles do you see?", "Is the yellow circle small or large?"];
        string[] expected = [.. questions.Select(question => shared.Answer(question, null, null, Picture).Text)];

        ChatResponse[] responses = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => _client.GetResponseAsync([Ask(questions[i % 4], Picture)])));

        Assert.Equal(Enumerable.Range(0, 16).Select(i => expected[i % 4]), responses.Select(response => response.Text));
    }

    [Fact]
    public async Task GetResponse_UnknownWord_SaysItInANote()
    {
        ChatResponse response = await _client.GetResponseAsync([Ask("Where is the dromedary?", Picture)]);

        Assert.Contains("dromedary", Assert.IsType<string>(response.AdditionalProperties![ZooPruneKeys.Note]), StringComparison.Ordinal);
    }

    [Fact]
    public void GetService_EachType_IsFoundWithoutAKey()
    {
        Assert.Same(shared.Model, _client.GetService<VisionLanguageModel>());
        Assert.Same(_client, _client.GetService<IChatClient>());
        Assert.Same(_client, _client.GetService<VisionLanguageChatClient>());
        ChatClientMetadata metadata = _client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("zooprune", "shapes-vlm"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Null(_client.GetService<string>());
        Assert.Null(_client.GetService<IChatClient>("key"));
    }

    [Fact]
    public async Task Dispose_Client_RefusesAndLeavesTheModel()
    {
        var client = new VisionLanguageChatClient(shared.Model);
        client.Dispose();
        client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync("Do you see a red circle?"));
        Assert.NotEmpty(shared.Model.Answer([new ChatTurn("user", "Do you see a red circle?")]).Text);
    }

    [Theory]
    [InlineData("qwen2-vl")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    public async Task GetResponse_OtherFamilies_TakeConversationsWithImages(string family)
    {
        string folder = TestPaths.Data("Families", family);
        using VisionLanguageModel model = VisionLanguageModel.Load(folder);
        using var client = new VisionLanguageChatClient(model);
        ChatMessage[] messages =
        [
            Ask("What is that?", Picture), new(ChatRole.Assistant, "A picture."), Ask("And that?", OtherPicture),
        ];

        ChatResponse response = await client.GetResponseAsync(messages, Keep("20%", maxTokens: 4));

        PrunedImage[] images = [.. new[] { Picture, OtherPicture }.Select(path =>
            model.Prune(model.Prepare(path), new PruningOptions { Keep = KeepBudget.Ratio(0.2) }))];
        VisionAnswer expected = model.Answer(
            [new("user", "What is that?", [images[0]]), new("assistant", "A picture."), new("user", "And that?", [images[1]])],
            new GenerationOptions { MaxNewTokens = 4 });
        Assert.Equal(expected.Text, response.Text);
        Assert.Equal(expected.KeptTokenCount, response.Usage!.AdditionalCounts![ZooPruneKeys.KeptTokens]);
        Assert.True(expected.KeptTokenCount < expected.VisualTokenCount);
    }

    private static ChatOptions Keep(string keep, int? maxTokens = null) =>
        new() { MaxOutputTokens = maxTokens, AdditionalProperties = new() { [ZooPruneKeys.Keep] = keep } };
}
