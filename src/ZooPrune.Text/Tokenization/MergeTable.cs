using System.Collections;
using System.Text.Json;

namespace ZooPrune.Text;

/// <summary>A merge: which token two neighbours become, and how soon. The lowest rank goes first.</summary>
internal readonly record struct Merge(int Rank, int Token);

/// <summary>Which neighbours byte-pair encoding joins ("merges" in tokenizer.json).</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that is never joined.</summary>
    public const int NoRank = int.MaxValue;

    // .NET's hash of a pair is left ^ right, so a file could choose pairs that all have the same. Odd, so that no two pairs become one.
    private static readonly long Mix = Random.Shared.NextInt64() | 1;

    private readonly Dictionary<long, Merge> _merges;

    private MergeTable(int count) => _merges = new Dictionary<long, Merge>(count);

    /// <summary>Ids of tokens that are joined with others, or made so.</summary>
    public HashSet<int> Tokens { get; } = [];

    /// <summary>Where no merge can ever join the characters on both sides.</summary>
    public MergeBoundaries Boundaries { get; } = new();

    /// <param name="model">The model, with its list "merges": "a b" or ["a", "b"], first to last.</param>
    /// <param name="vocabulary">Holds both sides of every merge and what they become.</param>
    /// <param name="prefixLength">How many characters the right side has in front that its merge drops (continuing_subword_prefix).</param>
    /// <exception cref="ZooPruneException">A merge is no pair, or of tokens that the vocabulary lacks.</exception>
    public static MergeTable Read(JsonSection model, Vocabulary vocabulary, int prefixLength)
    {
        JsonElement list = model.Section("merges").Element;
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw model.Wrong("merges", list.GetRawText(), "a list of pairs of tokens");
        }

        var table = new MergeTable(list.GetArrayLength());
        int rank = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString()!.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            (string left, string right) = ReadPair(item) ?? throw model.Wrong($"merges[{rank}]", item.GetRawText(), "a pair of tokens");
            string joined = right.Length >= prefixLength ? left + right[prefixLength..] : "";
            int token = Find(joined);
            (int leftId, int rightId) = (Find(left), Find(right));
            table._merges[Key(leftId, rightId)] = new Merge(rank++, token);
            table.Tokens.Add(leftId);
            table.Tokens.Add(rightId);
            table.Tokens.Add(token);
            table.Boundaries.Close(joined);

            int Find(string name) => vocabulary.Find(name)
                ?? throw model.Wrong($"merges[{rank}]", item.GetRawText(), $"a pair of tokens of the vocabulary, which lacks '{name}'");
        }

        return table;
    }

    /// <summary>What becomes of two neighbours; <see cref="NoRank"/> where they stay two.</summary>
    public Merge Find(int left, int right) => TryFind(left, right, out Merge merge) ? merge : new Merge(NoRank, -1);

    public bool TryFind(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static long Key(int left, int right) => unchecked((((long)left << 32) | (uint)right) * Mix);

    private static (string Left, string Right)? ReadPair(JsonElement item)
    {
        (string Left, string Right)? pair = item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!.Split(' ', 3) is [var left, var right] ? (left, right) : null,
            JsonValueKind.Array when item.GetArrayLength() == 2 && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String =>
                (item[0].GetString()!, item[1].GetString()!),
            _ => null,
        };
        return pair is ({ Length: > 0 }, { Length: > 0 }) ? pair : null;
    }
}

/// <summary>
/// Places between two characters that no merge ever joins, because no token that a merge makes has the two side by side. Text
/// may be cut there before it is merged, and nothing changes: long texts without a pre-tokenizer become words.
/// </summary>
internal sealed class MergeBoundaries
{
    // A pair of characters shares its bit with others. Where another pair closed it, a cut is missed, which costs time only.
    private const int Bits = 20;
    private readonly BitArray _closed = new(1 << Bits);

    /// <summary>Closes every place inside a token.</summary>
    public void Close(string token)
    {
        for (int place = 1; place < token.Length; place++)
        {
            _closed[Bit(token[place - 1], token[place])] = true;
        }
    }

    /// <summary>The first place where a text may be cut; its end if there is none.</summary>
    public int FirstIn(ReadOnlySpan<char> text)
    {
        int place = 1;
        while (place < text.Length && (char.IsLowSurrogate(text[place]) || _closed[Bit(text[place - 1], text[place])]))
        {
            place++;
        }

        return place;
    }

    private static int Bit(char left, char right) => (int)((uint)((left << 16) | right) * 0x9E3779B1u >> (32 - Bits));
}
