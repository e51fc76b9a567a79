using System.Buffers;
using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// Text to token ids and back, as a Hugging Face tokenizer.json describes it. Immutable; any number of threads may use it.
/// </summary>
/// <remarks>
/// Supported: the models BPE (byte-level, or with byte fallback) and WordLevel, and the normalizers, pre-tokenizers,
/// post-processors and decoders that files of these models use. Any other kind is an error that names it when the file is
/// loaded, never a silent difference. "truncation" and "padding" are not done. Normalization forms, accents and punctuation are of the
/// Unicode versions that Hugging Face's library has (9 and 8), lower case and digits of .NET's. Regular expressions run as .NET's where a
/// file has other ones than GPT-2, Qwen2 and Llama 3, with Oniguruma's \w and \b.
/// Source: the behaviour of Hugging Face tokenizers.
/// </remarks>
public sealed class Tokenizer
{
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly AddedTokenFinder _asWritten;
    private readonly AddedTokenFinder _normalized;
    private readonly Func<string, string> _normalize;
    private readonly PreTokenizer _preTokenize;
    private readonly ITokenModel _model;
    private readonly PostProcessor _postProcessor;
    private readonly TokenDecoder _decoder;

    private Tokenizer(JsonSection root)
    {
        _normalize = TextNormalizer.Read(root["normalizer"]);
        _preTokenize = PreTokenizerReader.Read(root["pre_tokenizer"]);
        _model = ReadModel(root.Section("model"));
        _postProcessor = PostProcessor.Read(root["post_processor"]);
        _decoder = TokenDecoder.Read(root["decoder"]);
        _addedById = ReadAddedTokens(root, _model.Vocabulary);
        IEnumerable<AddedToken> added = _addedById.Values;
        _asWritten = new AddedTokenFinder(added.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        _normalized = new AddedTokenFinder(added.Where(token => token.IsNormalized).Select(token => (_normalize(token.Content), token)));
    }

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="tokenizerJsonPath">Path of a tokenizer.json.</param>
    /// <exception cref="ArgumentException"><paramref name="tokenizerJsonPath"/> is null, empty or white space.</exception>
    /// <exception cref="ZooPruneException">The file is missing, no JSON, or asks for a part that is not supported.</exception>
    public static Tokenizer Load(string tokenizerJsonPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tokenizerJsonPath);
        using JsonFile file = JsonFile.Open(tokenizerJsonPath, JsonFile.MaxTokenizerLength);
        using PatternTime time = PatternTime.Start();
        return new Tokenizer(file.Root);
    }

    /// <summary>Text to token ids.</summary>
    /// <param name="text">Any text. Added tokens such as &lt;image&gt; are recognised in it. Half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the special tokens around it that the file asks for.</param>
    /// <returns>The ids. What the vocabulary cannot express is the unknown token, or left out where the file names none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ZooPruneException">A regular expression of the file takes seconds on this text.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true) => Encode(text, [], addSpecialTokens, []);

