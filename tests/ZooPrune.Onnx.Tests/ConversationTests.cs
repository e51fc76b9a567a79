using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

/// <summary>Conversations of several turns, and how their answers are generated.</summary>
public sealed class ConversationTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly VisionLanguageModel _model;

    public ConversationTests() => _model = _files.Load();

    [Fact]
    public void Answer_OneTurn_IsTheAnswerToTheQuestion()
    {
        PreparedImage image = TinyModel.Image(2);
        PruningOptions pruning = new() { Keep = KeepBudget.Tokens(3) };

        VisionAnswer asked = _model.Answer(image, "what ?", pruning, maxNewTokens: 4);
        VisionAnswer told = _model.Answer([new ChatTurn(ChatTurn.User, "what ?", [_model.Prune(image, pruning)])], new GenerationOptions { MaxNewTokens = 4 });

        Assert.Equal(asked.TokenIds, told.TokenIds);
        Assert.Equal(asked.KeptIndices, told.KeptIndices);
        Assert.Equal(asked.PromptTokenCount, told.PromptTokenCount);
        Assert.Equal(TimeSpan.Zero, told.Timings.Encode);
    }

    [Theory]
    [InlineData("llava-interleave")]
    [InlineData("qwen2.5-vl")]
    public void Answer_SeveralTurns_DependsOnAllOfThem(string family)
    {
        using var model = VisionLanguageModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Threads = 1 });
        FamilyCase golden = FamilyCase.Of(family).First();
        PrunedImage image = model.Prune(golden.Image(), new PruningOptions { Keep = KeepBudget.Tokens(4) });
        ChatTurn[] one = [new(ChatTurn.User, "What is it?", [image])];
        ChatTurn[] three = [.. one, new(ChatTurn.Assistant, "A cat."), new(ChatTurn.User, "And now?", [image])];
        ChatTurn[] withSystem = [new(ChatTurn.System, "Be brief."), .. one];

        AnswerRequest[] requests = [model.CreateRequest(one), model.CreateRequest(three), model.CreateRequest(withSystem)];
        IReadOnlyList<VisionAnswer> together = model.AnswerAll(requests);

        Assert.Equal(2 * requests[0].KeptTokenCount, requests[1].KeptTokenCount);
        Assert.True(requests[1].PromptTokenCount > requests[0].PromptTokenCount + 4);
        Assert.NotEqual(requests[2].PromptTokenCount, requests[0].PromptTokenCount); // A template has a system turn of its own.
        Assert.Equal(requests.Select(request => request.PromptTokenCount), together.Select(answer => answer.PromptTokenCount));
        Assert.Equal(together.Select(answer => answer.TokenIds), new[] { one, three, withSystem }.Select(turns => model.Answer(turns).TokenIds));
        Assert.NotEqual(model.NextTokenLogits(one), model.NextTokenLogits(three));
    }

    [Fact]
    public void Render_SeveralTurns_EachTextIsInItsRange()
    {
        const string Source = "{% for m in messages %}<{{ m.role }}>{% for c in m.content %}{% if c.type == 'image' %}[img]{% else %}{{ c.text | trim }}"
            + "{% endif %}{% endfor %}</{{ m.role }}>{% endfor %}<assistant>";
        var prompt = ChatPrompt.Read(Text.ChatTemplate.Parse("t", Source), new Dictionary<string, string>(), "[img]");

        RenderedPrompt rendered = prompt.Render(
        [
            new("system", "be brief", 0), new("user", " what <user>? ", 2), new("assistant", "a </assistant>", 0), new("user", "sure?", 0), new("assistant", "", 0), new("user", "Well?", 0),
        ]);

        Assert.Equal(
            "<system>be brief</system><user>[img][img]what <user>?</user><assistant>a </assistant></assistant><user>sure?</user><assistant></assistant><user>Well?</user><assistant>",
            rendered.Text);
        Assert.Equal(["be brief", "what <user>?", "a </assistant>", "sure?", "", "Well?"], rendered.Texts.Select(range => rendered.Text[range]));
    }

    [Fact]
    public void Render_WithoutChatTemplate_HasQuestionsAndAnswersInTurn()
    {
        var template = new PromptTemplate("USER: <image>\n{question} ASSISTANT:", "<image>", "</s>");

        RenderedPrompt rendered = template.Render(
            [new("system", "Be brief.", 0), new("user", "What?", 1), new("assistant", "A cat.", 0), new("user", "Sure?", 0)]);

        Assert.Equal("Be brief. USER: <image>\nWhat? ASSISTANT: A cat.</s>USER: Sure? ASSISTANT:", rendered.Text);
        Assert.Equal(["Be brief.", "What?", "A cat.", "Sure?"], rendered.Texts.Select(range => rendered.Text[range]));
    }

    [Theory]
    [InlineData(new string[0], "Conversation: it has no turn.")]
    [InlineData(new[] { "assistant", "user" }, "Conversation: turn 1 is the assistant's. Expected the user's:")]
    [InlineData(new[] { "user", "user" }, "Conversation: turn 2 is the user's. Expected the assistant's:")]
    [InlineData(new[] { "user", "system", "user" }, "Conversation: turn 2 is the system's. Expected the assistant's:")]
    [InlineData(new[] { "user", "assistant" }, "Conversation: turn 2 is the assistant's. Expected a user's turn after it:")]
    [InlineData(new[] { "system" }, "Conversation: turn 1 is the system's. Expected a user's turn after it:")]
    public void Answer_TurnsInAnotherOrder_IsAnError(string[] roles, string message)
    {
        ChatTurn[] turns = [.. roles.Select(role => new ChatTurn(role, "what ?"))];

        Assert.StartsWith(message, Assert.Throws<ArgumentException>("conversation", () => _model.Answer(turns)).Message);
    }

    [Theory]
    [InlineData("tool", "x", "ChatTurn: its role is 'tool'. Expected system, user or assistant;")]
    [InlineData("user", " ", "Question: it is white space only.")]
    [InlineData("system", "", "ChatTurn: the text of the system's turn is empty.")]
    public void ChatTurn_Wrong_IsAnError(string role, string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => new ChatTurn(role, text)).Message);

    [Fact]
    public void ChatTurn_ImagesOfTheAssistant_AreAnError() => Assert.StartsWith(
        "ChatTurn: the assistant's turn has 1 images.",
        Assert.Throws<ArgumentException>(() => new ChatTurn(ChatTurn.Assistant, "x", [_model.Prune(TinyModel.Image())])).Message);

    [Fact]
    public async Task AnswerAsync_Pieces_AreTheAnswersText()
    {
        using var model = VisionLanguageModel.Load(FamilyCase.ModelFolder("llava"), new VisionLanguageModelOptions { Threads = 1 });
        FamilyCase golden = FamilyCase.Of("llava").First();
        ChatTurn[] turns = [new(ChatTurn.User, golden.Question, [model.Prune(golden.Image())])];
        var pieces = new List<string>();
        VisionAnswer? answer = null;

        await foreach (string piece in model.AnswerAsync(turns, new GenerationOptions { MaxNewTokens = 12 }, given => answer = given))
        {
            pieces.Add(piece);
        }

        Assert.Equal(golden.GeneratedText, string.Concat(pieces));
        Assert.Equal(golden.GeneratedText, answer!.Text);
    }

    [Fact]
    public async Task AnswerAsync_CancelledOrLeft_Ends()
    {
        using var model = VisionLanguageModel.Load(FamilyCase.ModelFolder("llava"), new VisionLanguageModelOptions { Threads = 1 });
        ChatTurn[] turns = [new(ChatTurn.User, "What is it?", [model.Prune(FamilyCase.Of("llava").First().Image())])];
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in model.AnswerAsync(turns, null, source.Token))
            {
                Assert.Fail(piece);
            }
        });
        await foreach (string piece in model.AnswerAsync(turns, new GenerationOptions { MaxNewTokens = 12 }))
        {
            break;
        }

        Assert.NotEmpty(model.Answer(turns).TokenIds);
    }

    [Fact]
    public void Answer_StopSequence_EndsTheTextBeforeIt()
    {
        using var model = VisionLanguageModel.Load(FamilyCase.ModelFolder("llava"), new VisionLanguageModelOptions { Threads = 1 });
        FamilyCase golden = FamilyCase.Of("llava").First();
        ChatTurn[] turns = [new(ChatTurn.User, golden.Question, [model.Prune(golden.Image())])];
        string whole = model.Answer(turns, new GenerationOptions { MaxNewTokens = 12 }).Text;
        string stop = whole[(whole.Length / 2)..][..2];
        var options = new GenerationOptions { MaxNewTokens = 12, StopSequences = ["\u0007never", stop] };
        var pieces = new List<string>();

        VisionAnswer answer = model.Answer(turns, options, pieces.Add);

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], answer.Text);
        Assert.Equal(answer.Text, string.Concat(pieces));
        Assert.Equal(answer.Text, model.Answer(turns, options).Text);
        Assert.Equal(FinishReason.Stop, answer.FinishReason);
        Assert.True(answer.TokenIds.Count < 12);
    }

    [Fact]
    public void Answer_ContextNearlyFull_StopsThere()
    {
        // 40 positions, of which 4 are the image's and 4 the prompt's.
        string question = string.Join(' ', Enumerable.Repeat("what", 30));

        AnswerRequest request = _model.CreateRequest([new ChatTurn(ChatTurn.User, question, [_model.Prune(TinyModel.Image())])]);
        VisionAnswer answer = _model.Answer(request);

        Assert.Equal(38, request.PromptTokenCount);
        Assert.Equal(3, request.MaxNewTokens);
        Assert.Equal(FinishReason.Length, answer.FinishReason);
    }

    [Fact]
    public void CreateRequest_ImagesTooLarge_SaysWhatFits()
    {
        PrunedImage[] images = [.. Enumerable.Range(1, 10).Select(seed => _model.Prune(TinyModel.Image(seed)))];

        var exception = Assert.Throws<ZooPruneException>(() => _model.CreateRequest([new ChatTurn(ChatTurn.User, "what ?", images)]));

        Assert.Equal(
            "Prompt: with the image it takes 46 positions. The model has 40 (max_position_embeddings); keep at most 3 tokens of each "
            + "image (KeepBudget.Tokens(3), --keep 3), or ask a shorter question.",
            exception.Message);
        PrunedImage[] fewer =
            [.. Enumerable.Range(1, 10).Select(seed => _model.Prune(TinyModel.Image(seed), new PruningOptions { Keep = KeepBudget.Tokens(3) }))];
        Assert.NotEmpty(_model.Answer([new ChatTurn(ChatTurn.User, "what ?", fewer)]).TokenIds);
    }

    [Fact]
    public void CreateRequest_OriginalPositions_SaysThatCompactFits()
    {
        using VisionLanguageModel original = _files.Load(new VisionLanguageModelOptions { Positions = PositionMode.KeepOriginal });
        PrunedImage[] images =
            [.. Enumerable.Range(1, 10).Select(seed => original.Prune(TinyModel.Image(seed), new PruningOptions { Keep = KeepBudget.Tokens(1) }))];

        var exception = Assert.Throws<ZooPruneException>(() => original.CreateRequest([new ChatTurn(ChatTurn.User, "what ?", images)]));

        Assert.EndsWith("load the model with PositionMode.Compact (--positions compact), which gives pruned tokens no positions.", exception.Message);
        Assert.NotNull(_model.CreateRequest([new ChatTurn(ChatTurn.User, "what ?", images)]));
    }

    [Fact]
    public void ModelDefaults_AreThoseOfTheFile_AndHoldWhereAskedFor()
    {
        _files.Write("generation_config.json", """
            { "eos_token_id": 2, "do_sample": true, "temperature": 0.5, "top_p": 0.9, "repetition_penalty": 1.1, "max_new_tokens": 7 }
            """);
        using VisionLanguageModel model = _files.Load();
        ChatTurn[] turns = [new(ChatTurn.User, "what ?")];

        Assert.Equal(
            new GenerationOptions { Temperature = 0.5f, TopK = 50, TopP = 0.9f, RepetitionPenalty = 1.1f, MaxNewTokens = 7 },
            model.ModelDefaults);
        Assert.Equal(7, model.CreateRequest(turns, new GenerationOptions { UseModelDefaults = true }).MaxNewTokens);
        Assert.Equal(5, model.CreateRequest(turns, new GenerationOptions { UseModelDefaults = true, MaxNewTokens = 5 }).MaxNewTokens);
        Assert.Equal(32, model.CreateRequest(turns).MaxNewTokens);
    }

    [Fact]
    public void Prepare_Stream_IsWhatTheFileGives()
    {
        string path = Path.Combine(TestPaths.HeldOut, "0000.png");
        using FileStream stream = File.OpenRead(path);

        Assert.Equal(_model.Prepare(path).PixelValues.ToArray(), _model.Prepare(stream).PixelValues.ToArray());
        Assert.True(stream.CanRead);
        Assert.Throws<ZooPruneException>(() => _model.Prepare(new MemoryStream(new byte[100])));
        Assert.Throws<ZooPruneException>(() => _model.Prepare(new MemoryStream()));
        Assert.Throws<ArgumentNullException>(() => _model.Prepare((Stream)null!));
    }

    [Fact]
    public void GenerationOptions_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("MaxNewTokens", () => new GenerationOptions { MaxNewTokens = 0 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>("RepetitionPenalty", () => new GenerationOptions { RepetitionPenalty = 0 }.Validate());
        Assert.Throws<ArgumentException>("StopSequences", () => new GenerationOptions { StopSequences = [""] }.Validate());
        Assert.Throws<ArgumentNullException>(() => new GenerationOptions { StopSequences = null! });
        Assert.Equal(new GenerationOptions { StopSequences = ["a"] }, new GenerationOptions { StopSequences = ["a"] });
    }

    public void Dispose()
    {
        _model.Dispose();
        _files.Dispose();
    }
}
