using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace ZooPrune.Text.Tests;

public sealed class BpeModelTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Encode_RandomWords_GivesWhatJoiningPairByPairGives()
    {
        // Every letter alone and pairs of what there is: merges of any rank before any other.
        var random = new Random(7);
        List<string> tokens = ["a", "b", "c", "d", "\u2581"];
        var merges = new List<(string Left, string Right)>();
        while (tokens.Count < 60)
        {
            (string left, string right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            if (left.Length + right.Length <= 6 && !right.Contains('\u2581') && !tokens.Contains(left + right))
            {
                tokens.Add(left + right);
                merges.Add((left, right));
            }
        }

        (string Left, string Right)[] ranked = [.. merges.OrderBy(_ => random.Next())];

        // An unknown token that is never merged: so that words are cut at U+2581, which never stands on the right.
        BpeModel model = Load(Json([.. tokens, "<unk>"], ranked, unknown: "<unk>"));
        for (int count = 0; count < 500; count++)
        {
            string word = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => "abcd\u2581"[random.Next(5)]));
            var ids = new List<int>();
            model.Encode(word, ids, []);

            Assert.Equal(JoinPairByPair(word, ranked), ids.Select(id => model.Vocabulary.Find(id)!));
        }
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData('a')]
    [InlineData(' ')]
    public void Encode_OneMillionOfOneCharacter_TakesUnderOneSecond(char character)
    {
        string[] tokens = [.. Enumerable.Range(0, 6).Select(power => new string(character, 1 << power))];
        BpeModel model = Load(Json(tokens, [.. tokens[..^1].Select(token => (token, token))], unknown: null));
        string word = new(character, 1_000_000);
        var ids = new List<int>();

        // The best of five: other tests share the cores.
        TimeSpan best = TimeSpan.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            ids.Clear();
            long start = Stopwatch.GetTimestamp();
            model.Encode(word, ids, []);
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
        }

        Assert.True(best.TotalSeconds < 1, $"{best}");
        Assert.Equal(1_000_000 / 32, ids.Count);
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("gpt2-digits")]
    public void Encode_LongText_GivesAMillionTokensASecond(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", name, "tokenizer.json"));
        string text = string.Concat(Enumerable.Repeat("The visual tokens that do not change the answer can be dropped: 64 of 576, at 1.5 times. ", 4000));
        double best = 0;
        for (int round = 0; round < 10; round++)
        {
            long start = Stopwatch.GetTimestamp();
            best = Math.Max(best, tokenizer.Encode(text).Length / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Assert.True(best > 1e6, $"{best:N0} tokens/s");
    }

    [Fact]
    public void Encode_ManyThreads_GiveTheSameIds()
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", "qwen2", "tokenizer.json"));
        string[] texts = [.. Enumerable.Range(0, 2000).Select(number => $"word{number} of {number % 37} thousand \u00E9\U0001F642")];
        int[][] expected = [.. texts.Select(text => tokenizer.Encode(text))];
        Tokenizer shared = Tokenizer.Load(TestPaths.Data("tokenizers", "qwen2", "tokenizer.json"));

        Parallel.For(0, texts.Length, place => Assert.Equal(expected[place], shared.Encode(texts[place])));
    }

    [Theory]
    [InlineData("\"merges\":[\"a b\"", "\"merges\":[\"a\"", "'model.merges[0]' is \"a\". Expected a pair of tokens; correct the value.")]
    [InlineData("\"merges\":[\"a b\"", "\"merges\":[\"a  b\"", "'model.merges[0]' is \"a  b\". Expected a pair of tokens; correct the value.")]
    [InlineData("\"merges\":[\"a b\"", "\"merges\":[[\"a\",7]", "'model.merges[0]' is [\"a\",7]. Expected a pair of tokens; correct the value.")]
    [InlineData("\"merges\":[\"a b\"", "\"merges\":[[\"a\",\"\"]", "'model.merges[0]' is [\"a\",\"\"]. Expected a pair of tokens; correct the value.")]
    [InlineData("\"merges\":[\"a b\"", "\"merges\":[\"a z\"", "'model.merges[0]' is \"a z\". Expected a pair of tokens of the vocabulary, which lacks 'az'; correct the value.")]
    [InlineData("\"merges\":[\"a b\"", "\"merges\":[\"b a\"", "'model.merges[0]' is \"b a\". Expected a pair of tokens of the vocabulary, which lacks 'ba'; correct the value.")]
    [InlineData("\"merges\":[\"a b\"]", "\"merges\":{\"a\":1}", "'model.merges' is {\"a\":1}. Expected a list of pairs of tokens; correct the value.")]
    [InlineData("\"b\":1", "\"b\":0", "'model.vocab.b' is 0. Expected an id that no other token has; correct the value.")]
    [InlineData("\"b\":1", "\"a\":1", "'model.vocab.a' is 1 and 0. Expected one id for a token; correct the value.")]
    [InlineData("\"b\":1", "\"b\":99999999999999999999", "'model.vocab.b' is 99999999999999999999. Expected a whole number from 0 to 2147483647; correct the value.")]
    [InlineData("\"b\":1", "\"b\":1.5", "'model.vocab.b' is 1.5. Expected a whole number from 0 to 2147483647; correct the value.")]
    [InlineData("\"b\":1", "\"b\":-1", "'model.vocab.b' is -1. Expected a whole number from 0 to 2147483647; correct the value.")]
    [InlineData("\"unk_token\":null", "\"unk_token\":\"<unk>\"", "'model.unk_token' is <unk>. Expected a token of the vocabulary; correct the value.")]
    [InlineData("\"unk_token\":null", "\"dropout\":0.1", "'model.dropout' is 0.1, which is not supported. Supported are no dropout (null), which is for training only; use a model with one of these.")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":0,\"content\":\"x\"}]", "'added_tokens[0].id' is 0. Expected an id that no other token has; correct the value.")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":5,\"content\":\"x\"},{\"id\":5,\"content\":\"y\"}]", "'added_tokens[1].id' is 5. Expected an id that no other token has; correct the value.")]
    [InlineData("\"added_tokens\":[]", "\"added_tokens\":[{\"id\":5,\"content\":\"a\"}]", "'added_tokens[0].content' is a. Expected text that is no other token's; correct the value.")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[a&&b]\"},\"behavior\":\"Isolated\"}", "'pre_tokenizer.pattern.Regex' is [a&&b], which is not supported. Supported are regular expressions without classes inside classes ([a[b]], [a&&b], [[:alpha:]], [\\W]); use a model with one of these.")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\p{Han}\"},\"behavior\":\"Isolated\"}", "'pre_tokenizer.pattern' is \\p{Han}. Expected a regular expression that .NET understands; correct the value.")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"ab\"}", "'pre_tokenizer.replacement' is ab. Expected one character; correct the value.")]
    [InlineData("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Metaspace\",\"prepend_scheme\":\"last\"}", "'pre_tokenizer.prepend_scheme' is last. Expected always, first or never; correct the value.")]
    public void Load_HostileFile_SaysWhatIsWrong(string old, string by, string problem)
    {
        string json = Json(["a", "b", "ab"], [("a", "b")], unknown: null);
        Assert.Contains(old, json);
        string path = _folder.Write("tokenizer.json", json.Replace(old, by));

        var exception = Assert.Throws<ZooPruneException>(() => Tokenizer.Load(path));
        Assert.Equal($"File '{path}': {problem}", exception.Message);
    }

    [Fact]
    public void Load_HalfACharacterOrTooDeep_IsAnError()
    {
        string json = Json(["a", "b", "ab"], [("a", "b")], unknown: null);
        string deep = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 1000));
        foreach (string wrong in new[] { json.Replace("\"a\":0", "\"\\ud800\":0"), json.Replace("\"normalizer\":null", $"\"normalizer\":{deep}") })
        {
            Assert.NotEqual(json, wrong);
            Assert.Contains("it cannot be read as JSON", Assert.Throws<ZooPruneException>(() => Load(wrong)).Message);
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Encode_PatternThatNeverEnds_IsAnError()
    {
        string json = Json(["a", "b", "ab"], [("a", "b")], unknown: null)
            .Replace("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"behavior\":\"Isolated\"}");
        Tokenizer tokenizer = Tokenizer.Load(_folder.Write("tokenizer.json", json));

        var exception = Assert.Throws<ZooPruneException>(() => tokenizer.Encode(new string('a', 200) + "b"));
        Assert.Equal(
            "Tokenizer: the regular expression '(a+)+$' takes more than 2 seconds on a text of 201 characters. It must be quicker; ask a shorter question or use another model's tokenizer.json.",
            exception.Message);
    }

    [Fact]
    public void Encode_HalfASurrogatePair_IsAReplacementCharacter()
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", "qwen2", "tokenizer.json"));

        Assert.Equal(tokenizer.Encode("a\uFFFDb\uFFFD"), tokenizer.Encode("a\uD83Db\uDE42"));
    }

    public void Dispose() => _folder.Dispose();

    private static List<string> JoinPairByPair(string word, (string Left, string Right)[] ranked)
    {
        List<string> tokens = [.. word.Select(character => character.ToString())];
        while (true)
        {
            (int Rank, int Place) best = Enumerable.Range(0, Math.Max(tokens.Count - 1, 0))
                .Select(place => (Rank: Array.IndexOf(ranked, (tokens[place], tokens[place + 1])), place))
                .Where(pair => pair.Rank >= 0)
                .DefaultIfEmpty((-1, -1))
                .Min();
            if (best.Rank < 0)
            {
                return tokens;
            }

            tokens[best.Place] += tokens[best.Place + 1];
            tokens.RemoveAt(best.Place + 1);
        }
    }

    private static string Json(IReadOnlyList<string> tokens, (string Left, string Right)[] merges, string? unknown)
    {
        var vocabulary = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        var list = new JsonArray([.. merges.Select(merge => merge.Left.Contains(' ')
            ? new JsonArray(merge.Left, merge.Right)
            : (JsonNode)$"{merge.Left} {merge.Right}")]);
        string name = unknown is null ? "null" : $"\"{unknown}\"";
        return $$"""{"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"model":{"type":"BPE","unk_token":{{name}},"vocab":{{vocabulary.ToJsonString()}},"merges":{{list.ToJsonString()}} } }""";
    }

    private BpeModel Load(string json)
    {
        string path = _folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(json));
        _ = Tokenizer.Load(path);
        using JsonFile file = JsonFile.Open(path);
        return BpeModel.Read(file.Root["model"]);
    }
}
