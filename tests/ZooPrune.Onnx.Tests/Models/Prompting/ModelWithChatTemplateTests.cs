namespace ZooPrune.Onnx.Tests;

/// <summary>A model folder with a chat template, from the files to the prompt.</summary>
public sealed class ModelWithChatTemplateTests : IDisposable
{
    private readonly TinyModel _files = new();

    [Fact]
    public void FormatPrompt_FolderWithATemplate_IsWhatItRenders()
    {
        WithoutOwnPrompt();
        _files.Write("chat_template.jinja", "{% for m in messages %}{% for c in m.content %}{{ '<image> look' if c.type == 'image' else c.text | trim | lower }} {% endfor %}{% endfor %}\n{% if add_generation_prompt %}say{% endif %}\n");
        using VisionLanguageModel model = _files.Load();

        Assert.Equal("<image> look where? say", model.FormatPrompt(" Where?"));
        Assert.NotEmpty(model.Answer(TinyModel.Image(), "Where?", maxNewTokens: 2).TokenIds);
    }

    [Fact]
    public void FormatPrompt_ConfigurationWithAPrompt_IsThatOne()
    {
        _files.Write("chat_template.jinja", "{% nothing %}");
        using VisionLanguageModel model = _files.Load();

        Assert.Equal("look : <image> Where? say", model.FormatPrompt("Where?"));
    }

    [Fact]
    public void Load_TemplateThatIsNotSupported_IsAnErrorBeforeTheFirstQuestion()
    {
        WithoutOwnPrompt();
        string path = _files.Path("chat_template.jinja");
        _files.Write("chat_template.jinja", "\n{% nothing %}");

        Assert.StartsWith(
            $"Chat template '{path}', line 2 ('{{% nothing %}}'): '{{% nothing %}}' is not supported.",
            Assert.Throws<ZooPruneException>(() => _files.Load()).Message);
    }

    public void Dispose() => _files.Dispose();

    private void WithoutOwnPrompt() => _files.Replace("config.json", "\"zooprune\"", "\"other\"");
}
