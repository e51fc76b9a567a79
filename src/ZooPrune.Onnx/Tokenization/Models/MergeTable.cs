using System.Text.Json;

namespace ZooPrune.Onnx;

/// <summary>A merge: which token two neighbours become, and how soon. The lowest rank goes first.</summary>
internal readonly record struct Merge(int Rank, int Token);

/// <summary>Which neighbours byte-pair encoding joins ("merges" in tokenizer.json).</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<long, Merge> _merges = [];
    private readonly Seams _seams = new();

    private MergeTable()
    {
    }

    /// <summary>Tokens that are joined with others, or made so.</summary>
    public HashSet<string> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>Where no merge can ever join the characters on both sides.</summary>
    public Seams Seams => _seams;

    /// <param name="model">The model, with its list "merges": "a b" or ["a", "b"], first to last.</param>
    /// <param name="vocabulary">Holds both sides of every merge and what they become.</param>
    /// <param name="prefixLength">How many characters the right side has in front that its merge drops (continuing_subword_prefix).</param>
    /// <exception cref="ZooPruneException">A merge is no pair, or of tokens that the vocabulary lacks.</exception>
    public static MergeTable Read(JsonSection model, Vocabulary vocabulary, int prefixLength)
    {
        var table = new MergeTable();
        JsonElement list = model.Section("merges").Element;
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw model.Wrong("merges", list.GetRawText(), "a list of pairs of tokens");
        }

        int rank = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString()!.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            string[] pair = ReadPair(item) ?? throw model.Wrong($"merges[{rank}]", item.GetRawText(), "a pair of tokens");
            (string left, string right) = (pair[0], pair[1]);
            string joined = right.Length >= prefixLength ? left + right[prefixLength..] : "";
            int token = Find(joined);
            table._merges[Key(Find(left), Find(right))] = new Merge(rank++, token);
            table.Tokens.UnionWith([left, right, joined]);
            table._seams.Close(joined);

            int Find(string name) => vocabulary.Find(name)
                ?? throw model.Wrong($"merges[{rank}]", item.GetRawText(), $"a pair of tokens of the vocabulary, which lacks '{name}'");
        }

        return table;
    }

    public bool TryFind(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private static string[]? ReadPair(JsonElement item)
    {
        string[]? pair = item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!.Split(' '),
            JsonValueKind.Array when item.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
                [.. item.EnumerateArray().Select(part => part.GetString()!)],
            _ => null,
        };
        return pair is [{ Length: > 0 }, { Length: > 0 }] ? pair : null;
    }
}
