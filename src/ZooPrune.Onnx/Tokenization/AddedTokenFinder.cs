namespace ZooPrune.Onnx;

/// <summary>A piece of text: an added token, or text between added tokens.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">One past the last character.</param>
/// <param name="Token">The added token; null for text.</param>
internal readonly record struct TextPiece(int Start, int End, AddedToken? Token);

/// <summary>Finds added tokens in a text: the leftmost first, of several there the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<char, (string Content, AddedToken Token)[]> _byFirstCharacter;

    /// <param name="tokens">The tokens and what each looks like in the text that is searched.</param>
    public AddedTokenFinder(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        _byFirstCharacter = tokens
            .Where(pair => pair.Content.Length > 0)
            .GroupBy(pair => pair.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(pair => pair.Content.Length).ToArray());
    }

    /// <summary>Cuts a text into added tokens and what lies between them; nothing that is empty.</summary>
    /// <param name="text">The text.</param>
    /// <param name="literal">Characters in which nothing is looked for: what a user typed is never a control token.</param>
    public List<TextPiece> Split(string text, Range literal = default)
    {
        (int literalStart, int literalLength) = literal.Equals(default) ? (0, 0) : literal.GetOffsetAndLength(text.Length);
        int literalEnd = literalStart + literalLength;
        var pieces = new List<TextPiece>();
        int textStart = 0;
        for (int position = 0; position < text.Length;)
        {
            AddedToken? token = FindAt(text, position, literalStart, literalEnd, out int length);
            if (token is null)
            {
                position++;
                continue;
            }

            int start = position;
            int end = position + length;
            while (token.TakesLeft && start > textStart && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.TakesRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            AddText(pieces, textStart, start);
            pieces.Add(new TextPiece(start, end, token));
            position = textStart = end;
        }

        AddText(pieces, textStart, text.Length);
        return pieces;
    }

    private static void AddText(List<TextPiece> pieces, int start, int end)
    {
        if (end > start)
        {
            pieces.Add(new TextPiece(start, end, null));
        }
    }

    private AddedToken? FindAt(string text, int position, int literalStart, int literalEnd, out int length)
    {
        length = 0;
        if (!_byFirstCharacter.TryGetValue(text[position], out (string Content, AddedToken Token)[]? candidates))
        {
            return null;
        }

        foreach ((string content, AddedToken token) in candidates)
        {
            int end = position + content.Length;
            bool isLiteral = position < literalEnd && end > literalStart;
            if (!isLiteral
                && string.CompareOrdinal(text, position, content, 0, content.Length) == 0
                && (!token.SingleWord || StandsAlone(text, position, end)))
            {
                length = content.Length;
                return token;
            }
        }

        return null;
    }

    private static bool StandsAlone(string text, int start, int end) =>
        (start == 0 || !IsWordCharacter(text[start - 1])) && (end == text.Length || !IsWordCharacter(text[end]));

    private static bool IsWordCharacter(char value) => char.IsLetterOrDigit(value) || value == '_';
}
