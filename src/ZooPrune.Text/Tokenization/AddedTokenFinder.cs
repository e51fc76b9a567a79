using System.Buffers;
using System.Text;

namespace ZooPrune.Text;

/// <summary>A piece of text: an added token, or text between added tokens.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">One past the last character.</param>
/// <param name="Token">The added token; null for text.</param>
internal readonly record struct TextPiece(int Start, int End, AddedToken? Token);

/// <summary>Finds added tokens in a text: the leftmost first, of several there the longest.</summary>
internal sealed class AddedTokenFinder
{
    // A tree of characters: from a node by a character to the next node. Node 0 is the root.
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly Dictionary<int, AddedToken> _ends = [];
    private readonly SearchValues<char> _firstCharacters;

    /// <param name="tokens">The tokens and what each looks like in the text that is searched.</param>
    public AddedTokenFinder(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        var first = new HashSet<char>();
        int nodes = 1;
        foreach ((string content, AddedToken token) in tokens)
        {
            int node = 0;
            foreach (char next in content)
            {
                if (!_edges.TryGetValue((node, next), out int child))
                {
                    child = nodes++;
                    _edges[(node, next)] = child;
                }

                node = child;
            }

            if (node != 0)
            {
                first.Add(content[0]);
                _ends.TryAdd(node, token);
            }
        }

        _firstCharacters = SearchValues.Create([.. first]);
    }

    /// <summary>Cuts a text into added tokens and what lies between them; nothing that is empty.</summary>
    /// <param name="text">The text.</param>
    /// <param name="literal">Stretches in which nothing is looked for, ascending: what a user typed is never a control token.</param>
    public List<TextPiece> Split(string text, params ReadOnlySpan<Range> literal)
    {
        var pieces = new List<TextPiece>();
        int textStart = 0;
        int position = 0;
        while (NextPlace(text, position) is >= 0 and int found)
        {
            AddedToken? token = FindAt(text, found, LiteralAfter(text, found, literal), out int length);
            position = found + Math.Max(length, 1);

            // Where a token does not stand alone but has to, the search goes on after it.
            if (token is null || (token.SingleWord && !StandsAlone(text, found, found + length)))
            {
                continue;
            }

            int start = found;
            int end = found + length;
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
            textStart = end;
        }

        AddText(pieces, textStart, text.Length);
        return pieces;
    }

    /// <summary>Where the literal stretch begins that a place is in or comes before; the end of the text behind the last.</summary>
    private static int LiteralAfter(string text, int place, ReadOnlySpan<Range> literal)
    {
        foreach (Range range in literal)
        {
            (int start, int length) = range.GetOffsetAndLength(text.Length);
            if (place < start + length)
            {
                return Math.Max(start, place);
            }
        }

        return text.Length;
    }

    private static void AddText(List<TextPiece> pieces, int start, int end)
    {
        if (end > start)
        {
            pieces.Add(new TextPiece(start, end, null));
        }
    }

    private static bool StandsAlone(string text, int start, int end)
    {
        _ = Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out Rune before, out int lengthBefore);
        _ = Rune.DecodeFromUtf16(text.AsSpan(end), out Rune after, out int lengthAfter);
        return (lengthBefore == 0 || !WordCharacter.Is(before)) && (lengthAfter == 0 || !WordCharacter.Is(after));
    }

    private int NextPlace(string text, int start)
    {
        int found = text.AsSpan(start).IndexOfAny(_firstCharacters);
        return found < 0 ? found : start + found;
    }

    /// <summary>The longest token that starts at a place and ends no later than <paramref name="before"/>.</summary>
    private AddedToken? FindAt(string text, int position, int before, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        int node = 0;
        for (int place = position; place < before && _edges.TryGetValue((node, text[place]), out node); place++)
        {
            if (_ends.TryGetValue(node, out AddedToken? token))
            {
                longest = token;
                length = place + 1 - position;
            }
        }

        return longest;
    }
}

/// <summary>A token that is found in the text before anything else is done to it ("added_tokens" in tokenizer.json).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">What it looks like in the text.</param>
/// <param name="IsSpecial">Left out of decoded text on request.</param>
/// <param name="IsNormalized">Looked for in normalized text instead of the text as it is.</param>
/// <param name="SingleWord">Only where no letter, digit or underscore touches it.</param>
/// <param name="TakesLeft">White space before it belongs to it.</param>
/// <param name="TakesRight">White space after it belongs to it.</param>
internal sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool IsNormalized, bool SingleWord, bool TakesLeft, bool TakesRight)
{
    // Longer ones are no tokens, and would only make the search slow.
    private const int LongestContent = 512;

    public static AddedToken Read(JsonSection section)
    {
        string content = section.RequiredText("content");
        return content.Length is 0 or > LongestContent
            ? throw section.Wrong("content", content.Length == 0 ? "empty" : content, $"1 to {LongestContent} characters")
            : new AddedToken(
                section.RequiredInt32("id", 0, int.MaxValue),
                content,
                section.Boolean("special") ?? false,
                section.Boolean("normalized") ?? false,
                section.Boolean("single_word") ?? false,
                section.Boolean("lstrip") ?? false,
                section.Boolean("rstrip") ?? false);
    }
}
