using System.Collections;

namespace ZooPrune.Text;

/// <summary>
/// Places between two characters that no merge ever joins, because no token that a merge makes has the two side by side. Text
/// may be cut there before it is merged, and nothing changes: long texts without a pre-tokenizer become words.
/// </summary>
internal sealed class Seams
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
