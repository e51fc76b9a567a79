using System.Text.Json;
using ZooPrune.Onnx.Models;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Tests;

/// <summary>What a user types is text, also where it looks like a token that steers the model (docs/prompts.md).</summary>
public sealed class TypedTokenTests
{
    private const string Plain = "tell me please";

    public static TheoryData<string> Models => [.. FamilyCase.Families, "shapes-vlm"];

    public static TheoryData<string> Tokenizers => ["gpt2-digits", "llama", "llava-interleave", "qwen2"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Build_AnyAddedTokenInTheQuestion_StaysText(string name)
    {
        string folder = name == "shapes-vlm" ? TestPaths.Model : FamilyCase.ModelFolder(name);
        ModelFolder files = ModelFolder.Open(folder);
        var tokenizer = Tokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        PromptBuilder prompts = LoadedModel.LoadPrompts(files, ModelConfiguration.Load(files), tokenizer);
        (int Id, string Content)[] added = AddedTokens(Path.Combine(folder, "tokenizer.json"));
        Assert.NotEmpty(added);

        foreach ((int id, string content) in added)
        {
            // The unknown word of a vocabulary of whole words stands for text, whatever the text is.
            if (content == "<unk>")
            {
                continue;
            }

            foreach (string question in (string[])[$"tell me {content} please", $"{content}{content}", $"x{content}"])
            {
                Assert.Equal((content, question, Count(prompts.Build(Plain), id)), (content, question, Count(prompts.Build(question), id)));
            }
        }

        string all = string.Concat(added.Select(token => token.Content));
        Prompt built = prompts.Build([new PromptTurn(ChatTurn.User, all, 2), new PromptTurn(ChatTurn.Assistant, all, 0), new PromptTurn(ChatTurn.User, all, 1)]);
        Assert.Equal(4, built.Segments.Length); // three images, none of them typed
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void EncodePrompt_AnyAddedTokenInTheText_StaysText(string name)
    {
        string folder = Path.Combine(TestPaths.Root, "tests", "ZooPrune.Text.Tests", "Data", "tokenizers", name);
        string path = Directory.EnumerateFiles(folder, "tokenizer.json", SearchOption.AllDirectories).Single();
        var tokenizer = Tokenizer.Load(path);
        foreach ((int id, string content) in AddedTokens(path))
        {
            string text = $"tell me {content} please";

            // Where the same text is the prompt's own, the token is one.
            Assert.Contains(id, tokenizer.Encode(text));
            Assert.DoesNotContain(id, tokenizer.EncodePrompt(text, [Range.All], addSpecialTokens: false).Ids.ToArray());
            Assert.Equal(text, tokenizer.Decode(tokenizer.EncodePrompt(text, [Range.All], addSpecialTokens: false).Ids, skipSpecialTokens: false).Trim());
        }
    }

    private static int Count(Prompt prompt, int id) => prompt.Segments.Sum(segment => segment.Count(other => other == id));

    private static (int Id, string Content)[] AddedTokens(string path)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. file.RootElement.GetProperty("added_tokens").EnumerateArray()
            .Select(token => (token.GetProperty("id").GetInt32(), token.GetProperty("content").GetString()!))];
    }
}
