using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Theirs = Tokenizers.DotNet.Tokenizer;

namespace ZooPrune.Text.Tests;

/// <summary>
/// Ours against Hugging Face's own library, live: the Rust crate tokenizers 0.22.2, which Tokenizers.DotNet wraps. Its Encode puts special
/// tokens around a text and its Decode leaves them out; there are no switches.
/// </summary>
/// <remarks>
/// Over the tokenizers of the tests' data, each variant of variants.json, and every tokenizer.json below the folder that
/// ZOOPRUNE_TOKENIZERS names. ZOOPRUNE_TEXTS=20 asks twenty times as much, ZOOPRUNE_TEXT_SEED=2 something else.
/// </remarks>
public sealed class HuggingFaceTests
{
    private const int TextsOfAKind = 40;

    private static readonly Lazy<string> PairsOfBytes = new(() =>
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(ByteLevelAlphabet.Character).Select(character => character.ToString())];
        (string Left, string Right)[] pairs = [.. bytes.SelectMany(left => bytes.Select(right => (left, right)))];
        return JsonSerializer.Serialize(new
        {
            type = "BPE",
            vocab = bytes.Concat(pairs.Select(pair => pair.Left + pair.Right)).Select((token, id) => (token, id)).ToDictionary(),
            merges = pairs.Select(pair => new[] { pair.Left, pair.Right }),
        });
    });

    private static readonly int Times = FromEnvironment("ZOOPRUNE_TEXTS", 1);
    private static readonly int Seed = FromEnvironment("ZOOPRUNE_TEXT_SEED", 1);

    public static TheoryData<string> Files()
    {
        string more = Environment.GetEnvironmentVariable("ZOOPRUNE_TOKENIZERS") ?? "";
        string[] folders = [TestPaths.Data("tokenizers"), TestPaths.Model, Path.Combine(TestPaths.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "Families")];
        return
        [
            .. folders.Concat(more.Length > 0 ? [more] : [])
                .SelectMany(folder => Directory.EnumerateFiles(folder, "tokenizer.json", SearchOption.AllDirectories))
                .Select(path => Path.GetRelativePath(TestPaths.Root, path))
                .Order(StringComparer.Ordinal),
        ];
    }

    [HuggingFaceTheory]
    [MemberData(nameof(Files))]
    public void EncodeDecode_SeededTexts_GiveTheirIdsAndText(string file) =>
        AssertSame(File.ReadAllText(Path.Combine(TestPaths.Root, file)));

    [HuggingFaceTheory]
    [MemberData(nameof(GoldenTokenizerTests.VariantNames), MemberType = typeof(GoldenTokenizerTests))]
    public void EncodeDecode_OtherComponents_GiveTheirIdsAndText(string name) => AssertSame(GoldenTokenizerTests.VariantJson(name));

    /// <summary>Normalizers and pre-tokenizers, each before byte-level BPE that joins any two bytes: another cut is another token.</summary>
    public static TheoryData<string, string> Parts()
    {
        const string Bytes = """{ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false }""";
        string Split(string pattern) => $$"""{ "type": "Split", "pattern": { "Regex": {{JsonSerializer.Serialize(pattern)}} }, "behavior": "Isolated", "invert": false }""";
        var data = new TheoryData<string, string>();
        foreach (string type in new[] { "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents" })
        {
            data.Add($$"""{ "type": "{{type}}" }""", Bytes);
        }

        data.Add("""{ "type": "Strip", "strip_left": true, "strip_right": true }""", Bytes);
        foreach (string part in new[] { """{ "type": "Whitespace" }""", """{ "type": "WhitespaceSplit" }""", """{ "type": "Punctuation", "behavior": "Isolated" }""", """{ "type": "Digits", "individual_digits": false }""",
            Split(KnownPatterns.Gpt2), Split(WordScannerTests.Qwen2), Split(WordScannerTests.Llama3), Split(@"\p{Lu}?[\p{Ll}\p{M}]+|\p{N}{1,2}|\p{P}+|\p{S}"),
            Split(@"\w+|\s+|[^\w\s]+"), Split(@"\W|\b\d+"), Split(@"[\w-]+\B|\d") })
        {
            data.Add("null", $$"""{ "type": "Sequence", "pretokenizers": [{{part}}, {{Bytes}}] }""");
        }

        return data;
    }

    [HuggingFaceTheory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Parts))]
    public void Encode_EveryCharacter_GivesTheirIds(string normalizer, string preTokenizer)
    {
        using var folder = new TestFolder();
        string path = folder.Write("tokenizer.json", $$"""{ "normalizer": {{normalizer}}, "pre_tokenizer": {{preTokenizer}}, "model": {{PairsOfBytes.Value}} }""");
        Tokenizer ours = Tokenizer.Load(path);
        using var theirs = new Theirs(path);
        var wrong = new List<string>();

        // Of ideographs, Korean syllables and the like, which are alike, every 16th.
        for (int code = 0; code < 0x110000; code += code is >= 0x3400 and < 0xD7A0 or >= 0x17000 and < 0x18D00 or >= 0x20000 and < 0xE0000 or >= 0xE1000 ? 16 : 1)
        {
            if (SeededTexts.IsKnown(code))
            {
                string character = char.ConvertFromUtf32(code);
                string text = $"{character}a{character}1{character}.{character}{character} {character}b{character}";
                if (!theirs.Encode(text).Select(id => (int)id).SequenceEqual(ours.Encode(text)))
                {
                    wrong.Add($"U+{code:X4}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} characters differ: {string.Join(' ', wrong.Take(200))}");
    }

    private static void AssertSame(string json)
    {
        using var folder = new TestFolder();
        string path = folder.Write("tokenizer.json", json);
        Tokenizer ours = Tokenizer.Load(path);
        using var theirs = new Theirs(path);
        string[] added = [.. JsonNode.Parse(json)!["added_tokens"]?.AsArray().Select(token => token!["content"]!.GetValue<string>()) ?? []];
        var texts = new SeededTexts(new Random(Seed), added);
        var random = new Random(Seed);
        var wrong = new List<string>();
        foreach (string text in texts.Make(TextsOfAKind * Times))
        {
            int[] expected = [.. theirs.Encode(text).Select(id => (int)id)];
            int[] got = ours.Encode(text);
            if (!expected.SequenceEqual(got))
            {
                wrong.Add($"encode {JsonSerializer.Serialize(text)}: expected [{string.Join(' ', expected)}], got [{string.Join(' ', got)}]");
            }

            // What models give: ids of a text, some left out, some put in.
            int[] ids = [.. expected.Where(_ => random.Next(8) > 0).SelectMany(id => random.Next(8) > 0 ? [id] : new[] { id, random.Next(1200) })];
            string decoded = theirs.Decode([.. ids.Select(id => (uint)id)]);
            if (ours.Decode(ids) != decoded)
            {
                wrong.Add($"decode [{string.Join(' ', ids)}]: expected {JsonSerializer.Serialize(decoded)}, got {JsonSerializer.Serialize(ours.Decode(ids))}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} differences (seed {Seed}):\n{string.Join('\n', wrong.Take(10))}");
    }

    private static int FromEnvironment(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : byDefault;
}

/// <summary>A test that needs Hugging Face's native library; skipped where there is none for the machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HuggingFaceTheoryAttribute : TheoryAttribute
{
    public HuggingFaceTheoryAttribute()
    {
        if (!NativeLibrary.TryLoad("hf_tokenizers", typeof(Theirs).Assembly, null, out nint _))
        {
            Skip = $"Tokenizers.DotNet has no native library for {RuntimeInformation.RuntimeIdentifier}.";
        }
    }
}
