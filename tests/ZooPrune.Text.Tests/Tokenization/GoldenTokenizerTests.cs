using System.Text.Json;
using System.Text.Json.Nodes;

namespace ZooPrune.Text.Tests;

/// <summary>
/// Ids and text of Hugging Face's own implementation. Data/tokenizers/NAME: transformers 5.17.0; variants.json: one component
/// at a time put in another's place, by tokenizers 0.22.2.
/// </summary>
public sealed class GoldenTokenizerTests
{
    private static readonly JsonNode VariantFile = JsonNode.Parse(File.ReadAllText(TestPaths.Data("tokenizers", "variants.json")))!;

    public static TheoryData<string> Names => new("llama", "qwen2", "gpt2-digits");

    public static TheoryData<string> PromptNames => new("llama", "qwen2", "llava-interleave");

    public static TheoryData<string> VariantNames => [.. Variants().Select(variant => variant["name"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_Text_GivesTheirIds(string name)
    {
        Tokenizer tokenizer = Load(name);
        foreach (JsonNode one in Read(name, "encode.json"))
        {
            string text = Text(one, "text");
            AssertIds(text, Ids(one["ids"]), tokenizer.Encode(text));
            AssertIds(text, Ids(one["ids_without_special"]), tokenizer.Encode(text, addSpecialTokens: false));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_Ids_GivesTheirText(string name)
    {
        Tokenizer tokenizer = Load(name);
        foreach (JsonNode one in Read(name, "encode.json").Concat(Read(name, "decode.json")))
        {
            int[] ids = Ids(one["ids_without_special"] ?? one["ids"]);
            Assert.Equal(Text(one, "decoded"), tokenizer.Decode(ids, skipSpecialTokens: false));
            Assert.Equal(Text(one, "decoded_skip_special"), tokenizer.Decode(ids));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Append_IdsOneByOne_GivesTheSameText(string name)
    {
        Tokenizer tokenizer = Load(name);
        foreach (JsonNode one in Read(name, "encode.json").Concat(Read(name, "decode.json")))
        {
            int[] ids = Ids(one["ids"]);
            foreach (bool skip in new[] { false, true })
            {
                var stream = new StreamingDecoder(tokenizer, skip);
                string text = string.Concat(ids.Select(stream.Append)) + stream.Finish();
                Assert.Equal(tokenizer.Decode(ids, skip), text);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PromptNames))]
    public void Encode_RenderedPrompt_GivesTheModelsInput(string name)
    {
        Tokenizer tokenizer = Load(name);
        foreach (JsonNode one in Read(name, "prompts.json"))
        {
            AssertIds(Text(one, "prompt"), Ids(one["ids"]), tokenizer.Encode(Text(one, "prompt")));
            Assert.Equal(Text(one, "generated_text"), tokenizer.Decode(Ids(one["generated_ids"])));
        }
    }

    [Theory]
    [MemberData(nameof(VariantNames))]
    public void EncodeDecode_OtherComponents_GivesTheirIdsAndText(string name)
    {
        JsonNode variant = Variant(name);
        using var folder = new TestFolder();
        Tokenizer tokenizer = Tokenizer.Load(folder.Write("tokenizer.json", VariantJson(name)));
        string[] texts = [.. VariantFile["texts"]!.AsArray().Select(text => text!.GetValue<string>())];
        for (int place = 0; place < texts.Length; place++)
        {
            int[] ids = Ids(variant["ids"]![place]);
            AssertIds(texts[place], ids, tokenizer.Encode(texts[place]));
            Assert.Equal(variant["decoded"]![place]!.GetValue<string>(), tokenizer.Decode(ids));

            // There the end of a word stands in front of it, so that text changes after it was given.
            if (name != "bpe-decoder")
            {
                var stream = new StreamingDecoder(tokenizer);
                Assert.Equal(tokenizer.Decode(ids), string.Concat(ids.Select(stream.Append)) + stream.Finish());
            }
        }
    }

    /// <summary>A tokenizer.json with one component in another's place.</summary>
    internal static string VariantJson(string name)
    {
        JsonNode variant = Variant(name);
        JsonNode file = JsonNode.Parse(File.ReadAllText(TestPaths.Data("tokenizers", Text(variant, "base"), "tokenizer.json")))!;
        foreach ((string key, JsonNode? value) in variant["set"]!.AsObject())
        {
            JsonNode section = key.StartsWith("model.", StringComparison.Ordinal) ? file["model"]! : file;
            section[key.Split('.')[^1]] = value?.DeepClone();
        }

        return file.ToJsonString();
    }

    private static JsonNode Variant(string name) => Variants().Single(one => Text(one, "name") == name);

    private static Tokenizer Load(string name) => Tokenizer.Load(TestPaths.Data("tokenizers", name, "tokenizer.json"));

    private static IEnumerable<JsonNode> Read(string name, string file) =>
        JsonNode.Parse(File.ReadAllText(TestPaths.Data("tokenizers", name, file)))!.AsArray()!;

    private static IEnumerable<JsonNode> Variants() => VariantFile["variants"]!.AsArray()!;

    private static int[] Ids(JsonNode? list) => list.Deserialize<int[]>()!;

    private static string Text(JsonNode one, string key) => one[key]!.GetValue<string>();

    private static void AssertIds(string text, int[] expected, int[] got) =>
        Assert.True(expected.SequenceEqual(got), $"{JsonSerializer.Serialize(text)}: expected [{string.Join(' ', expected)}], got [{string.Join(' ', got)}]");
}
