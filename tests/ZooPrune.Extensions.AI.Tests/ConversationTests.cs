using Microsoft.Extensions.AI;
using ZooPrune.Onnx;
using static ZooPrune.Extensions.AI.Tests.SharedModel;

namespace ZooPrune.Extensions.AI.Tests;

public sealed class ConversationTests
{
    [Fact]
    public void Read_TextAroundImages_IsJoined()
    {
        var message = new ChatMessage(
            ChatRole.User,
            [
                new TextContent("What is in"), Data(Picture), new TextContent("and"), new TextContent(" in"), Data(OtherPicture),
                new TextContent("?"), new TextReasoningContent("hm"), new TextContent(""),
            ]);

        Conversation conversation = Conversation.Read([message], null, new());

        Assert.Equal(2, conversation.Images.Count());
        var image = new PrunedImage(new float[4], [0], ImageLayout.Plain(9));
        ChatTurn turn = Assert.Single(conversation.ToTurns([image, image]));
        Assert.Equal("What is in\nand in\n?", turn.Text);
    }

    public static TheoryData<string, ChatMessage> Refused => new()
    {
        { "'tool'", new(ChatRole.Tool, "5") },
        { "FunctionCallContent", new(ChatRole.Assistant, [new FunctionCallContent("1", "weather")]) },
        { "FunctionResultContent", new(ChatRole.User, [new FunctionResultContent("1", 5)]) },
        { "HostedFileContent", new(ChatRole.User, [new HostedFileContent("file")]) },
        { "ErrorContent", new(ChatRole.Assistant, [new ErrorContent("no")]) },
        { "'audio/wav'", new(ChatRole.User, [new DataContent(new byte[4], "audio/wav")]) },
        { "'application/pdf'", new(ChatRole.User, [new UriContent("https://example.org/a.pdf", "application/pdf")]) },
        { "FetchImage", new(ChatRole.User, [new UriContent("https://example.org/a.png", "image/png")]) },
        { "FetchImage", new(ChatRole.User, [new UriContent("http://example.org/a.png", "image/png")]) },
        { "'ftp'", new(ChatRole.User, [new UriContent("ftp://example.org/a.png", "image/png")]) },
        { "another machine", new(ChatRole.User, [new UriContent("file://server/share/a.png", "image/png")]) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Read_WhatCannotBeTaken_IsRefusedByName(string name, ChatMessage message) =>
        Assert.Contains(name, Assert.Throws<NotSupportedException>(() => Conversation.Read([message], null, new())).Message);

    [Fact]
    public void Read_FileWhereNoneIsAllowed_IsRefusedWithoutItsName()
    {
        var message = new ChatMessage(ChatRole.User, [new UriContent(new Uri(Picture), "image/png")]);
        string text = Assert.Throws<NotSupportedException>(() => Conversation.Read([message], null, new() { AllowFiles = false })).Message;

        Assert.Contains("AllowFiles", text);
        Assert.DoesNotContain("0000", text);
    }

    public static TheoryData<string, ChatMessage[]> Wrong => new()
    {
        { "there is none", [] },
        { "there is none", [new(ChatRole.User, " "), new(ChatRole.User, [])] },
        { "the assistant's message has 1 images", [new(ChatRole.Assistant, [Data(Picture)])] },
        { "an image and no text", [new(ChatRole.User, [Data(Picture)])] },
        { "they have 2 images. At most 1", [Ask("?", Picture, Picture)] },
        { "At most 1,000,000 are allowed", [new(ChatRole.User, [new DataContent(new byte[1_000_001], "image/png")])] },
        { "At most 1,000,000 are allowed", [new(ChatRole.User, [new DataContent($"data:image/png;base64,{new string('A', 1_333_344)}")])] },
        { "it has no bytes", [new(ChatRole.User, [new DataContent(Array.Empty<byte>(), "image/png")])] },
        { "data URI cannot be read", [new(ChatRole.User, [new UriContent("data:image/png;base64,!!", "image/png")])] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_WhatCannotBeAnswered_SaysWhy(string expected, ChatMessage[] messages) =>
        Assert.Contains(
            expected,
            Assert.ThrowsAny<ArgumentException>(
                () => Conversation.Read(messages, null, new() { MaxImages = 1, MaxImageBytes = 1_000_000 })).Message);
}
