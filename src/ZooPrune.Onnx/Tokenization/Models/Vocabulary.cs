namespace ZooPrune.Onnx;

/// <summary>Tokens and their ids: every token once, every id once.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Dictionary<int, string> _tokens;

    private Vocabulary(Dictionary<string, int> ids, Dictionary<int, string> tokens)
    {
        _ids = ids;
        _idsBySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = tokens;
    }

    /// <summary>The tokens, in the order of the file.</summary>
    public IEnumerable<string> Tokens => _ids.Keys;

    /// <exception cref="ZooPruneException">A token or an id is there twice, or an id is no whole number from 0 on.</exception>
    public static Vocabulary Read(JsonSection section)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new Dictionary<int, string>();
        foreach ((string token, JsonSection value) in section.Properties())
        {
            int id = value.AsInt32(0, int.MaxValue);
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

    public bool TryFind(ReadOnlySpan<char> token, out int id) => _idsBySpan.TryGetValue(token, out id);

    public int? Find(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public string? Find(int id) => _tokens.GetValueOrDefault(id);
}
