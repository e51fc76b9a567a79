using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// Byte-pair encoding ("BPE"): a word's characters are tokens, and neighbours are joined as the merges say. Remembers words; the
/// result never depends on it. Source: Sennrich, Haddow, Birch: Neural machine translation of rare words with subword units.
/// </summary>
internal sealed class BpeModel : ITokenModel
{
    // Bounds on what is remembered, about 10 MB at the very most. What comes later is worked out each time.
    private const int MostWords = 32_768;
    private const int LongestWord = 32;

    private readonly BpeSettings _settings;
    private readonly MergeTable _merges;
    private readonly ByteTokens _bytes;
    private readonly bool _mayCut;
    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _wordsBySpan;
    private int _wordCount;

    private BpeModel(Vocabulary vocabulary, BpeSettings settings, MergeTable merges)
    {
        Vocabulary = vocabulary;
        _settings = settings;
        _merges = merges;
        _bytes = new ByteTokens(vocabulary);
        _wordsBySpan = _words.GetAlternateLookup<ReadOnlySpan<char>>();

        // A cut is safe where characters alone decide: not where first and last ones differ from others, where unknown ones are
        // fused or left out, or where tokens that stand for something else than their own characters are merged.
        bool keepsUnknown = (settings.ByteFallback && _bytes.IsComplete) || settings is { Unknown: not null, FuseUnknown: false };
        bool mergesOthers = _bytes.Ids.Any(merges.Tokens.Contains) || (settings.Unknown is { } unknown && merges.Tokens.Contains(unknown));
        _mayCut = settings.Prefix.Length == 0 && settings.Suffix.Length == 0 && keepsUnknown && !mergesOthers;
    }

    public Vocabulary Vocabulary { get; }

    /// <exception cref="ZooPruneException">Tokens, ids or merges do not fit each other.</exception>
    public static BpeModel Read(JsonSection model)
    {
        Vocabulary vocabulary = Vocabulary.Read(model.Section("vocab"));
        BpeSettings settings = BpeSettings.Read(model, vocabulary);
        return new BpeModel(vocabulary, settings, MergeTable.Read(model, vocabulary, settings.Prefix.Length));
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids, List<string> unknownWords)
    {
        if (_settings.IgnoreMerges && Vocabulary.TryFind(word, out int id))
        {
            ids.Add(id);
            return;
        }

        while (!word.IsEmpty)
        {
            int end = _mayCut ? _merges.Boundaries.FirstIn(word) : word.Length;
            EncodeSegment(word[..end], ids, unknownWords);
            word = word[end..];
        }
    }

    private void EncodeSegment(ReadOnlySpan<char> segment, List<int> ids, List<string> unknownWords)
    {
        if (segment.Length <= LongestWord && _wordsBySpan.TryGetValue(segment, out int[]? known))
        {
            ids.AddRange(known.AsSpan());
            return;
        }

        var tokens = new List<int>(segment.Length);
        bool hasUnknown = AppendCharacters(segment, tokens);
        int count = PairMerger.Merge(CollectionsMarshal.AsSpan(tokens), _merges);
        ids.AddRange(CollectionsMarshal.AsSpan(tokens)[..count]);
        if (hasUnknown)
        {
            unknownWords.Add(segment.ToString());
        }
        else if (segment.Length <= LongestWord && Volatile.Read(ref _wordCount) < MostWords
            && _words.TryAdd(segment.ToString(), [.. CollectionsMarshal.AsSpan(tokens)[..count]]))
        {
            Interlocked.Increment(ref _wordCount);
        }
    }