    /// <summary>Token ids to text.</summary>
    /// <param name="ids">The ids; those that the tokenizer does not have are left out.</param>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    /// <returns>The text.</returns>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            if (IsDecoded(id, skipSpecialTokens))
            {
                tokens.Add(FindToken(id)!);
            }
        }

        using PatternTime time = PatternTime.Start();
        return _decoder.Decode(tokens);
    }

    /// <summary>As <see cref="Encode(string, bool)"/>, with stretches that are text and nothing else: what a user typed is never a control token.</summary>
    /// <param name="text">Any text, mostly a rendered prompt.</param>
    /// <param name="literal">Where no added token is recognised, ascending, without overlap.</param>
    /// <param name="addSpecialTokens">Whether to put the special tokens around it that the file asks for.</param>
    /// <returns>The ids, and the words that the vocabulary lacks.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A stretch is not within the text.</exception>
    /// <exception cref="ZooPruneException">A regular expression of the file takes seconds on this text.</exception>
    public TokenizedText EncodePrompt(string text, ReadOnlySpan<Range> literal, bool addSpecialTokens = true)
    {
        var unknown = new List<string>();
        return new TokenizedText(Encode(text, literal, addSpecialTokens, unknown), [.. unknown.Distinct()]);
    }

    /// <summary>What a token looks like in the vocabulary; of an added token, in the text.</summary>
    /// <param name="id">Any number.</param>
    /// <returns>The token; null where the tokenizer has no such id.</returns>
    public string? FindToken(int id) => _addedById.TryGetValue(id, out AddedToken? added) ? added.Content : _model.Vocabulary.Find(id);

    /// <summary>Whether an id has a place in decoded text.</summary>
    internal bool IsDecoded(int id, bool skipSpecialTokens) =>
        FindToken(id) is not null && !(skipSpecialTokens && _addedById.TryGetValue(id, out AddedToken? added) && added.IsSpecial);

    /// <summary>Whether an id is read together with what comes next.</summary>
    internal bool IsPartOfRun(int id) => _decoder.ReadsByteTokens && FindToken(id) is { } token && ByteTokens.ByteOf(token) is not null;

    private static bool Overlaps(TextPiece piece, ReadOnlySpan<Range> literal, int length)
    {
        foreach (Range range in literal)
        {
            (int start, int count) = range.GetOffsetAndLength(length);
            if (count > 0 && piece.Start < start + count && piece.End > start)
            {
                return true;
            }
        }

        return false;
    }

    private static string WellFormed(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and int place)
        {
            if (Rune.DecodeFromUtf16(rest[place..], out _, out int length) != OperationStatus.Done)
            {
                // As many characters as before: .NET gives one U+FFFD for each half.
                return string.Concat(text.EnumerateRunes());
            }

            rest = rest[(place + length)..];
        }

        return text;
    }

    private static ITokenModel ReadModel(JsonSection model) => model.RequiredText("type") switch
    {
        "BPE" => BpeModel.Read(model),
        "WordLevel" => WordLevelModel.Read(model),
        var type => throw model.Unsupported("type", type, "BPE or WordLevel"),
    };

    private static Dictionary<int, AddedToken> ReadAddedTokens(JsonSection root, Vocabulary vocabulary)
    {
        var byId = new Dictionary<int, AddedToken>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonSection section in root.List("added_tokens"))
        {
            AddedToken token = AddedToken.Read(section);
            if ((vocabulary.Find(token.Id) ?? token.Content) != token.Content || !byId.TryAdd(token.Id, token))
            {
                throw section.Wrong("id", $"{token.Id}", "an id that no other token has");
            }

            if ((vocabulary.Find(token.Content) ?? token.Id) != token.Id || !ids.TryAdd(token.Content, token.Id))
            {
                throw section.Wrong("content", token.Content, "text that is no other token's");
            }
        }

        return byId;
    }

    private int[] Encode(string text, ReadOnlySpan<Range> literal, bool addSpecialTokens, List<string> unknown)
    {
        ArgumentNullException.ThrowIfNull(text);
        using PatternTime time = PatternTime.Start();
        text = WellFormed(text);
        var ids = new List<int>();
        foreach (TextPiece piece in _asWritten.Split(text, literal))
        {
            if (piece.Token is { } token)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodeText(
                    _normalize(text[piece.Start..piece.End]), piece.Start == 0, Overlaps(piece, literal, text.Length), ids, unknown);
            }
        }

        return addSpecialTokens ? [.. _postProcessor.Before, .. ids, .. _postProcessor.After] : [.. ids];
    }

    private void EncodeText(string normalized, bool isStart, bool isLiteral, List<int> ids, List<string> unknown)
    {
        // Positions are lost in normalizing, so beside what a user typed normalized added tokens are not looked for at all.
        List<TextPiece> pieces = isLiteral ? [new TextPiece(0, normalized.Length, null)] : _normalized.Split(normalized);
        PieceSink sink = word =>
        {
            if (isLiteral && _model is WordLevelModel words && !word.IsEmpty)
            {
                // A vocabulary of words has the added tokens as words.
                words.EncodeLiteral(word, _addedById.ContainsKey, ids, unknown);
            }
            else if (!word.IsEmpty)
            {
                _model.Encode(word, ids, unknown);
            }
        };
        foreach (TextPiece piece in pieces)
        {
            if (piece.Token is { } token)
            {
                ids.Add(token.Id);
                continue;
            }

            ReadOnlySpan<char> text = normalized.AsSpan(piece.Start, piece.End - piece.Start);
            if (!text.IsEmpty)
            {
                _preTokenize(text, isStart && piece.Start == 0, sink);
            }
        }
    }
}

/// <summary>A text as token ids. Immutable.</summary>
public sealed class TokenizedText
{
    private readonly int[] _ids;

    internal TokenizedText(int[] ids, IReadOnlyList<string> unknownWords)
    {
        _ids = ids;
        UnknownWords = unknownWords;
    }

    /// <summary>One id a token.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>Words that the vocabulary lacks, each once, in order; they have become the unknown token.</summary>
    public IReadOnlyList<string> UnknownWords { get; }
}
