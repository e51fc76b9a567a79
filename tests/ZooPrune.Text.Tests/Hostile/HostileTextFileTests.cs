using ZooPrune.Tests;

namespace ZooPrune.Text.Tests;

/// <summary>Seeded mutations of the files that are text's own, as HostileFileTests of ZooPrune.Onnx has them of the others.</summary>
[Trait("Speed", "Slow")]
public sealed class HostileTextFileTests : IDisposable
{
    private const string Text = "A red  circle, naïve 東京 \U0001F642\n<image> 3.14 USER: \u2581</s>";

    private readonly HostileFolder _folder = new();

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("gpt2-digits")]
    [InlineData("llava-interleave")]
    public void Load_MutatedTokenizer_WorksOrSaysWhy(string name)
    {
        _folder.With("tokenizer.json", File.ReadAllBytes(TestPaths.Data("tokenizers", name, "tokenizer.json")));

        _folder.Hunt("tokenizer.json", 130, UseTokenizer, File.ReadAllBytes(TestPaths.Data("chat", "folders", "llava", "tokenizer_config.json")));
    }

    [Fact]
    public void Load_MutatedWordTokenizer_WorksOrSaysWhy()
    {
        _folder.With("tokenizer.json", File.ReadAllBytes(Path.Combine(TestPaths.Model, "tokenizer.json")));

        _folder.Hunt("tokenizer.json", 100, UseTokenizer);
    }

    [Theory]
    [InlineData("llava", "chat_template.json")]
    [InlineData("llava", "tokenizer_config.json")]
    [InlineData("llava-interleave", "chat_template.jinja")]
    [InlineData("llava-next", "chat_template.jinja")]
    [InlineData("qwen2-vl", "chat_template.json")]
    [InlineData("qwen2.5-vl", "chat_template.jinja")]
    [InlineData("qwen2.5-vl", "tokenizer_config.json")]
    public void Load_MutatedChatTemplate_WorksOrSaysWhy(string name, string file)
    {
        foreach (string path in Directory.GetFiles(TestPaths.Data("chat", "folders", name)))
        {
            _folder.With(Path.GetFileName(path), File.ReadAllBytes(path));
        }

        _folder.Hunt(
            file,
            60,
            () => ChatTemplateFiles.Load(_folder.Root)?.Render(
                [new ChatMessage("user", [ChatPart.Image, new ChatPart("What is in the picture?")])],
                specialTokens: ChatTemplateFiles.SpecialTokens(_folder.Root)));
    }

    public void Dispose() => _folder.Dispose();

    private void UseTokenizer()
    {
        Tokenizer tokenizer = Tokenizer.Load(_folder.Path("tokenizer.json"));
        int[] ids = tokenizer.Encode(Text);
        tokenizer.Decode(ids);
        tokenizer.Decode([0, 3, 3, 200, -1, int.MaxValue]);
    }
}
