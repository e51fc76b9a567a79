using System.Text;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Engine;

/// <summary>The text of an answer while it is generated, in whole characters, up to the first stop sequence. Of one answer; not
/// thread-safe.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="endTokenIds">Ids that are no text.</param>
/// <param name="stops">Texts that end the answer and are no part of it.</param>
/// <param name="onText">Takes the next piece, which is never empty; null for nobody.</param>
internal sealed class TextStream(
    Tokenizer tokenizer, IReadOnlyList<int> endTokenIds, IReadOnlyList<string> stops, Action<string>? onText)
{
    private readonly StreamingDecoder _decoder = new(tokenizer);
    private readonly StringBuilder _text = new();

    // The start of a stop sequence, perhaps.
    private string _held = "";

    /// <summary>What was given so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Takes the next token.</summary>
    /// <returns>Whether the answer ends here, because a stop sequence is complete.</returns>
    public bool Add(int id) => !endTokenIds.Contains(id) && Take(_decoder.Append(id));

    /// <summary>Gives what is left; half a character becomes a replacement character, as in the whole text.</summary>
    public void Finish()
    {
        if (!Take(_decoder.Finish()))
        {
            Give(_held);
        }
    }

    private bool Take(string piece)
    {
        string text = _held + piece;
        int[] places = [.. stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(place => place >= 0)];
        if (places.Length > 0)
        {
            Give(text[..places.Min()]);
            _held = "";
            return true;
        }

        int held = stops.Select(stop => StartOf(stop, text)).DefaultIfEmpty().Max();
        Give(text[..^held]);
        _held = text[^held..];
        return false;
    }

    /// <summary>How many of the last characters of a text may be the start of a stop sequence.</summary>
    private static int StartOf(string stop, string text)
    {
        for (int length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }

    private void Give(string text)
    {
        if (text.Length > 0)
        {
            _text.Append(text);
            onText?.Invoke(text);
        }
    }
}
