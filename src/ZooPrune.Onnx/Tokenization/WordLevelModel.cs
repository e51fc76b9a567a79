namespace ZooPrune.Onnx;

/// <summary>One word, one token ("WordLevel"). Words outside the vocabulary become the unknown token.</summary>
internal sealed class WordLevelModel : ITokenModel
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _tokens;
    private readonly int _unknown;

    private WordLevelModel(Dictionary<string, int> ids, int unknown)
    {
        _ids = ids;
        _tokens = ids.ToDictionary(pair => pair.Value, pair => pair.Key);
        _unknown = unknown;
    }

    public static WordLevelModel Read(JsonSection model)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        JsonSection vocabulary = model.Section("vocab");
        var seen = new HashSet<int>();
        foreach ((string token, JsonSection value) in vocabulary.Properties())
        {
            int id = value.AsInt32(0, int.MaxValue);
            ids[token] = seen.Add(id) ? id : throw vocabulary.Wrong(token, $"{id}", "an id that no other token has");
        }

        string unknown = model.RequiredText("unk_token");
        return ids.TryGetValue(unknown, out int unknownId)
            ? new WordLevelModel(ids, unknownId)
            : throw model.Wrong("unk_token", unknown, "a token of the vocabulary");
    }

    public void Encode(string word, List<int> ids, List<string> unknownWords)
    {
        if (!_ids.TryGetValue(word, out int id))
        {
            id = _unknown;
            unknownWords.Add(word);
        }

        ids.Add(id);
    }

    public int? Find(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public string? Find(int id) => _tokens.GetValueOrDefault(id);
}
