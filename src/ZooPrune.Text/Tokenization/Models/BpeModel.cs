using System.Collections.Concurrent;
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
            int end = _mayCut ? _merges.Seams.FirstIn(word) : word.Length;
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
