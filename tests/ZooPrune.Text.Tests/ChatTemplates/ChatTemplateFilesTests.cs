using System.Text.Json;

namespace ZooPrune.Text.Tests;

public sealed class ChatTemplateFilesTests
{
    public static TheoryData<string, string, string> Prompts()
    {
        var data = new TheoryData<string, string, string>();
        using JsonDocument prompts = JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("chat", "folders", "prompts.json")));
        foreach (JsonElement one in prompts.RootElement.EnumerateArray())
        {
            data.Add(one.GetProperty("folder").GetString()!, one.GetProperty("question").GetString()!, one.GetProperty("prompt").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Load_FolderOfAFamily_RendersAsTransformers(string folder, string question, string prompt)
    {
        string path = TestPaths.Data("chat", "folders", folder);
        ChatTemplate template = ChatTemplateFiles.Load(path)!;

        string text = template.Render(
            [new ChatMessage("user", [ChatPart.Image, new ChatPart(question)])], specialTokens: ChatTemplateFiles.SpecialTokens(path));

        Assert.Equal(prompt, text);
    }

    [Fact]
    public void Load_NoTemplate_IsNull()
    {
        using var folder = new TestFolder();
        folder.Write("tokenizer_config.json", """{ "bos_token": "<s>" }""");

        Assert.Null(ChatTemplateFiles.Load(folder.Root));
    }

    [Fact]
    public void Load_SeveralFiles_TakesThemInTransformersOrder()
    {
        using var folder = new TestFolder();
        folder.Write("tokenizer_config.json", """{ "chat_template": [{ "name": "tool_use", "template": "t" }, { "name": "default", "template": "list" }] }""");
        Assert.Equal("list", ChatTemplateFiles.Load(folder.Root)!.Render([]));

        folder.Write("processor_config.json", """{ "chat_template": "processor" }""");
        Assert.Equal("processor", ChatTemplateFiles.Load(folder.Root)!.Render([]));

        folder.Write("chat_template.json", """{ "chat_template": "json" }""");
        Assert.Equal("json", ChatTemplateFiles.Load(folder.Root)!.Render([]));

        folder.Write("chat_template.jinja", "jinja\n");
        Assert.Equal("jinja", ChatTemplateFiles.Load(folder.Root)!.Render([]));
    }

    [Fact]
    public void Load_NamedTemplatesWithoutDefault_IsAnError()
    {
        using var folder = new TestFolder();
        string path = folder.Write("tokenizer_config.json", """{ "chat_template": [{ "name": "a", "template": "t" }, { "name": "b", "template": "t" }] }""");

        var exception = Assert.Throws<ZooPruneException>(() => ChatTemplateFiles.Load(folder.Root));
        Assert.Equal(
            $"File '{path}': 'chat_template' lists the templates 'a', 'b'. One must be called 'default'; rename the one to use.", exception.Message);
    }

    [Fact]
    public void Load_NotUtf8_IsAnError()
    {
        using var folder = new TestFolder();
        folder.Write("chat_template.jinja", [0x61, 0xff]);

        Assert.Contains("cannot be read", Assert.Throws<ZooPruneException>(() => ChatTemplateFiles.Load(folder.Root)).Message);
    }

    [Fact]
    public void Load_TooLong_IsAnError()
    {
        using var folder = new TestFolder();
        string path = folder.Write("chat_template.jinja", new byte[(4 * ChatTemplate.MaxLength) + 1]);

        var exception = Assert.Throws<ZooPruneException>(() => ChatTemplateFiles.Load(folder.Root));
        Assert.Equal(
            $"Chat template '{path}': it is 4,000,001 long. At most 1,000,000 characters are read; take the model's own template.", exception.Message);
    }

    [Fact]
    public void SpecialTokens_TextsAndObjects_AreBothRead()
    {
        using var folder = new TestFolder();
        folder.Write("tokenizer_config.json", """{ "bos_token": "<s>", "eos_token": { "content": "</s>" }, "pad_token": null, "add_bos_token": true }""");
        folder.Write("special_tokens_map.json", """{ "bos_token": "other", "unk_token": "<unk>" }""");

        IReadOnlyDictionary<string, string> tokens = ChatTemplateFiles.SpecialTokens(folder.Root);

        Assert.Equal([("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")], tokens.Select(token => (token.Key, token.Value)));
    }
}
