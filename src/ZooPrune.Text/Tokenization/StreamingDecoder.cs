using System.Runtime.InteropServices;

namespace ZooPrune.Text;

/// <summary>
/// Token ids to text, one at a time: what <see cref="Append"/> and <see cref="Finish"/> give, put together, is what
/// <see cref="Tokenizer.Decode"/> gives for all ids. Half a character is never given away: it waits for its other half.
/// For one thread.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool skipSpecialTokens = true)
{
    // Ids whose text is not settled, after one that is: how a token reads depends on whether another stands before it.
    private readonly List<int> _window = [];
    private int _given;

    /// <summary>Takes the next id.</summary>
    /// <param name="id">The id; nothing happens where the tokenizer does not have it.</param>
    /// <returns>The text that it settles; empty where it settles none.</returns>
    public string Append(int id)
    {
        if (!tokenizer.IsDecoded(id, skipSpecialTokens))
        {
            return "";
        }

        _window.Add(id);
        if (tokenizer.IsPartOfRun(id))
        {
            return "";
        }

        string text = Text();
        bool isWhole = !text.EndsWith('\uFFFD');
        string settled = Give(isWhole ? text : text[..^1]);
        if (isWhole && settled.Length > 0)
        {
            _window.RemoveRange(0, _window.Count - 1);
            _given = Text().Length;
        }

        return settled;
    }

    /// <summary>Ends the text. A new one may begin after it.</summary>
    /// <returns>What is left; replacement characters for half a character.</returns>
    public string Finish()
    {
        string rest = Give(Text());
        _window.Clear();
        _given = 0;
        return rest;
    }

    private string Text() => tokenizer.Decode(CollectionsMarshal.AsSpan(_window), skipSpecialTokens);

    private string Give(string text)
    {
        string settled = text.Length > _given ? text[_given..] : "";
        _given = Math.Max(_given, text.Length);
        return settled;
    }
}
