using System.Buffers;
using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// One printable character for each of the 256 bytes, so that any text is a text over 256 characters: byte-level BPE.
/// Bytes that print stand for themselves, the others for U+0100 and on. Source: GPT-2.
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Characters = MakeCharacters();
    private static readonly short[] Bytes = MakeBytes();

    /// <summary>What a byte is written as.</summary>
    public static char Character(int value) => Characters[value];

    /// <summary>A text in the alphabet: as many characters as it has bytes in UTF-8.</summary>
    public static string Write(string text)
    {
        string written = "";
        Write(text, piece => written = piece.ToString());
        return written;
    }

    /// <summary>Hands on a text in the alphabet.</summary>
    public static void Write(ReadOnlySpan<char> text, PieceSink sink)
    {
        // Words are short; only long stretches rent memory.
        const int Short = 256;
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rentedBytes = most > Short ? ArrayPool<byte>.Shared.Rent(most) : null;
        char[]? rentedCharacters = most > Short ? ArrayPool<char>.Shared.Rent(most) : null;
        Span<byte> bytes = rentedBytes ?? stackalloc byte[Short];
        Span<char> characters = rentedCharacters ?? stackalloc char[Short];
        int count = Encoding.UTF8.GetBytes(text, bytes);
        for (int place = 0; place < count; place++)
        {
            characters[place] = Characters[bytes[place]];
        }

        sink(characters[..count]);
        if (rentedBytes is not null && rentedCharacters is not null)
        {
            ArrayPool<byte>.Shared.Return(rentedBytes);
            ArrayPool<char>.Shared.Return(rentedCharacters);
        }
    }

    /// <summary>Appends the bytes that a token stands for; a token with a character outside the alphabet is text itself.</summary>
    public static void Read(string token, List<byte> bytes)
    {
        foreach (char character in token)
        {
            if (character >= Bytes.Length || Bytes[character] < 0)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }
        }

        foreach (char character in token)
        {
            bytes.Add((byte)Bytes[character]);
        }
    }

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        int others = 0;
        for (int value = 0; value < 256; value++)
        {
            bool prints = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = prints ? (char)value : (char)(256 + others++);
        }

        return characters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
        {
            bytes[Characters[value]] = (short)value;
        }

        return bytes;
    }
}