    /// <summary>Appends the tokens of single characters; true where the vocabulary lacks one.</summary>
    private bool AppendCharacters(ReadOnlySpan<char> segment, List<int> tokens)
    {
        bool hasUnknown = false;
        bool unknownWaits = false;
        for (int place = 0; place < segment.Length;)
        {
            _ = Rune.DecodeFromUtf16(segment[place..], out _, out int length);
            bool isFirst = place == 0;
            ReadOnlySpan<char> character = segment.Slice(place, length);
            place += length;
            if (_settings.Prefix.Length > 0 || _settings.Suffix.Length > 0)
            {
                character = $"{(isFirst ? "" : _settings.Prefix)}{character}{(place == segment.Length ? _settings.Suffix : "")}";
            }

            if (Vocabulary.TryFind(character, out int id))
            {
                AppendUnknown(ref unknownWaits, tokens);
                tokens.Add(id);
            }
            else if (!(_settings.ByteFallback && _bytes.TryAppend(character.ToString(), tokens)))
            {
                // Unknown characters wait for the next known one, so that a run of them can be one token. Bytes do not end a
                // run: so it is in the implementation that the files are written for.
                hasUnknown = true;
                if (!_settings.FuseUnknown)
                {
                    AppendUnknown(ref unknownWaits, tokens);
                }

                unknownWaits = true;
            }
        }

        AppendUnknown(ref unknownWaits, tokens);
        return hasUnknown;
    }

    private void AppendUnknown(ref bool waits, List<int> tokens)
    {
        if (waits && _settings.Unknown is { } unknown)
        {
            tokens.Add(unknown);
        }

        waits = false;
    }
}

/// <summary>How a byte-pair encoding treats a word's characters before it merges them.</summary>
/// <param name="Unknown">The token of characters that the vocabulary lacks; null to leave them out.</param>
/// <param name="FuseUnknown">Whether unknown characters that touch are one token.</param>
/// <param name="ByteFallback">Whether unknown characters are written as tokens of their bytes.</param>
/// <param name="IgnoreMerges">Whether a word of the vocabulary is its token, whatever the merges would give.</param>
/// <param name="Prefix">Stands before every character but a word's first.</param>
/// <param name="Suffix">Stands after a word's last character.</param>
internal sealed record BpeSettings(int? Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, string Prefix, string Suffix)
{
    public static BpeSettings Read(JsonSection model, Vocabulary vocabulary)
    {
        if (model.Single("dropout") is { } dropout and not 0)
        {
            throw model.Unsupported("dropout", FormattableString.Invariant($"{dropout}"), "no dropout (null), which is for training only");
        }

        string? unknown = model.Text("unk_token");
        return new BpeSettings(
            unknown is null ? null : vocabulary.Find(unknown) ?? throw model.Wrong("unk_token", unknown, "a token of the vocabulary"),
            model.Boolean("fuse_unk") ?? false,
            model.Boolean("byte_fallback") ?? false,
            model.Boolean("ignore_merges") ?? false,
            model.Text("continuing_subword_prefix") ?? "",
            model.Text("end_of_word_suffix") ?? "");
    }
}

/// <summary>The tokens &lt;0x00&gt; to &lt;0xFF&gt;, one for each byte: how a vocabulary writes characters that it lacks.</summary>
internal sealed class ByteTokens
{
    private readonly int?[] _ids;

    public ByteTokens(Vocabulary vocabulary) =>
        _ids = [.. Enumerable.Range(0, 256).Select(value => vocabulary.Find($"<0x{value:X2}>"))];

    /// <summary>The ids of those that there are.</summary>
    public IEnumerable<int> Ids => _ids.OfType<int>();

    /// <summary>Whether every byte has its token.</summary>
    public bool IsComplete => _ids.All(id => id is not null);

    /// <summary>The byte that a token stands for, or null.</summary>
    public static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : null;

    /// <summary>Appends the tokens of a text's bytes in UTF-8; none at all where one of them has no token.</summary>
    public bool TryAppend(string text, List<int> ids)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (!bytes.All(value => _ids[value] is not null))
        {
            return false;
        }

        ids.AddRange(bytes.Select(value => _ids[value]!.Value));
        return true;
    }
}
