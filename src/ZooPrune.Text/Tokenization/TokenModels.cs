using System.Text.Json;

namespace ZooPrune.Text;

/// <summary>The vocabulary and the rule that cuts a word into tokens of it ("model" in tokenizer.json).</summary>
internal interface ITokenModel
{
    Vocabulary Vocabulary { get; }

    /// <summary>Appends the ids of one word.</summary>
    /// <param name="word">A piece that the pre-tokenizer left; not empty.</param>
    /// <param name="ids">Receives the ids.</param>
    /// <param name="unknownWords">Receives the word where the vocabulary cannot express it.</param>
    void Encode(ReadOnlySpan<char> word, List<int> ids, List<string> unknownWords);
}

/// <summary>Tokens and their ids: every token once, every id once.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Dictionary<int, string> _tokens;

    // Tokens of one UTF-16 unit, by the unit: with them every word begins. -1 for none.
    private readonly int[] _characters;

    private Vocabulary(Dictionary<string, int> ids, Dictionary<int, string> tokens)
    {
        _ids = ids;
        _idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = tokens;
        _characters = new int[ids.Keys.Where(token => token.Length == 1).Select(token => token[0] + 1).DefaultIfEmpty().Max()];
        Array.Fill(_characters, -1);
        foreach ((string token, int id) in ids)
        {
            if (token.Length == 1)
            {
                _characters[token[0]] = id;
            }
        }
    }

    /// <summary>The tokens, in the order of the file.</summary>
    public IEnumerable<string> Tokens => _ids.Keys;

    /// <exception cref="ZooPruneException">A token or an id is there twice, or an id is no whole number from 0 on.</exception>
    public static Vocabulary Read(JsonSection section)
    {
        if (section.Kind != JsonValueKind.Object)
        {
            throw section.Wrong("an object");
        }

        // A path for each of a hundred thousand keys would cost more than all the rest, so it is made for a mistake only.
        JsonElement element = section.Element;
        int count = element.GetPropertyCount();
        var ids = new Dictionary<string, int>(count, StringComparer.Ordinal);
        var tokens = new Dictionary<int, string>(count);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string token = property.Name;
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out int id) || id < 0)
            {
                throw section.Wrong(token, property.Value.GetRawText(), $"a whole number from 0 to {int.MaxValue}");
            }

            if (!tokens.TryAdd(id, token))
            {
                throw section.Wrong(token, $"{id}", "an id that no other token has");
            }

            if (!ids.TryAdd(token, id))
            {
                throw section.Wrong(token, $"{id} and {ids[token]}", "one id for a token");
            }
        }

        return new Vocabulary(ids, tokens);
    }

    public bool TryFind(ReadOnlySpan<char> token, out int id)
    {
        if (token.Length != 1)
        {
            return _idsBySpan.TryGetValue(token, out id);
        }

        id = token[0] < _characters.Length ? _characters[token[0]] : -1;
        return id >= 0;
    }

    public int? Find(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public string? Find(int id) => _tokens.GetValueOrDefault(id);
}

/// <summary>One word, one token ("WordLevel"). Words outside the vocabulary become the unknown token.</summary>
internal sealed class WordLevelModel : ITokenModel
{
    private readonly int _unknown;

    private WordLevelModel(Vocabulary vocabulary, int unknown)
    {
        Vocabulary = vocabulary;
        _unknown = unknown;
    }

    public Vocabulary Vocabulary { get; }

    public static WordLevelModel Read(JsonSection model)
    {
        Vocabulary vocabulary = Vocabulary.Read(model.Section("vocab"));
        string unknown = model.RequiredText("unk_token");
        return new WordLevelModel(
            vocabulary, vocabulary.Find(unknown) ?? throw model.Wrong("unk_token", unknown, "a token of the vocabulary"));
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids, List<string> unknownWords)
    {
        if (!Vocabulary.TryFind(word, out int id))
        {
            id = _unknown;
            unknownWords.Add(word.ToString());
        }

        ids.Add(id);
    }

    /// <summary>A word that is text and nothing else: one that is also an added token is unknown.</summary>
    public void EncodeLiteral(ReadOnlySpan<char> word, Func<int, bool> isAdded, List<int> ids, List<string> unknownWords)
    {
        if (Vocabulary.TryFind(word, out int id) && isAdded(id))
        {
            ids.Add(_unknown);
            unknownWords.Add(word.ToString());
            return;
        }

        Encode(word, ids, unknownWords);
    }
}
