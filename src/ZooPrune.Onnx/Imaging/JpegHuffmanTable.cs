namespace ZooPrune.Onnx;

/// <summary>The codes of one Huffman table (T.81, annex C and F.2.2.3), by their first bits.</summary>
internal sealed class JpegHuffmanTable
{
    private const int LongestCode = 16;
    private const int ShortCode = 8;

    private readonly byte[] _symbols;
    private readonly int[] _firstCode = new int[LongestCode + 1];
    private readonly int[] _firstSymbol = new int[LongestCode + 1];
    private readonly int[] _counts = new int[LongestCode + 1];
    private readonly ushort[] _short = new ushort[1 << ShortCode];

    /// <param name="counts">[16], codes of each length.</param>
    /// <param name="symbols">What they mean, shortest first; as many as there are codes.</param>
    public JpegHuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0;
        int symbol = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            (_firstCode[length], _firstSymbol[length], _counts[length]) = (code, symbol, counts[length - 1]);
            for (int i = 0; i < _counts[length] && length <= ShortCode; i++)
            {
                int start = (code + i) << (ShortCode - length);
                _short.AsSpan(start, 1 << (ShortCode - length)).Fill((ushort)((length << 8) | _symbols[symbol + i]));
            }

            code = (code + _counts[length]) << 1;
            symbol += _counts[length];
        }
    }

    /// <summary>The next symbol; 0 where the bits are no code, as the reference decoder takes them.</summary>
    public int Read(ref JpegBits bits)
    {
        int next = bits.Peek();
        int found = _short[next >> (LongestCode - ShortCode)];
        if (found != 0)
        {
            bits.Skip(found >> 8);
            return found & 0xFF;
        }

        for (int length = ShortCode + 1; length <= LongestCode; length++)
        {
            int index = (next >> (LongestCode - length)) - _firstCode[length];
            if (index >= 0 && index < _counts[length])
            {
                bits.Skip(length);
                return _symbols[_firstSymbol[length] + index];
            }
        }

        bits.Skip(LongestCode);
        return 0;
    }
}
