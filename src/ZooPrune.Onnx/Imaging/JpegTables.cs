namespace ZooPrune.Onnx;

/// <summary>Which quantization and Huffman tables of a JPEG file have been defined so far.</summary>
internal sealed class JpegTables
{
    private const int MostTables = 4;
    private const int MostSymbols = 256;
    private const int MostDcCategory = 15;
    private const int LongestCode = 16;

    private readonly bool[] _quantization = new bool[MostTables];
    private readonly bool[] _dcHuffman = new bool[MostTables];
    private readonly bool[] _acHuffman = new bool[MostTables];

    public bool HasQuantization(int table) => table < MostTables && _quantization[table];

    public bool HasDcHuffman(int table) => table < MostTables && _dcHuffman[table];

    public bool HasAcHuffman(int table) => table < MostTables && _acHuffman[table];

    /// <exception cref="InvalidDataException">A table is malformed.</exception>
    public void ReadQuantization(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            (int precision, int table) = (content[0] >> 4, content[0] & 15);
            int length = 1 + (precision == 0 ? 64 : 128);
            if (precision > 1 || table >= MostTables || content.Length < length)
            {
                throw new InvalidDataException($"its quantization table {table} is malformed");
            }

            _quantization[table] = true;
            content = content[length..];
        }
    }

    /// <exception cref="InvalidDataException">A table is malformed.</exception>
    public void ReadHuffman(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            (int kind, int table) = (content[0] >> 4, content[0] & 15);
            if (kind > 1 || table >= MostTables || content.Length < 1 + LongestCode)
            {
                throw new InvalidDataException($"its Huffman table {table} is malformed");
            }

            int symbols = CountSymbols(content.Slice(1, LongestCode), table);
            content = content[(1 + LongestCode)..];
            if (content.Length < symbols || (kind == 0 && content[..symbols].ContainsAnyExceptInRange((byte)0, (byte)MostDcCategory)))
            {
                throw new InvalidDataException($"its Huffman table {table} is malformed");
            }

            (kind == 0 ? _dcHuffman : _acHuffman)[table] = true;
            content = content[symbols..];
        }
    }

    /// <summary>Symbols of a table, after checking that codes of these lengths exist: no length may use up all of its codes.</summary>
    private static int CountSymbols(ReadOnlySpan<byte> countsByLength, int table)
    {
        int symbols = 0;
        int code = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            int count = countsByLength[length - 1];
            symbols += count;
            code += count;
            if (count > 0 && code >= 1 << length)
            {
                throw new InvalidDataException($"its Huffman table {table} has too many codes of {length} bits");
            }

            code <<= 1;
        }

        return symbols <= MostSymbols ? symbols : throw new InvalidDataException($"its Huffman table {table} has {symbols} symbols");
    }
}
