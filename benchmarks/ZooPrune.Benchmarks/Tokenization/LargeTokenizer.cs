using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace ZooPrune.Benchmarks;

/// <summary>tokenizer.json files as large as those of real models, made in code.</summary>
/// <param name="Json">The file.</param>
/// <param name="Vocabulary">What it was made from, which can also cut words: slowly, and plainly right.</param>
internal sealed record LargeTokenizer(string Json, VocabularyBuilder Vocabulary)
{
    public const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>As Qwen2's: byte-level, 151,000 tokens.</summary>
    public static LargeTokenizer Qwen2()
    {
        var builder = new VocabularyBuilder(Enumerable.Range(0, 256).Select(value => ByteLevelAlphabetOf((byte)value)));
        builder.Learn(Words(" ", ideographs: true).Select(ByteLevel), 151_000);
        return new LargeTokenizer(Write(
            builder,
            """{"type":"NFC"}""",
            new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = Qwen2Pattern }, ["behavior"] = "Isolated", ["invert"] = false },
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }),
            },
            """{"type":"ByteLevel"}""",
            byteFallback: false), builder);
    }

    /// <summary>As Llama 2's: byte fallback, spaces as U+2581, no pre-tokenizer, 32,000 tokens.</summary>
    public static LargeTokenizer Llama()
    {
        List<string> first = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), "\u2581"];
        first.AddRange(Enumerable.Range('!', '~' - '!' + 1).Select(code => ((char)code).ToString()));
        first.AddRange(VariedText.Ideographs.Words.Take(700));
        var builder = new VocabularyBuilder(first);
        builder.Learn([new('\u2581', 2), new('\u2581', 4), new('\u2581', 8), new('\u2581', 16)], 32_000);
        builder.Learn(Words("\u2581", ideographs: false), 32_000);
        return new LargeTokenizer(Write(
            builder,
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]}""",
            null,
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
            byteFallback: true), builder);
    }

    /// <summary>What the texts have, the commonest first: signs and code, then words after a space, alone and with a capital.</summary>
    private static IEnumerable<string> Words(string space, bool ideographs)
    {
        IReadOnlyList<string> words = VariedText.Words.Words;
        string[] signs = [". ", "();", ");", "++)", "->", "==", "//", " =", " {", " }", " (", " \"", "\";", "    ", "        ", "            "];
        foreach (string sign in signs.Concat(["for", "int", "if", "var", "new", "return", "Length"]))
        {
            yield return sign.Replace(" ", space, StringComparison.Ordinal);
            yield return space + sign.Trim();
        }

        for (int place = 0; place < words.Count; place++)
        {
            yield return space + words[place];
            if (place < 20_000)
            {
                yield return words[place];
                yield return $"{char.ToUpperInvariant(words[place][0])}{words[place][1..]}";
            }

            if (ideographs && place < VariedText.Ideographs.Words.Count)
            {
                yield return VariedText.Ideographs.Words[place];
            }
        }
    }

    /// <summary>A text in GPT-2's alphabet.</summary>
    public static string ByteLevel(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(ByteLevelAlphabetOf));

    /// <summary>GPT-2's alphabet: bytes that print stand for themselves.</summary>
    private static string ByteLevelAlphabetOf(byte value)
    {
        static bool Prints(int code) => code is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        int code = Prints(value) ? value : 256 + Enumerable.Range(0, value).Count(other => !Prints(other));
        return ((char)code).ToString();
    }

    private static string Write(VocabularyBuilder builder, string normalizer, JsonNode? preTokenizer, string decoder, bool byteFallback)
    {
        var tokens = new JsonArray();
        string[] added = byteFallback ? ["<unk>", "<s>", "</s>"] : ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|image_pad|>"];
        foreach (string content in added)
        {
            int id = builder.Ids.TryGetValue(content, out int known) ? known : builder.Ids.Count + tokens.Count;
            tokens.Add(new JsonObject { ["id"] = id, ["content"] = content, ["special"] = true, ["normalized"] = false });
        }

        var root = new JsonObject
        {
            ["added_tokens"] = tokens,
            ["normalizer"] = JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = preTokenizer,
            ["decoder"] = JsonNode.Parse(decoder),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = byteFallback ? "<unk>" : null,
                ["fuse_unk"] = byteFallback,
                ["byte_fallback"] = byteFallback,
                ["vocab"] = new JsonObject(builder.Ids.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                ["merges"] = new JsonArray([.. builder.Merges.Select(pair => new JsonArray(pair.Left, pair.Right))]),
            },
        };
        return root.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
