namespace ZooPrune.Onnx;

/// <summary>
/// Text to token ids and back, as a Hugging Face tokenizer.json describes it. Immutable; any number of threads may use it.
/// </summary>
/// <remarks>
/// Supported: models WordLevel; normalizers and pre-tokenizers as their readers list them; TemplateProcessing; added tokens.
/// Anything else in the file is an error when it is loaded, never a silent difference.
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

    private Tokenizer(JsonSection root)
    {
        AddedToken[] added = [.. root.List("added_tokens").Select(AddedToken.Read)];
        _normalize = TextNormalizer.Read(root["normalizer"]);
        _preTokenize = PreTokenizerReader.Read(root["pre_tokenizer"]);
        _model = ReadModel(root.Section("model"));
        _postProcessor = PostProcessor.Read(root["post_processor"]);
        if (root.Has("decoder"))
        {
            throw root["decoder"].Unsupported("type", root["decoder"].Text("type") ?? "missing", "no decoder (null)");
        }

        _addedById = [];
        foreach (AddedToken token in added)
        {
            _addedById[token.Id] = token;
        }

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
        using JsonFile file = JsonFile.Open(tokenizerJsonPath);
        return new Tokenizer(file.Root);
    }

    /// <summary>Text to token ids.</summary>
    /// <param name="text">Any text. Added tokens such as &lt;image&gt; are recognised in it.</param>
    /// <param name="addSpecialTokens">Whether to put the special tokens around it that the file asks for.</param>
    /// <returns>The ids; words that the vocabulary lacks are the unknown token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(text, addSpecialTokens, default).Ids;
    }

    /// <summary>Token ids to text.</summary>
    /// <param name="ids">The ids; those that the tokenizer does not have are left out.</param>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    /// <returns>The text.</returns>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var words = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            bool isSpecial = _addedById.TryGetValue(id, out AddedToken? added) && added.IsSpecial;
            if (Find(id) is { } token && !(isSpecial && skipSpecialTokens))
            {
                words.Add(token);
            }
        }

        return string.Join(' ', words);
    }

    /// <summary>As <see cref="Encode(string, bool)"/>, with a stretch that is text and nothing else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether to put special tokens around it.</param>
    /// <param name="literal">Where no added token is recognised: what a user typed. Empty for nowhere.</param>
    internal TokenizedText Encode(string text, bool addSpecialTokens, Range literal)
    {
        var ids = new List<int>();
        var unknown = new List<string>();
        foreach (TextPiece piece in _asWritten.Split(text, literal))
        {
            if (piece.Token is { } token)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodeText(_normalize(text[piece.Start..piece.End]), Overlaps(piece, literal, text.Length), ids, unknown);
            }
        }

        int[] all = addSpecialTokens ? [.. _postProcessor.Before, .. ids, .. _postProcessor.After] : [.. ids];
        return new TokenizedText(all, [.. unknown.Distinct()]);
    }

    /// <summary>The token of an id, or null.</summary>
    internal string? Find(int id) => _addedById.TryGetValue(id, out AddedToken? added) ? added.Content : _model.Find(id);

    private static bool Overlaps(TextPiece piece, Range literal, int length)
    {
        (int start, int count) = literal.Equals(default) ? (0, 0) : literal.GetOffsetAndLength(length);
        return count > 0 && piece.Start < start + count && piece.End > start;
    }

    private static ITokenModel ReadModel(JsonSection model)
    {
        string type = model.RequiredText("type");
        return type == "WordLevel" ? WordLevelModel.Read(model) : throw model.Unsupported("type", type, "WordLevel");
    }

    private void EncodeText(string normalized, bool isLiteral, List<int> ids, List<string> unknown)
    {
        // Positions are lost in normalizing, so beside what a user typed normalized added tokens are not looked for at all.
        List<TextPiece> pieces = isLiteral ? [new TextPiece(0, normalized.Length, null)] : _normalized.Split(normalized);
        var words = new List<string>();
        foreach (TextPiece piece in pieces)
        {
            if (piece.Token is { } token)
            {
                ids.Add(token.Id);
                continue;
            }

            words.Clear();
            _preTokenize(normalized[piece.Start..piece.End], words);
            foreach (string word in words.Where(word => word.Length > 0))
            {
                _model.Encode(word, ids, unknown);
            }
        }
    }
}
